/** Cmd-K: pages, actions, and the store's products by name. */
import { useNavigate } from "@tanstack/react-router";
import { Command as Cmdk, defaultFilter } from "cmdk";
import { ArrowRight, MessageSquareText, Package, Zap } from "lucide-react";
import { Dialog as Radix, VisuallyHidden } from "radix-ui";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { setDock } from "@/aira/dock";
import { useProductSearch } from "@/api/products";
import { useMay } from "@/api/session";
import type { Command, CommandGroup } from "@/commands/registry";
import { Kbd } from "@/ui/Kbd";

interface PaletteProps {
  onClose: () => void;
  commands: readonly Command[];
}

const GROUPS: CommandGroup[] = ["list", "act", "go", "view"];
const ITEM =
  "flex min-h-10 cursor-pointer items-center gap-3 rounded-row px-3 data-[selected=true]:bg-accent-soft data-[selected=true]:text-accent max-md:min-h-11";

const ASK = "ask-aira";

/** Asking is always possible and always last: what was found comes first. */
function score(value: string, search: string, keywords?: string[]): number {
  return value === ASK ? 1e-9 : defaultFilter(value, search, keywords);
}

export default function Palette({ onClose, commands }: PaletteProps) {
  const { t } = useTranslation();
  const [text, setText] = useState("");
  const [asked, setAsked] = useState("");
  const navigate = useNavigate();
  const mayAsk = useMay("store:read");
  const products = useProductSearch(asked);
  useEffect(() => {
    const timer = setTimeout(() => setAsked(text.trim()), 150);
    return () => clearTimeout(timer);
  }, [text]);
  const found = asked.length >= 2 ? (products.data?.data ?? []) : [];
  const choose = (run: () => void) => {
    onClose();
    run();
  };

  return (
    <Radix.Root open onOpenChange={(open) => !open && onClose()}>
      <Radix.Portal>
        <Radix.Overlay className="fixed inset-0 z-40 bg-bg/75" />
        <Radix.Content
          aria-describedby={undefined}
          className="fixed top-[12vh] left-1/2 z-50 w-[min(600px,calc(100vw-24px))] -translate-x-1/2 animate-appear overflow-hidden rounded-overlay border border-line-strong bg-surface"
        >
          <VisuallyHidden.Root>
            <Radix.Title>{t("command.palette")}</Radix.Title>
          </VisuallyHidden.Root>
          <Cmdk label={t("command.palette")} loop filter={score}>
            <Cmdk.Input
              value={text}
              onValueChange={setText}
              placeholder={t("shell.search")}
              className="h-12 w-full border-b border-line bg-transparent px-4 text-lead outline-none placeholder:text-muted"
            />
            <Cmdk.List className="max-h-[52vh] overflow-y-auto p-2 [&_[cmdk-group-heading]]:px-3 [&_[cmdk-group-heading]]:py-1.5 [&_[cmdk-group-heading]]:text-caption [&_[cmdk-group-heading]]:text-muted">
              <Cmdk.Empty className="px-3 py-6 text-center text-muted">
                {products.isFetching ? t("state.loading") : t("state.noMatch")}
              </Cmdk.Empty>
              {found.length > 0 && (
                <Cmdk.Group heading={t("nav.products")}>
                  {found.map((product) => (
                    <Cmdk.Item
                      key={product.id}
                      value={`product ${product.id}`}
                      // The server has matched already: the palette's own filter must let it pass.
                      keywords={[text]}
                      className={ITEM}
                      onSelect={() =>
                        choose(
                          () =>
                            void navigate({
                              to: "/products/$productId",
                              params: { productId: product.id },
                            } as never),
                        )
                      }
                    >
                      <Package size={16} aria-hidden="true" className="text-muted" />
                      <span className="flex-1 truncate">{product.title}</span>
                      <span className="text-meta text-muted">{product.product_type}</span>
                    </Cmdk.Item>
                  ))}
                </Cmdk.Group>
              )}
              {GROUPS.map((group) => (
                <Entries key={group} group={group} commands={commands} onChoose={choose} />
              ))}
              {mayAsk && text.trim() && (
                <Cmdk.Item
                  value={ASK}
                  className={ITEM}
                  onSelect={() => choose(() => setDock({ open: true, question: text.trim() }))}
                >
                  <MessageSquareText size={16} aria-hidden="true" className="text-muted" />
                  <span className="flex-1 truncate">{t("command.askText", { text })}</span>
                </Cmdk.Item>
              )}
            </Cmdk.List>
          </Cmdk>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

interface EntriesProps {
  group: CommandGroup;
  commands: readonly Command[];
  onChoose: (run: () => void) => void;
}

function Entries({ group, commands, onChoose }: EntriesProps) {
  const { t } = useTranslation();
  const shown = commands.filter((command) => command.group === group && !command.sheetOnly);
  if (shown.length === 0) return null;
  const Icon = group === "go" ? ArrowRight : Zap;
  return (
    <Cmdk.Group heading={t(`command.group.${group}`)}>
      {shown.map((command) => (
        <Cmdk.Item
          key={command.id}
          value={`${command.label} ${command.id}`}
          keywords={command.words ? [command.words] : []}
          className={ITEM}
          onSelect={() => onChoose(command.run)}
        >
          <Icon size={16} aria-hidden="true" className="text-muted" />
          <span className="flex-1">{command.label}</span>
          {command.keys && <Kbd>{command.keys}</Kbd>}
        </Cmdk.Item>
      ))}
    </Cmdk.Group>
  );
}

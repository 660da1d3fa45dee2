/** The dialogs of one conversation: its name, its file, its end. */
import { Download } from "lucide-react";
import { type ReactNode, useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { exportAddress, useDeleteConversation, useRenameConversation } from "@/api/conversation";
import { asProblem } from "@/api/problem";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";
import { sayDone, sayFailed } from "@/ui/toast";

interface ConversationDialogProps {
  tool: "rename" | "export" | "delete";
  id: string;
  title: string;
  onClose: () => void;
  onDeleted: () => void;
}

export default function ConversationDialog({ tool, ...props }: ConversationDialogProps) {
  switch (tool) {
    case "rename":
      return <Rename {...props} />;
    case "export":
      return <Export {...props} />;
    case "delete":
      return <Delete {...props} />;
  }
}

function Export({ id, onClose }: { id: string; onClose: () => void }) {
  const { t } = useTranslation();
  return (
    <Dialog open onClose={onClose} title={t("aira.export")} description={t("aira.exportBody")}>
      <div className="flex flex-wrap gap-2">
        <FileLink href={exportAddress(id, "markdown")}>Markdown</FileLink>
        <FileLink href={exportAddress(id, "json")}>JSON</FileLink>
      </div>
    </Dialog>
  );
}

function FileLink({ href, children }: { href: string; children: ReactNode }) {
  return (
    <a
      href={href}
      download
      className="motion-hover inline-flex h-10 items-center gap-2 rounded-row border border-line-strong px-4 font-medium hover:bg-raised max-md:min-h-11"
    >
      <Download size={16} aria-hidden="true" />
      {children}
    </a>
  );
}

/** The server's own limit of a title. */
const TITLE_MAX = 200;

function Rename({ id, title, onClose }: { id: string; title: string; onClose: () => void }) {
  const { t } = useTranslation();
  const field = useId();
  const [name, setName] = useState(title);
  const rename = useRenameConversation();
  return (
    <Dialog open onClose={onClose} title={t("aira.rename")}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          rename.mutate(
            { id, title: name.trim() },
            {
              onSuccess: onClose,
              onError: (error) => sayFailed(t("aira.renameFailed"), asProblem(error)),
            },
          );
        }}
      >
        <label htmlFor={field} className="text-dense">
          {t("aira.title")}
        </label>
        <input
          id={field}
          value={name}
          maxLength={TITLE_MAX}
          autoComplete="off"
          onChange={(event) => setName(event.target.value)}
          className="mt-1 h-10 w-full rounded-control border border-line-strong bg-raised px-3 max-md:h-11"
        />
        <div className="mt-4 flex justify-end gap-2">
          <Button variant="plain" onClick={onClose}>
            {t("state.cancel")}
          </Button>
          <Button type="submit" variant="primary" disabled={name.trim() === "" || rename.isPending}>
            {t("state.save")}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

interface DeleteProps {
  id: string;
  title: string;
  onClose: () => void;
  onDeleted: () => void;
}

function Delete({ id, title, onClose, onDeleted }: DeleteProps) {
  const { t } = useTranslation();
  const remove = useDeleteConversation();
  return (
    <Dialog
      open
      onClose={onClose}
      title={t("aira.delete")}
      description={t("aira.deleteBody", { title })}
    >
      <div className="flex justify-end gap-2">
        <Button variant="plain" onClick={onClose}>
          {t("state.cancel")}
        </Button>
        <Button
          variant="danger"
          disabled={remove.isPending}
          onClick={() =>
            remove.mutate(id, {
              onSuccess: () => {
                onClose();
                onDeleted();
                sayDone(t("aira.deleted"));
              },
              onError: (error) => sayFailed(t("aira.deleteFailed"), asProblem(error)),
            })
          }
        >
          {t("aira.deleteSure")}
        </Button>
      </div>
    </Dialog>
  );
}

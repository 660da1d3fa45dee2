/** A modal dialog: title, what it means, what to do. */
import { X } from "lucide-react";
import { Dialog as Radix } from "radix-ui";
import { type ReactNode, useRef } from "react";
import { useTranslation } from "react-i18next";

/** Whoever opens a dialog with one field to fill wants to type, not to close it. */
function startInField(event: Event) {
  const field = (event.currentTarget as HTMLElement | null)?.querySelector<HTMLElement>(
    "input:not([type=checkbox]), textarea",
  );
  if (!field) return;
  event.preventDefault();
  field.focus();
}

interface DialogProps {
  open: boolean;
  onClose: () => void;
  title: string;
  description?: string;
  children: ReactNode;
}

export function Dialog({ open, onClose, title, description, children }: DialogProps) {
  const { t } = useTranslation();
  // A dialog that is shown by a state has no trigger of its own to go back to.
  const opener = useRef<HTMLElement | null>(null);
  return (
    <Radix.Root open={open} onOpenChange={(next) => !next && onClose()}>
      <Radix.Portal>
        <Radix.Overlay className="fixed inset-0 z-40 bg-bg/75" />
        <Radix.Content
          {...(description ? {} : { "aria-describedby": undefined })}
          onOpenAutoFocus={(event) => {
            opener.current = document.activeElement as HTMLElement | null;
            startInField(event);
          }}
          onCloseAutoFocus={(event) => {
            event.preventDefault();
            opener.current?.focus();
          }}
          className="fixed top-1/2 left-1/2 z-50 max-h-[88dvh] w-[min(560px,calc(100vw-24px))] -translate-x-1/2 -translate-y-1/2 animate-appear overflow-auto rounded-overlay border border-line-strong bg-surface p-5"
        >
          <div className="mb-3 flex items-start justify-between gap-4">
            <Radix.Title className="text-h3">{title}</Radix.Title>
            <Radix.Close
              aria-label={t("state.close")}
              className="-mt-1 -mr-1 flex size-8 items-center justify-center rounded-control text-muted hover:bg-raised hover:text-fg max-md:size-11"
            >
              <X size={18} aria-hidden="true" />
            </Radix.Close>
          </div>
          {description && (
            <Radix.Description className="mb-4 text-body text-muted">
              {description}
            </Radix.Description>
          )}
          {children}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

/** Rename, take away as a file, delete: each asks in a dialog of its own. */
import { Download, Pencil, Trash2 } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import { IconButton } from "@/ui/Button";

const ConversationDialog = lazy(() => import("./ConversationDialog"));

interface ConversationToolsProps {
  id: string;
  title: string;
  onDeleted: () => void;
}

const TOOLS = [
  ["rename", Pencil],
  ["export", Download],
  ["delete", Trash2],
] as const;

type Tool = (typeof TOOLS)[number][0];

export function ConversationTools(props: ConversationToolsProps) {
  const { t } = useTranslation();
  const [open, setOpen] = useState<Tool | null>(null);
  return (
    <div className="flex gap-2">
      {TOOLS.map(([tool, Icon]) => (
        <IconButton
          key={tool}
          label={t(`aira.${tool}`)}
          aria-haspopup="dialog"
          onClick={() => setOpen(tool)}
        >
          <Icon size={16} aria-hidden="true" />
        </IconButton>
      ))}
      <Suspense fallback={null}>
        {open && <ConversationDialog {...props} tool={open} onClose={() => setOpen(null)} />}
      </Suspense>
    </div>
  );
}

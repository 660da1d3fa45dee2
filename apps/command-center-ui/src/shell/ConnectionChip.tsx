/** Whether what is on screen is live. */
import { useTranslation } from "react-i18next";
import { type LiveState, useLive } from "@/live";
import { type Tone, ToneWord } from "@/ui/Tone";

const TONE: Record<LiveState["status"], Tone> = {
  live: "ok",
  connecting: "muted",
  reconnecting: "warn",
  offline: "bad",
};

export function ConnectionChip() {
  const { t } = useTranslation();
  const { status } = useLive();
  return (
    <span role="status" className="text-dense text-muted" data-live={status}>
      <ToneWord tone={TONE[status]} busy={status === "reconnecting"}>
        {t(`live.${status}`)}
      </ToneWord>
    </span>
  );
}

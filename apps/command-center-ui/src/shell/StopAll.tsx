/** The kill switch: held to confirm, acknowledged with what was still in flight. */
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { asProblem } from "@/api/problem";
import { useMay } from "@/api/session";
import { useStop } from "@/api/stop";
import type { Session, StopResult } from "@/api/types";
import { Dialog } from "@/ui/Dialog";
import { HoldButton } from "@/ui/HoldButton";
import { Failure } from "@/ui/states";
import { Clock } from "@/ui/Time";
import { sayDone } from "@/ui/toast";

interface StopAllProps {
  onClose: () => void;
  session: Session;
}

export default function StopAll({ onClose, session }: StopAllProps) {
  const { t } = useTranslation();
  const stop = useStop();
  const may = useMay("stop:write");
  const [result, setResult] = useState<StopResult | null>(null);
  const stopped = session.stopped.includes("store");
  const close = () => {
    setResult(null);
    stop.reset();
    onClose();
  };
  return (
    <Dialog open onClose={close} title={t("stop.title")} description={t("stop.body")}>
      {stop.error && <Failure error={asProblem(stop.error)} />}
      {result || stopped ? (
        <Acknowledged result={result} />
      ) : (
        <>
          <HoldButton
            disabled={!may || stop.isPending}
            holding={t("stop.holding")}
            onHeld={() =>
              stop.mutate(
                { scope: "store", reason: t("stop.reason") },
                {
                  onSuccess: (answer) => {
                    setResult(answer);
                    sayDone(t("stop.done"));
                  },
                },
              )
            }
          >
            {stop.isPending ? t("stop.sending") : t("stop.hold")}
          </HoldButton>
          {!may && <p className="mt-2 text-dense text-muted">{t("state.notAllowed")}</p>}
        </>
      )}
    </Dialog>
  );
}

function Acknowledged({ result }: { result: StopResult | null }) {
  const { t } = useTranslation();
  if (!result) return <p role="status">{t("stop.already")}</p>;
  return (
    <div role="status">
      <p className="text-ok">
        {t("stop.acknowledged")} <Clock at={result.acknowledged_at} />
      </p>
      {result.in_flight.length === 0 ? (
        <p className="mt-2 text-muted">{t("stop.noneInFlight")}</p>
      ) : (
        <ul className="mt-3 space-y-1">
          {result.in_flight.map((write) => (
            <li key={write.decision_id} className="flex justify-between gap-4 text-dense">
              <span className="truncate font-mono">{write.decision_id}</span>
              <span className="text-muted">{write.outcome ?? write.state}</span>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

/** Work that was given up, to retry or dismiss; nothing is shown while there is none. */
import { useTranslation } from "react-i18next";
import { useDeadLetters, useSettleDeadLetter } from "@/api/dead-letters";
import { useMay } from "@/api/session";
import { Button } from "@/ui/Button";
import { Card } from "@/ui/Card";
import { Moment } from "@/ui/Time";

/** Of these kinds of work, or of all. */
export function GivenUp({ kinds }: { kinds?: readonly string[] }) {
  const { t } = useTranslation();
  const all = useDeadLetters().data?.data ?? [];
  const letters = kinds ? all.filter((letter) => kinds.includes(letter.kind)) : all;
  const settle = useSettleDeadLetter();
  const may = useMay("agents:run");
  if (letters.length === 0) return null;
  return (
    <Card title={t("givenUp.title")} className="mb-4">
      <ul className="divide-y divide-line">
        {letters.map((letter) => (
          <li key={letter.id} className="flex flex-wrap items-center gap-x-4 gap-y-2 py-2">
            <span className="min-w-0 flex-1 basis-64 text-dense">
              {letter.error}
              <span className="block break-all text-meta text-muted">
                {letter.subject} · <Moment at={letter.at} />
              </span>
            </span>
            {letter.kind !== "execute_decision" && (
              <Button
                small
                disabled={!may || settle.isPending}
                onClick={() => settle.mutate({ id: letter.id, how: "retry" })}
              >
                {t("givenUp.retry")}
              </Button>
            )}
            <Button
              small
              variant="plain"
              disabled={!may || settle.isPending}
              onClick={() => settle.mutate({ id: letter.id, how: "dismiss" })}
            >
              {t("givenUp.dismiss")}
            </Button>
          </li>
        ))}
      </ul>
      {settle.error && (
        <p role="alert" className="mt-2 text-dense text-bad">
          {settle.error.message}
        </p>
      )}
    </Card>
  );
}

/** Who says that the sender is who it says: nobody, with a way to give one's word, or a person. */
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { asProblem } from "@/api/problem";
import { useMay } from "@/api/session";
import { useThreadAction } from "@/api/thread-actions";
import type { ThreadDetail } from "@/api/types";
import { Button } from "@/ui/Button";
import { Failure, Note } from "@/ui/states";
import { Moment } from "@/ui/Time";
import { sayDone } from "@/ui/toast";
import { Line } from "./Line";

export function Sender({ thread }: { thread: ThreadDetail }) {
  const { t } = useTranslation();
  if (thread.proof === "unproven") return <Vouch thread={thread} />;
  if (!thread.vouching) return null;
  return (
    <Note tone="info">
      <p className="font-medium">
        {t("support.vouched", { who: thread.vouching.by })} · <Moment at={thread.vouching.at} />
      </p>
      <p className="break-words">{thread.vouching.note}</p>
    </Note>
  );
}

function Vouch({ thread }: { thread: ThreadDetail }) {
  const { t } = useTranslation();
  const may = useMay("decisions:decide");
  const action = useThreadAction(thread.id);
  const [note, setNote] = useState("");
  // The word is for what stands here now: what comes meanwhile makes the server refuse it.
  const newest = thread.messages.findLast(
    (each) => each.direction === "inbound" && !each.is_automatic,
  );
  if (!newest) return null;
  return (
    <form
      aria-label={t("support.vouch")}
      className="mb-3 rounded-row border border-line-strong p-3"
      onSubmit={(event) => {
        event.preventDefault();
        action.mutate(
          { type: "vouch", message_id: newest.id, note: note.trim() },
          { onSuccess: () => sayDone(t("support.done.vouch")) },
        );
      }}
    >
      <h3 className="text-body">{t("support.unproven")}</h3>
      <p className="text-meta text-muted">
        {t("support.vouchWarning", { address: thread.address })}
      </p>
      <Line
        label={t("support.vouchNote")}
        value={note}
        onChange={setNote}
        disabled={!may || action.isPending}
        maxLength={255}
      />
      <Button
        small
        className="mt-2"
        type="submit"
        disabled={!may || action.isPending || !note.trim()}
      >
        {t("support.vouch")}
      </Button>
      {action.error && <Failure error={asProblem(action.error)} />}
    </form>
  );
}

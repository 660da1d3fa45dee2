/** Requests about personal data that were acted upon; nothing is shown while there are none. */
import { useTranslation } from "react-i18next";
import { usePrivacyExport, usePrivacyRequests } from "@/api/privacy-requests";
import { asProblem } from "@/api/problem";
import { useMay } from "@/api/session";
import { Button } from "@/ui/Button";
import { Card } from "@/ui/Card";
import { Moment } from "@/ui/Time";
import { sayFailed } from "@/ui/toast";

export function PrivacyRequests() {
  const { t } = useTranslation();
  const requests = usePrivacyRequests().data?.data ?? [];
  const read = usePrivacyExport();
  const may = useMay("connections:write");
  if (requests.length === 0) return null;
  return (
    <Card title={t("connect.privacy")}>
      <ul className="divide-y divide-line">
        {requests.map((request) => (
          <li key={request.id} className="flex flex-wrap items-center gap-x-4 gap-y-1 py-2">
            <span className="min-w-0 flex-1 basis-56 text-dense">
              {t(`connect.topic.${request.topic}` as "connect.topic.shop/redact")}
              <span className="block text-meta text-muted">
                <Moment at={request.done_at ?? request.received_at} />
                {" · "}
                {Object.entries(request.receipt)
                  .map(([name, count]) => `${name} ${String(count)}`)
                  .join(", ")}
              </span>
            </span>
            {may && request.has_export && (
              <Button
                small
                disabled={read.isPending}
                onClick={() =>
                  read.mutate(request.id, {
                    onSuccess: ({ data }) => save(`customer-${request.subject}.json`, data),
                    onError: (error) => sayFailed(t("connect.downloadFailed"), asProblem(error)),
                  })
                }
              >
                {t("connect.download")}
              </Button>
            )}
          </li>
        ))}
      </ul>
    </Card>
  );
}

function save(name: string, content: unknown) {
  const blob = new Blob([JSON.stringify(content, null, 2)], { type: "application/json" });
  const address = URL.createObjectURL(blob);
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  URL.revokeObjectURL(address);
}

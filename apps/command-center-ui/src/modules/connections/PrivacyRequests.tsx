/** Requests about personal data that were acted upon, and what each reached. */
import type { TFunction } from "i18next";
import { useTranslation } from "react-i18next";
import { usePrivacyExport, usePrivacyRequests } from "@/api/privacy-requests";
import { asProblem } from "@/api/problem";
import { useMay } from "@/api/session";
import type { PrivacyRequest } from "@/api/types";
import { Button } from "@/ui/Button";
import { Card } from "@/ui/Card";
import { QueryView } from "@/ui/QueryView";
import { Moment } from "@/ui/Time";
import { sayFailed } from "@/ui/toast";

export function PrivacyRequests() {
  const { t } = useTranslation();
  const query = usePrivacyRequests();
  return (
    <Card title={t("connect.privacy")}>
      <QueryView
        query={query}
        isEmpty={({ data }) => data.length === 0}
        empty={{ title: t("connect.privacyEmpty"), body: t("connect.privacyEmptyBody") }}
      >
        {({ data }) => (
          <ul className="divide-y divide-line">
            {data.map((request) => (
              <Request key={request.id} request={request} />
            ))}
          </ul>
        )}
      </QueryView>
    </Card>
  );
}

function Request({ request }: { request: PrivacyRequest }) {
  const { t } = useTranslation();
  const read = usePrivacyExport();
  const may = useMay("connections:write");
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-1 py-2">
      <span className="min-w-0 flex-1 basis-56 text-dense">
        {t(`connect.topic.${request.topic}` as "connect.topic.shop/redact")}
        <span className="block text-meta text-muted">
          <Moment at={request.done_at ?? request.received_at} />
          {" · "}
          {reached(request, t)}
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
  );
}

/** Where something was found, and how much; what is not known by name is told as it is called. */
function reached({ receipt }: PrivacyRequest, t: TFunction): string {
  const found = Object.entries(receipt).filter(([, count]) => count !== 0);
  if (found.length === 0) return t("connect.nothingHeld");
  return found
    .map(([name, count]) => {
      const called = t(`connect.held.${name}` as "connect.held.orders", { defaultValue: name });
      return `${called} ${String(count)}`;
    })
    .join(", ");
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

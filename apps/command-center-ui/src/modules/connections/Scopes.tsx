/** What each agent needs of the store, what is missing of it, and how to get it. */
import { useTranslation } from "react-i18next";
import { useMay } from "@/api/session";
import { useAskConsent } from "@/api/store-connection";
import type { StoreConnection } from "@/api/types";
import { Button } from "@/ui/Button";
import { ToneWord } from "@/ui/Tone";

export function Scopes({ connection }: { connection: StoreConnection }) {
  const { t } = useTranslation();
  const ask = useAskConsent();
  const may = useMay("connections:write");
  const missing = connection.needs.some((need) => need.missing.length > 0);
  return (
    <section aria-label={t("connect.scopes")}>
      <h3 className="font-sans text-dense font-medium">{t("connect.scopes")}</h3>
      {connection.granted === null && (
        <p className="mt-1 text-dense text-muted">{t("connect.unknownScopes")}</p>
      )}
      <ul className="mt-1 divide-y divide-line text-dense">
        {connection.needs.map((need) => (
          <li key={need.agent_id ?? "copy"} className="py-1.5">
            <div className="flex flex-wrap justify-between gap-x-4">
              <span>{need.agent_id ? need.name : t("connect.copy")}</span>
              {connection.granted !== null &&
                (need.missing.length > 0 ? (
                  <ToneWord tone="warn" className="text-meta">
                    {t("connect.missing")}: {need.missing.join(", ")}
                  </ToneWord>
                ) : (
                  <ToneWord tone="ok" className="text-meta text-muted">
                    {t("connect.all")}
                  </ToneWord>
                ))}
            </div>
            {need.scopes.length > 0 && (
              <p className="text-meta text-muted">
                {t("connect.needs")}{" "}
                <span className="font-mono break-words">{need.scopes.join(" ")}</span>
              </p>
            )}
          </li>
        ))}
      </ul>
      {missing &&
        (connection.can_ask_again && may ? (
          <Button
            small
            className="mt-2"
            disabled={ask.isPending}
            onClick={() =>
              ask.mutate(undefined, { onSuccess: ({ url }) => window.location.assign(url) })
            }
          >
            {t("connect.again")}
          </Button>
        ) : (
          connection.set_by !== "sandbox" && (
            <p className="mt-2 text-dense text-muted">{t("connect.grantThere")}</p>
          )
        ))}
      {ask.error && (
        <p role="alert" className="mt-2 text-dense text-bad">
          {ask.error.message} {ask.error.remedy}
        </p>
      )}
    </section>
  );
}

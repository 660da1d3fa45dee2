/** When each check last looked, at what, and why one could not. */
import { Download } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { SecurityScan } from "@/api/types";
import { Card } from "@/ui/Card";
import { Age } from "@/ui/Time";
import { ToneWord } from "@/ui/Tone";
import { useCheckName } from "./use-check-name";

export function Scans({ scans }: { scans: SecurityScan[] }) {
  const { t } = useTranslation();
  const checkName = useCheckName();
  return (
    <Card title={t("security.scans")}>
      <ul className="grid gap-3 text-dense">
        {scans.map((scan) => (
          <li key={scan.check}>
            <div className="flex flex-wrap items-baseline justify-between gap-x-3">
              <ToneWord tone={scan.ok ? (scan.findings > 0 ? "warn" : "ok") : "muted"}>
                {checkName(scan.check)}
              </ToneWord>
              <span className="text-meta text-muted">
                <Age at={scan.at} />
              </span>
            </div>
            <p className="text-meta text-muted">
              {scan.ok ? t("security.found", { count: scan.findings }) : t("security.notChecked")}
              {" · "}
              {scan.detail}
            </p>
          </li>
        ))}
      </ul>
      <a
        className="mt-3 inline-flex min-h-8 items-center gap-2 text-dense text-accent underline underline-offset-2 max-md:min-h-11"
        href="/v1/security/materials"
        download
      >
        <Download size={16} aria-hidden="true" />
        {t("security.materials")}
      </a>
    </Card>
  );
}

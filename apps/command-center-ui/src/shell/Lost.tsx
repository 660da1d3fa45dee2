/** No page has this address. */
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { PageHeader } from "@/ui/PageHeader";

export function Lost() {
  const { t } = useTranslation();
  return (
    <>
      <PageHeader title={t("lost.title")} />
      <p className="text-muted">
        {t("lost.body")}{" "}
        <Link to="/" className="text-accent underline underline-offset-2">
          {t("nav.today")}
        </Link>
      </p>
    </>
  );
}

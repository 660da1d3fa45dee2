/** Where toasts appear. */
import { useTranslation } from "react-i18next";
import { Toaster } from "sonner";

export default function Toasts({ theme }: { theme: "dark" | "light" }) {
  const { t } = useTranslation();
  return (
    <Toaster
      theme={theme}
      position="bottom-right"
      containerAriaLabel={t("shell.toasts")}
      mobileOffset={{ bottom: 76 }}
      toastOptions={{
        style: {
          background: "var(--c-raised)",
          color: "var(--c-fg)",
          border: "1px solid var(--c-line-strong)",
          borderRadius: "12px",
          boxShadow: "none",
          fontFamily: '"Geist Variable", system-ui, sans-serif',
        },
        actionButtonStyle: { background: "var(--c-accent)", color: "var(--c-on-accent)" },
      }}
    />
  );
}

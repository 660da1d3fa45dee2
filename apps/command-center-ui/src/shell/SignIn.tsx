/** Shown without a session: where the one-time link comes from. */
import { RotateCw } from "lucide-react";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/ui/Button";
import { Mark } from "./Mark";

interface SignInProps {
  checking: boolean;
  onCheck: () => void;
}

export function SignIn({ checking, onCheck }: SignInProps) {
  const { t } = useTranslation();
  useEffect(() => {
    document.title = `${t("signIn.title")} · Royal Equips`;
  }, [t]);
  return (
    <main className="flex min-h-dvh items-center justify-center p-4">
      <div className="brass-rule w-full max-w-[480px] rounded-card border border-line bg-surface p-7">
        <Mark size={40} />
        <h1 className="mt-5 text-h2">{t("signIn.title")}</h1>
        <p className="mt-2 text-muted">{t("signIn.body")}</p>
        <ol className="mt-5 space-y-4">
          <Step text={t("signIn.start")} command="make run" />
          <Step text={t("signIn.again")} command="royal login-link" />
        </ol>
        <p className="mt-5 text-dense text-muted">{t("signIn.oneTime")}</p>
        <Button
          className="mt-5"
          disabled={checking}
          icon={<RotateCw size={16} aria-hidden="true" />}
          onClick={onCheck}
        >
          {t("signIn.check")}
        </Button>
      </div>
    </main>
  );
}

function Step({ text, command }: { text: string; command: string }) {
  return (
    <li>
      <p>{text}</p>
      <code className="mt-1 block rounded-control border border-line bg-raised px-3 py-2 font-mono text-dense">
        {command}
      </code>
    </li>
  );
}

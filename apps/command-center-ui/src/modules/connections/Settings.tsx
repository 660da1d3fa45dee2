/** How this screen looks on this machine, and who is signed in. */
import { LogOut } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useSession } from "@/api/session";
import { useSignOut } from "@/api/session-end";
import { changeLanguage } from "@/i18n";
import {
  type Density,
  type Language,
  setPreferences,
  type Theme,
  usePreferences,
} from "@/preferences/store";
import { Button } from "@/ui/Button";
import { Card } from "@/ui/Card";
import { Segmented } from "@/ui/fields";

export function Settings() {
  const { t } = useTranslation();
  const { theme, language, density, onboardingHidden } = usePreferences();
  return (
    <div className="grid gap-4">
      <Card title={t("connections.settings")}>
        <div className="space-y-3">
          <Setting label={t("connections.theme")}>
            <Segmented<Theme>
              label={t("connections.theme")}
              value={theme}
              onChange={(value) => setPreferences({ theme: value })}
              options={(["system", "dark", "light"] as const).map((value) => ({
                value,
                label: t(`theme.${value}`),
              }))}
            />
          </Setting>
          <Setting label={t("connections.language")}>
            <Segmented<Language>
              label={t("connections.language")}
              value={language}
              onChange={(value) => {
                void changeLanguage(value).then(() => setPreferences({ language: value }));
              }}
              options={[
                { value: "en", label: <span lang="en">English</span> },
                { value: "nl", label: <span lang="nl">Nederlands</span> },
              ]}
            />
          </Setting>
          <Setting label={t("connections.density")}>
            <Segmented<Density>
              label={t("connections.density")}
              value={density}
              onChange={(value) => setPreferences({ density: value })}
              options={(["comfortable", "standard", "compact"] as const).map((value) => ({
                value,
                label: t(`connections.densities.${value}`),
              }))}
            />
          </Setting>
          {onboardingHidden && (
            <Button small onClick={() => setPreferences({ onboardingHidden: false })}>
              {t("connections.steps")}
            </Button>
          )}
        </div>
      </Card>
      <Account />
    </div>
  );
}

function Setting({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div className="flex flex-wrap items-center justify-between gap-2">
      <span>{label}</span>
      {children}
    </div>
  );
}

function Account() {
  const { t } = useTranslation();
  const session = useSession().data;
  const signOut = useSignOut();
  if (!session) return null;
  return (
    <Card title={t("connections.account")}>
      <dl className="grid grid-cols-[auto_1fr] gap-x-5 gap-y-1 text-dense">
        <dt className="text-muted">{t("connections.account")}</dt>
        <dd>{session.name}</dd>
        <dt className="text-muted">{t("connections.role")}</dt>
        <dd>{session.role}</dd>
        <dt className="text-muted">{t("connections.version")}</dt>
        <dd className="font-mono text-meta">{session.version}</dd>
      </dl>
      <Button
        small
        className="mt-3"
        disabled={signOut.isPending}
        icon={<LogOut size={16} aria-hidden="true" />}
        onClick={() => signOut.mutate()}
      >
        {t("connections.signOut")}
      </Button>
    </Card>
  );
}

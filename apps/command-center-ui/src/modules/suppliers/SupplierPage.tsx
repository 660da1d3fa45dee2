/** One supplier: where its feed is, which column holds what, and how that reads. */
import { Link, useParams } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useMay } from "@/api/session";
import { useChangeSupplier, useReadSupplier, useSupplier } from "@/api/suppliers";
import type {
  FeedSettings,
  PrintfulSettings,
  SupplierAuth,
  SupplierDetail,
  SupplierMail,
} from "@/api/types";
import { Button } from "@/ui/Button";
import { Card } from "@/ui/Card";
import { PageHeader } from "@/ui/PageHeader";
import { QueryView } from "@/ui/QueryView";
import { Failure, Note } from "@/ui/states";
import { Moment } from "@/ui/Time";
import { ToneWord } from "@/ui/Tone";
import { sayDone } from "@/ui/toast";
import { ColumnMap } from "./ColumnMap";
import { DeskForm } from "./DeskForm";
import { deskDraft, deskSet, MAPS, wrongLine } from "./desk";
import { FeedForm } from "./FeedForm";
import { HoursForm, hoursSet } from "./HoursForm";
import { MailForm } from "./MailForm";
import { Preview } from "./Preview";
import { PrintfulForm } from "./PrintfulForm";
import { Word } from "./SupplierCard";
import { STATE_TONE } from "./words";

export default function SupplierPage() {
  const { supplierId } = useParams({ strict: false }) as { supplierId: string };
  const query = useSupplier(supplierId);
  return (
    <QueryView query={query}>
      {(supplier) => <Editor key={supplier.version} supplier={supplier} />}
    </QueryView>
  );
}

const NO_AUTH: SupplierAuth = { secret: "", header: "Authorization", prefix: "Bearer " };
const NO_MAIL: SupplierMail = { address: "", send_orders: false, send_customers_orders: false };

function Editor({ supplier }: { supplier: SupplierDetail }) {
  const { t } = useTranslation();
  const may = useMay("connections:write");
  const mayRead = useMay("agents:run");
  const change = useChangeSupplier(supplier.id);
  const read = useReadSupplier(supplier.id);
  const [feed, setFeed] = useState<FeedSettings>(supplier.settings.feed ?? {});
  const [printful, setPrintful] = useState<PrintfulSettings>(supplier.settings.printful ?? {});
  const [mail, setMail] = useState<SupplierMail>(supplier.settings.mail ?? NO_MAIL);
  const [hours, setHours] = useState({
    cutoff: supplier.settings.cutoff_hour?.toString() ?? "",
    days: supplier.settings.working_days ?? "",
  });
  const atPrintful = supplier.kind === "printful";
  const isWrittenTo = supplier.kind === "manual";
  const ordersByMail = (
    <Card title={t("suppliers.byMail.title")}>
      <MailForm
        mail={mail}
        onChange={setMail}
        disabled={!may}
        // Who publishes nothing offers nothing that an order could be routed to.
        serves={!isWrittenTo && !supplier.takes_orders}
      />
      {isWrittenTo && <Word supplier={supplier} />}
    </Card>
  );
  const [desk, setDesk] = useState(deskDraft(supplier.settings.desk));
  const [auth, setAuth] = useState({ ...NO_AUTH, ...supplier.settings.auth });
  const changed = () => {
    if (atPrintful) return { printful };
    const written = { mail: mail.address ? mail : null };
    return isWrittenTo ? written : { feed, desk: deskSet(desk), ...written };
  };
  const isWrong = MAPS.some((name) => wrongLine(desk[name]));
  const save = (active: boolean) =>
    change.mutate(
      {
        version: supplier.version,
        name: supplier.name,
        active,
        settings: {
          ...supplier.settings,
          ...changed(),
          ...hoursSet(hours),
          auth: auth.secret ? auth : null,
        } as never,
      },
      { onSuccess: () => sayDone(t("suppliers.saved")) },
    );
  return (
    <>
      <p className="mb-1 text-dense">
        <Link to="/suppliers" className="text-muted hover:text-accent">
          ← {t("suppliers.back")}
        </Link>
      </p>
      <PageHeader
        title={supplier.name}
        aside={
          <>
            <ToneWord tone={STATE_TONE[supplier.state]} busy={supplier.state === "reading"}>
              {t(`suppliers.state.${supplier.state}`)}
            </ToneWord>
            {supplier.read_at && <Moment at={supplier.read_at} />}
            <Button
              small
              disabled={!mayRead || read.isPending}
              onClick={() =>
                read.mutate(undefined, { onSuccess: () => sayDone(t("suppliers.readAsked")) })
              }
            >
              {t("suppliers.read")}
            </Button>
          </>
        }
      />
      {supplier.origin === "sandbox" && <Note tone="info">{t("suppliers.invented")}</Note>}
      {supplier.detail && <Note tone="warn">{supplier.detail}</Note>}
      {change.error && <Failure error={change.error} />}
      {isWrittenTo ? (
        ordersByMail
      ) : (
        <div className="grid grid-cols-[minmax(0,1fr)] gap-4 xl:grid-cols-[minmax(320px,2fr)_minmax(0,3fr)]">
          <div className="grid min-w-0 grid-cols-[minmax(0,1fr)] content-start gap-4">
            <Card title={t(atPrintful ? "suppliers.kinds.printful" : "suppliers.feed")}>
              {atPrintful ? (
                <PrintfulForm printful={printful} onChange={setPrintful} disabled={!may} />
              ) : (
                <FeedForm
                  feed={feed}
                  onChange={setFeed}
                  auth={auth}
                  onAuth={setAuth}
                  disabled={!may}
                />
              )}
              <Word supplier={supplier} />
            </Card>
            <HoursForm hours={hours} onChange={setHours} disabled={!may} />
            {!atPrintful && (
              <Card title={t("suppliers.columns")}>
                <ColumnMap
                  columns={supplier.columns}
                  chosen={feed.columns ?? {}}
                  disabled={!may}
                  onChange={(columns) => setFeed({ ...feed, columns })}
                />
              </Card>
            )}
            {!atPrintful && <DeskForm desk={desk} onChange={setDesk} disabled={!may} />}
            {!atPrintful && ordersByMail}
          </div>
          <Preview supplier={supplier} feed={feed} may={may} />
        </div>
      )}
      <div className="sticky bottom-0 mt-4 flex flex-wrap items-center gap-3 border-t border-line bg-bg py-3 max-md:bottom-14">
        <Button
          variant="primary"
          disabled={!may || isWrong || change.isPending}
          onClick={() => save(true)}
        >
          {t(supplier.active ? "suppliers.save" : "suppliers.saveOn")}
        </Button>
        <Button disabled={!may || isWrong || change.isPending} onClick={() => save(false)}>
          {t(supplier.active ? "suppliers.switchOff" : "suppliers.save")}
        </Button>
        {!may && <span className="text-dense text-muted">{t("state.notAllowed")}</span>}
      </div>
    </>
  );
}

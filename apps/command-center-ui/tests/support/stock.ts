/** Stock of the small store: late, soon, calm and unsold variants; one order that came in part. */
import type { PurchaseOrder, StockRisk, SupplyTerms, SupplyTermsIn } from "@/api/types";

const DAY = 86_400_000;

export class Stock {
  risks: StockRisk[];
  orders: PurchaseOrder[];
  terms: SupplyTerms = { vendor: null, variant: null };
  looked = true;

  constructor(readonly now: string) {
    this.risks = risks(now);
    this.orders = [order(now)];
  }

  page(show: string, text: string | null): unknown {
    const inView = (risk: StockRisk) =>
      show === "all" ||
      (show === "dead" ? risk.dead : show === "late" ? risk.late : risk.late || risk.cover === 20);
    const all = this.looked ? this.risks : [];
    const data = all
      .filter(inView)
      .filter((risk) => !text || risk.title.toLowerCase().includes(text.toLowerCase()));
    return {
      data,
      counts: { judged: all.length, late: 1, soon: 2, dead: 1 },
      run_id: this.looked ? "run_1842" : null,
      as_of: this.looked ? this.now : null,
      next_cursor: null,
      total: data.length,
      provenance: { source: "sandbox", as_of: this.now, partial: false },
    };
  }

  receive(body: { quantity: number; final: boolean }): PurchaseOrder | undefined {
    const [first] = this.orders;
    if (!first) return undefined;
    const received = first.received + body.quantity;
    const receipt = {
      id: `rcp_${first.receipts.length}`,
      decision_id: `dec_receipt_${first.receipts.length}`,
      quantity: body.quantity,
      final: body.final,
      received_at: this.now,
      entered_by: "ada",
      status: "executed",
      failure: null,
    };
    const status = body.final || received >= first.quantity ? "received" : "ordered";
    const changed = { ...first, received, status, receipts: [...first.receipts, receipt] };
    this.orders = [changed];
    return changed;
  }

  enter(body: SupplyTermsIn): SupplyTerms {
    const nothing = { changed_by: "ada", changed_at: this.now };
    this.terms = { ...this.terms, [body.scope]: { ...body.terms, ...nothing } } as SupplyTerms;
    return this.terms;
  }
}

function risks(now: string): StockRisk[] {
  const day = (days: number) => new Date(Date.parse(now) + days * DAY).toISOString().slice(0, 10);
  const late: StockRisk = {
    variant_id: "v_bridle",
    product_id: "prod_0",
    sku: "BR-1",
    title: "Leather bridle A, cob",
    vendor: "Gerven & Zn",
    available: 3,
    on_order: 12,
    per_week: 4.6,
    cover: 5,
    cover_low: 3,
    cover_high: 8,
    runs_out: 0.31,
    order_by: day(0),
    late: true,
    reorder_point: 21.4,
    order_up_to: 39.8,
    wanted: 26,
    lost_ahead: 11.2,
    lost_before: 6.5,
    at_stake: { amount: "418.80", currency: "EUR" },
    tied_up: { amount: "111.00", currency: "EUR" },
    abc: "A",
    xyz: "Y",
    dead: false,
    terms: {
      lead_time_days: "17.4",
      lead_time_sd_days: "3.1",
      minimum_order: 6,
      pack_size: 2,
      review_days: 7,
      source: "entered",
      observed: 4,
      order_cost: null,
      holding_percent: null,
    },
  };
  return [
    late,
    {
      ...late,
      variant_id: "v_girth",
      title: "Girth 60 cm",
      available: 22,
      on_order: 0,
      cover: 20,
      cover_low: 15,
      cover_high: 27,
      order_by: day(6),
      late: false,
      wanted: 0,
      lost_ahead: 0,
      abc: "B",
      tied_up: null,
      lost_before: null,
    },
    {
      ...late,
      variant_id: "v_lamp",
      title: "Stable lamp",
      vendor: null,
      available: 40,
      on_order: 0,
      cover: null,
      cover_low: 120,
      cover_high: null,
      order_by: null,
      late: false,
      wanted: 0,
      lost_ahead: 0,
      abc: "C",
      xyz: null,
      dead: true,
    },
  ];
}

function order(now: string): PurchaseOrder {
  const at = (days: number) => new Date(Date.parse(now) + days * DAY).toISOString();
  return {
    id: "po_1",
    supplier_id: "sup_1",
    decision_id: "dec_po",
    variant_id: "v_bridle",
    sku: "BR-1",
    title: "Leather bridle A, cob",
    quantity: 20,
    received: 8,
    unit_cost: { amount: "37.00", currency: "EUR" },
    status: "ordered",
    overdue: true,
    expected_at: at(-2),
    created_at: at(-16),
    mails: [
      {
        message_id: "msg_po",
        decision_id: "dec_po_mail",
        to: "orders@bridles.example",
        state: "sent",
        carrier: "smtp",
        sent_at: at(-15),
      },
    ],
    replies: [
      {
        thread_id: "thr_supplier",
        message_id: "tms_supplier",
        author: "Bridles & Co",
        address: "orders@bridles.example",
        text: "Sent today, 3SABCD1234567",
        received_at: at(-4),
        parcels: [{ number: "3SABCD1234567", carrier: "PostNL" }],
        says: { said: null, tracking_number: null, carrier: null, supplier_reference: null },
      },
    ],
    receipts: [
      {
        id: "rcp_first",
        decision_id: "dec_receipt_first",
        quantity: 8,
        final: false,
        received_at: at(-3),
        entered_by: "bo",
        status: "executed",
        failure: null,
      },
      {
        id: "rcp_failed",
        decision_id: "dec_receipt_failed",
        quantity: 2,
        final: false,
        received_at: at(-1),
        entered_by: "bo",
        status: "conflicted",
        failure: "Changed since it was decided: available is 6, not 7.",
      },
    ],
  };
}

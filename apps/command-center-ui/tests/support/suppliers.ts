/** Two suppliers for tests: one read and switched on, one that was entered just now. */
import type { Offer, Supplier, SupplierDetail, SupplierOrder } from "@/api/types";

const eur = (amount: string) => ({ amount, currency: "EUR" });

const UNKNOWN = {
  judged: 0,
  on_time: 0,
  overdue: 0,
  share: null,
  low: null,
  high: null,
  mean_delay_days: null,
  mean_lead_days: null,
};

function summary(now: string, change: Partial<Supplier>): Supplier {
  return {
    id: "sup_1",
    name: "Northern Tack",
    kind: "feed",
    origin: "entered",
    active: true,
    state: "ready",
    detail: "",
    offer_count: 2,
    fault_count: 1,
    read_at: now,
    next_due_at: now,
    takes_orders: false,
    address: null,
    mails_orders: false,
    serves_by_mail: false,
    reliability: UNKNOWN,
    ...change,
  };
}

export const offers: Offer[] = ["Saddle pad", "Hoof pick"].map((title, index) => ({
  supplier_id: "sup_1",
  supplier_name: "Northern Tack",
  supplier_sku: `N-${index}`,
  title,
  variant_id: index === 0 ? "var_0" : null,
  cost: eur("12.50"),
  shipping: index === 0 ? eur("2.95") : null,
  landed: index === 0 ? eur("15.45") : eur("12.50"),
  retail_price: null,
  lead_days_low: 3,
  lead_days_high: 5,
  stock: index === 0 ? 4 : null,
  minimum_order: 6,
  pack_size: null,
  brand: null,
  category: null,
  image_url: null,
  version: 2,
  since: "2026-11-20T00:00:00Z",
  unread: index === 0 ? null : "its cost 'on request' is not an amount",
}));

export function suppliers(now: string): SupplierDetail[] {
  const detail = {
    version: 1,
    changed_by: "ada",
    settings: {
      feed: {
        url: "https://feeds.example.com/list.csv",
        file: "",
        format: "auto" as const,
        items: "",
        columns: {},
        currency: "",
        decimal_comma: null,
      },
      desk: null,
      auth: null,
      every_hours: 6,
    },
    columns: ["code", "name", "netto"],
    sample: [{ code: "N-0", name: "Saddle pad", netto: "12.50" }],
    faults: [
      { row: 7, supplier_sku: null, order: null, reason: "it has no SKU" },
      { row: 8, supplier_sku: "N-1", order: null, reason: "its cost is not an amount" },
    ],
  };
  const known = {
    ...UNKNOWN,
    judged: 12,
    on_time: 9,
    overdue: 1,
    share: 0.75,
    low: 0.56,
    high: 0.87,
    mean_delay_days: 0.4,
  };
  return [
    { ...summary(now, { reliability: known, takes_orders: true, origin: "sandbox" }), ...detail },
    {
      ...summary(now, {
        id: "sup_2",
        name: "Spocket",
        kind: "spocket",
        active: false,
        state: "failed",
        detail: "Partner access required: spocket tells partners where it publishes its catalogue.",
        offer_count: 0,
        read_at: null,
      }),
      ...detail,
      columns: [],
      sample: [],
      faults: [],
    },
  ];
}

/** An order that went to its supplier by mail and was answered. */
export function mailedOrder(now: string): SupplierOrder {
  return {
    id: "RE-77-1",
    supplier_id: "sup_1",
    supplier_name: "Northern Tack",
    decision_id: "dec_bridle",
    order_id: "77",
    status: "unconfirmed",
    units: 2,
    total: null,
    placed_at: now,
    promised_at: null,
    delivered_at: null,
    delay_days: null,
    tracking_number: null,
    tracking_url: null,
    carrier: null,
    mails: [
      {
        message_id: "msg_1",
        decision_id: "dec_bridle",
        to: "orders@northern.example",
        state: "sent",
        carrier: "smtp",
        sent_at: now,
      },
    ],
    replies: [
      {
        thread_id: "thr_northern",
        message_id: "tms_1",
        author: "Northern Tack",
        address: "orders@northern.example",
        text: "Left today with 3SABCD1234567.",
        received_at: now,
        parcels: [{ number: "3SABCD1234567", carrier: "PostNL" }],
        says: { said: null, tracking_number: null, carrier: null, supplier_reference: null },
      },
    ],
    can_say: ["accepted", "shipped", "refused"],
  };
}

export function supplierOrders(now: string): SupplierOrder[] {
  return [
    {
      id: "ord_1",
      supplier_id: "sup_1",
      supplier_name: "Northern Tack",
      decision_id: "dec_bridle",
      order_id: null,
      status: "delivered",
      units: 6,
      total: eur("92.70"),
      placed_at: now,
      promised_at: now,
      delivered_at: now,
      delay_days: 1.5,
      tracking_number: "T1",
      tracking_url: null,
      carrier: null,
      mails: [],
      replies: [],
      can_say: [],
    },
  ];
}

/** Two threads: one with a draft that cites, one with a person, without a draft. */
import type { Thread, ThreadDetail } from "@/api/types";

export function threadList(now: string): Thread[] {
  const at = (minutes: number) => new Date(Date.parse(now) + minutes * 60_000).toISOString();
  const asked: Thread = {
    id: "thr_1",
    channel: "mail",
    status: "open",
    subject: "Where is my order?",
    author: "Ann Rider",
    address: "ann@test.example",
    customer_id: "6001",
    order_id: "order_0",
    opened_at: at(-90),
    last_message_at: at(-90),
    first_response_due_at: at(30),
    resolution_due_at: at(600),
    first_response_at: null,
    resolved_at: null,
    late: false,
    triage: {
      message_id: "sup_1",
      language: "en",
      intent: "order_status",
      sentiment: "negative",
      urgency: "high",
      confidence: 0.71,
      reasons: ["examples: order_status (0.71)"],
    },
    escalation: null,
    satisfaction: null,
    proof: "proven",
    vouching: null,
  };
  return [
    asked,
    {
      ...asked,
      id: "thr_2",
      status: "escalated",
      subject: "Is the lamp safe?",
      order_id: null,
      customer_id: null,
      first_response_due_at: at(-30),
      late: true,
      triage: null,
      proof: "unproven",
      escalation: { reason: "Nothing known answers it.", summary: "A question", at: at(-20) },
    },
  ];
}

export function threadDetail(thread: Thread | undefined, now: string): ThreadDetail | null {
  if (!thread) return null;
  const isFirst = thread.id === "thr_1";
  return {
    ...thread,
    messages: [
      {
        id: "sup_1",
        direction: "inbound",
        author: thread.author,
        address: thread.address,
        subject: thread.subject,
        text: "Where is #1800? <b>Hurry</b>",
        quoted: "On Monday you wrote",
        html: null,
        is_automatic: false,
        sent_at: thread.last_message_at,
        attachments: [
          {
            id: "att_1",
            filename: "invoice.exe",
            media_type: "application/x-dosexec",
            declared_type: "image/png",
            size: 2_048,
            sha256: "00",
            refused: "its type is not allowed",
          },
        ],
        decision_id: null,
      },
    ],
    draft: isFirst
      ? {
          id: "dra_1",
          answers: "sup_1",
          text: "Hello,\n\nYour order #1800 was sent, tracking number 3STEST123456. [1]",
          language: "en",
          citations: [
            {
              type: "order",
              source_id: "order:1800",
              title: "#1800",
              quote: "A parcel left, tracking number 3STEST123456.",
              as_of: now,
            },
          ],
          made_by: "macro:order_status",
          created_at: now,
          missing: ["when it arrives"],
        }
      : null,
    exchangeable: isFirst
      ? [
          {
            id: "line_1",
            title: "Halter",
            variant: "M",
            units: 2,
            others: [
              {
                id: "v_s",
                title: "S",
                available: 0,
                difference: { amount: "0.00", currency: "EUR" },
              },
              {
                id: "v_l",
                title: "L",
                available: 1,
                difference: { amount: "-2.50", currency: "EUR" },
              },
            ],
          },
        ]
      : [],
    provenance: { source: "sandbox", as_of: now, partial: false },
  };
}

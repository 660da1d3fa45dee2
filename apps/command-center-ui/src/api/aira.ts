/** Requests to AIRA through the coordinator; every failure leaves as an ApiProblem. */
import type { components } from "./aira-schema";
import { noteAnswer } from "./kept";
import { networkProblem, problemFrom } from "./problem";

type Shapes = components["schemas"];

export type ChatMessage = Shapes["ChatIn"];
export type ChatStatus = Shapes["ChatStatusOut"];
export type CommandList = Shapes["CommandList"];
export type CompletionList = Shapes["Completions"];
export type Completion = CompletionList["data"][number];
export type Conversation = Shapes["ConversationOut"];
export type ConversationDetail = Shapes["ConversationDetail"];
export type ConversationList = Shapes["ConversationList"];
export type Confirm = Shapes["ConfirmOut"];

interface Request {
  method?: string;
  query?: Record<string, string | number | null | undefined>;
  body?: unknown;
  headers?: Record<string, string>;
  signal?: AbortSignal;
}

function addressOf(path: string, query: Request["query"] = {}): string {
  const given = Object.entries(query).filter(([, value]) => value !== null && value !== undefined);
  const text = new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString();
  return `${globalThis.location?.origin ?? ""}${path}${text ? `?${text}` : ""}`;
}

/** The answer itself, for streams. */
export async function call(path: string, request: Request = {}): Promise<Response> {
  const { method = "GET", query, body, headers, signal } = request;
  const answer = await fetch(addressOf(path, query), {
    method,
    credentials: "same-origin",
    headers: {
      ...(body === undefined ? {} : { "Content-Type": "application/json" }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    ...(signal ? { signal } : {}),
  }).catch((error: unknown) => {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw networkProblem();
  });
  noteAnswer(answer);
  if (answer.ok) return answer;
  throw problemFrom(answer, await answer.json().catch(() => undefined));
}

export async function ask<T>(path: string, request: Request = {}): Promise<T> {
  const answer = await call(path, request);
  return (answer.status === 204 ? undefined : await answer.json()) as T;
}

/** The typed client of AIRA, through the coordinator; every failure leaves as an ApiProblem. */
import createClient from "openapi-fetch";
import type { components, paths } from "./aira-schema";

type Shapes = components["schemas"];

export type ChatMessage = Shapes["ChatIn"];
export type ChatStatus = Shapes["ChatStatusOut"];
export type CommandList = Shapes["CommandList"];
export type Completion = Shapes["Completions"]["data"][number];
export type Confirm = Shapes["ConfirmOut"];
export type Conversation = Shapes["ConversationOut"];
export type ConversationDetail = Shapes["ConversationDetail"];

export const aira = createClient<paths>({
  baseUrl: globalThis.location?.origin ?? "",
  credentials: "same-origin",
  // Looked up per call so that a test's server can stand in front of it.
  fetch: (request) => globalThis.fetch(request),
});

/** The one typed client of the coordinator; every failure leaves as an ApiProblem. */
import createClient from "openapi-fetch";
import { noteAnswer } from "./kept";
import { networkProblem, problemFrom } from "./problem";
import type { paths } from "./schema";

export const client = createClient<paths>({
  baseUrl: globalThis.location?.origin ?? "",
  credentials: "same-origin",
  // Looked up per call so that a test's server can stand in front of it.
  fetch: (request) => globalThis.fetch(request),
});

interface Answer<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

export async function unwrap<T>(call: Promise<Answer<T>>): Promise<T> {
  const answer = await call.catch((error: unknown) => {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw networkProblem();
  });
  noteAnswer(answer.response);
  if (!answer.response.ok) throw problemFrom(answer.response, answer.error);
  return answer.data as T;
}

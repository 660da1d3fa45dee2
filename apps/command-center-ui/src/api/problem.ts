/** What went wrong, as the coordinator says it (RFC 9457), or as the network does. */
import type { components } from "./schema";

type Problem = components["schemas"]["Problem"];

export class ApiProblem extends Error {
  readonly status: number;
  readonly remedy: string | null;
  readonly requestId: string | null;
  readonly errors: Problem["errors"];

  constructor(
    status: number,
    detail: string,
    remedy: string | null,
    requestId: string | null,
    errors: Problem["errors"] = [],
  ) {
    super(detail);
    this.name = "ApiProblem";
    this.status = status;
    this.remedy = remedy;
    this.requestId = requestId;
    this.errors = errors;
  }
}

function isProblem(body: unknown): body is Problem {
  return typeof body === "object" && body !== null && "detail" in body && "title" in body;
}

export function problemFrom(response: Response, body: unknown): ApiProblem {
  const requestId = response.headers.get("X-Request-Id");
  if (isProblem(body)) {
    return new ApiProblem(
      response.status,
      body.detail || body.title,
      body.remedy || null,
      body.request_id ?? requestId,
      body.errors ?? [],
    );
  }
  return new ApiProblem(response.status, `HTTP ${response.status}`, null, requestId);
}

/** Status 0: nothing answered at all. */
export function networkProblem(): ApiProblem {
  return new ApiProblem(0, "", null, null);
}

export function asProblem(error: unknown): ApiProblem {
  if (error instanceof ApiProblem) return error;
  return new ApiProblem(-1, error instanceof Error ? error.message : String(error), null, null);
}

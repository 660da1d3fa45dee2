/** Sends the request by which a person confirms what AIRA proposed, exactly as it was shown. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { aira, type Confirm } from "./aira";
import { unwrap } from "./client";
import { ApiProblem } from "./problem";

/** Only an address of this installation's API is ever asked. */
const OWN_API = /^\/v1\/[\w\-./:%]+$/;

interface Answer {
  data?: unknown;
  error?: unknown;
  response: Response;
}

function send(confirm: Confirm): Promise<unknown> {
  const { method, path, body } = confirm;
  if (!OWN_API.test(path) || path.includes("..")) {
    return Promise.reject(new ApiProblem(-1, `Not an address of the API: ${path}`, null, null));
  }
  // The address is told by the server, so no generated type can know it.
  const request = aira.request as (method: string, path: string, init: object) => Promise<Answer>;
  return unwrap(request(method.toLowerCase(), path, { body: body ?? {} }));
}

export function useConfirm() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: send,
    onSettled: () =>
      Promise.all(
        ["decisions", "agents", "policies"].map((family) =>
          queries.invalidateQueries({ queryKey: [family] }),
        ),
      ),
  });
}

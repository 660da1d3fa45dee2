/** Sends the request by which a person confirms what AIRA proposed, exactly as it was shown. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { ask, type Confirm } from "./aira";
import { ApiProblem } from "./problem";

/** Only an address of this installation's API is ever asked. */
const OWN_API = /^\/v1\/[\w\-./:%]+$/;

function send(confirm: Confirm): Promise<unknown> {
  const { method, path, body } = confirm;
  if (!OWN_API.test(path) || path.includes("..")) {
    return Promise.reject(new ApiProblem(-1, `Not an address of the API: ${path}`, null, null));
  }
  return ask(path, { method, body: body ?? {} });
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

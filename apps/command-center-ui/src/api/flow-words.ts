/** POST /v1/drafts/flow: words that a model suggests for a flow; nothing is saved or sent. */
import { useMutation } from "@tanstack/react-query";
import { aira } from "./aira";
import { unwrap } from "./client";

interface Wish {
  text: string;
  language: "en" | "nl";
}

export function useFlowWords() {
  return useMutation({
    mutationFn: (wish: Wish) => unwrap(aira.POST("/v1/drafts/flow", { body: wish })),
  });
}

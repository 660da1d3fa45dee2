/** Toasts; the library that shows them is fetched with the first one. */
import type { ApiProblem } from "@/api/problem";

interface ToastOptions {
  description?: string;
  action?: { label: string; onClick: () => void };
}

type Kind = "success" | "error";

async function show(kind: Kind, title: string, options: ToastOptions): Promise<void> {
  const { toast } = await import("sonner");
  toast[kind](title, options);
}

export function sayDone(title: string, options: ToastOptions = {}): void {
  void show("success", title, options);
}

export function sayFailed(title: string, problem: ApiProblem): void {
  const lines = [problem.message, problem.remedy, problem.requestId].filter(Boolean);
  void show("error", title, { description: lines.join(" · ") });
}

/** The network of a test: every /v1 request is answered by a World. */
import { HttpResponse, http } from "msw";
import { setupServer } from "msw/node";
import type { World } from "./world";

export const server = setupServer();

export function serve(world: World): void {
  server.use(
    http.all("*/v1/*", async ({ request }) => {
      const text = await request.text();
      const answer = world.answer(
        request.method,
        new URL(request.url),
        text ? JSON.parse(text) : {},
      );
      return HttpResponse.json(answer.body as object, {
        status: answer.status,
        headers: { "X-Request-Id": "req_test" },
      });
    }),
  );
}

// Serves the built command center with the tests' store behind it, to look at pages without a coordinator:
//   node tests/harness/serve.mjs [port]
import { createHash } from "node:crypto";
import { existsSync, readFileSync, statSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { createServer as createVite } from "vite";

const PORT = Number(process.argv[2] ?? 4173);
const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const DIST = join(ROOT, "dist");
const TYPES = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".css": "text/css",
  ".woff2": "font/woff2",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".json": "application/json",
};

const vite = await createVite({
  root: ROOT,
  configFile: join(ROOT, "vitest.config.ts"),
  server: { middlewareMode: true, hmr: false, ws: false },
  appType: "custom",
  logLevel: "error",
});
const { World } = await vite.ssrLoadModule("/tests/support/world.ts");
const world = new World();
world.signedIn = process.env.SIGNED_OUT !== "1";
const sockets = new Set();

function frame(text) {
  const data = Buffer.from(text);
  const head =
    data.length < 126
      ? Buffer.from([0x81, data.length])
      : Buffer.from([0x81, 126, data.length >> 8, data.length & 0xff]);
  return Buffer.concat([head, data]);
}

function tell(type, payload) {
  const text = JSON.stringify({ kind: "event", event: world.event(type, payload) });
  for (const socket of sockets) socket.write(frame(text));
}

/** What the worker would do after an approval or an undo, at a pace one can watch. */
function follow(method, path) {
  const [, , family, id, action] = path.split("/");
  if (method !== "POST" || family !== "decisions" || !["approve", "revert"].includes(action))
    return;
  const decision = world.decisions.get(id);
  const change = decision?.changes[0];
  const approve = action === "approve";
  tell(approve ? "decision.approved" : "decision.reverting", { decision_id: id });
  if (approve)
    setTimeout(() => {
      world.update(id, { status: "executing" });
      tell("decision.executing", { decision_id: id });
    }, 600);
  setTimeout(() => {
    world.update(id, {
      status: approve ? "executed" : "reverted",
      executed_at: new Date().toISOString(),
      changes: [{ ...change, written: approve ? change.proposed : change.now }],
    });
    tell(approve ? "decision.executed" : "decision.reverted", {
      decision_id: id,
      subject_title: decision.subject.title,
    });
  }, 1_500);
}

const server = createServer(async (request, response) => {
  const url = new URL(request.url, `http://127.0.0.1:${PORT}`);
  if (url.pathname.startsWith("/v1/")) {
    const parts = [];
    for await (const part of request) parts.push(part);
    const text = Buffer.concat(parts).toString();
    const answer = world.answer(request.method, url, text ? JSON.parse(text) : {});
    response.writeHead(answer.status, {
      "content-type": answer.status < 400 ? "application/json" : "application/problem+json",
      "X-Request-Id": "req_harness",
    });
    response.end(JSON.stringify(answer.body));
    follow(request.method, url.pathname);
    return;
  }
  const wanted = join(DIST, url.pathname);
  const path = existsSync(wanted) && statSync(wanted).isFile() ? wanted : join(DIST, "index.html");
  response.writeHead(200, { "content-type": TYPES[extname(path)] ?? "application/octet-stream" });
  response.end(readFileSync(path));
});

server.on("upgrade", (request, socket) => {
  const accept = createHash("sha1")
    .update(`${request.headers["sec-websocket-key"]}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
    .digest("base64");
  socket.write(
    `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
  );
  socket.write(frame(JSON.stringify({ kind: "live", head: world.events.at(-1).seq })));
  sockets.add(socket);
  socket.on("close", () => sockets.delete(socket));
  socket.on("error", () => sockets.delete(socket));
});

server.listen(PORT, "127.0.0.1", () => console.log(`http://127.0.0.1:${PORT}`));

/// <reference lib="webworker" />
/** Offline shell: the built files, and the last answers of the pages that open first. */
declare const self: ServiceWorkerGlobalScope & {
  __WB_MANIFEST: { url: string; revision: string | null }[];
};

const files = self.__WB_MANIFEST;
// One address twice would make addAll, and with it the installation, fail.
const addresses = [...new Set(files.map((file) => `/${file.url}`))];
const SHELL = `shell-${hash(files)}`;
const ANSWERS = "last-answers";
const KEPT = /^\/v1\/(session|agents|decisions|metrics|forecast|connections|events)$/;

function hash(entries: typeof files): string {
  let value = 5381;
  for (const character of JSON.stringify(entries)) {
    value = ((value * 33) ^ character.charCodeAt(0)) >>> 0;
  }
  return value.toString(36);
}

self.addEventListener("install", (event) => {
  event.waitUntil(
    caches
      .open(SHELL)
      .then((cache) => cache.addAll(addresses))
      .then(() => self.skipWaiting()),
  );
});

self.addEventListener("activate", (event) => {
  event.waitUntil(
    caches
      .keys()
      .then((names) => names.filter((name) => name !== SHELL && name !== ANSWERS))
      .then((old) => Promise.all(old.map((name) => caches.delete(name))))
      .then(() => self.clients.claim()),
  );
});

async function page(request: Request): Promise<Response> {
  try {
    return await fetch(request);
  } catch {
    return (await caches.match("/index.html")) ?? Response.error();
  }
}

async function file(request: Request): Promise<Response> {
  return (await caches.match(request)) ?? fetch(request);
}

/** The network first; without it the last good answer, marked with when it was read. */
async function answer(request: Request): Promise<Response> {
  const cache = await caches.open(ANSWERS);
  try {
    const fresh = await fetch(request);
    if (fresh.ok) {
      // Only the kept copy carries the mark: what comes from the network is fresh.
      const headers = new Headers(fresh.headers);
      headers.set("X-Royal-Read-At", new Date().toISOString());
      const body = await fresh.clone().blob();
      await cache.put(request, new Response(body, { headers, status: fresh.status }));
    } else if (fresh.status === 401) {
      await caches.delete(ANSWERS);
    }
    return fresh;
  } catch (error) {
    const kept = await cache.match(request);
    if (kept) return kept;
    throw error;
  }
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  if (request.mode === "navigate") {
    if (!/^\/(login|docs|openapi)/.test(url.pathname)) event.respondWith(page(request));
  } else if (url.pathname.startsWith("/assets/") || url.pathname === "/theme.js") {
    event.respondWith(file(request));
  } else if (KEPT.test(url.pathname)) {
    event.respondWith(answer(request));
  }
});

export {};

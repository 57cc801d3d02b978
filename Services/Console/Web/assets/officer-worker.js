// The worker of the officer's page: keeps the page and what it loads for when there is no network, and sends waiting
// reports when the network comes back, also while the page is closed (where the browser knows Background Sync).
//
// What it keeps is the signed-in officer's: sign-out.js removes it, and the page does when someone else opens it.
import { sendWaiting } from "./officer-sender.js";

const CACHE = "gridloop-officer";
const PAGE = "/officer";
const SLOW_MILLISECONDS = 6_000;

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("message", (event) => {
  if (event.data?.type === "keep") event.waitUntil(keep(event.data.assets));
});

// The assets, then the page that loads them, so that what is kept is always whole; those of an older version are let go
// at the end.
async function keep(assets) {
  const cache = await caches.open(CACHE);
  await Promise.all(
    assets.map(async (path) => {
      if (await cache.match(path, { ignoreVary: true })) return;
      const response = await fetch(path);
      if (response.ok) await cache.put(path, response);
    }),
  );
  const page = await fetch(PAGE, { headers: { Accept: "text/html" }, credentials: "same-origin" });
  if (!page.ok || page.redirected) return;
  await cache.put(PAGE, page);
  for (const request of await cache.keys()) {
    const { pathname } = new URL(request.url);
    if (pathname !== PAGE && !assets.includes(pathname)) await cache.delete(request);
  }
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin) return;
  if (request.mode === "navigate") {
    if (url.pathname === PAGE) event.respondWith(page(request));
    // Tasks are answered with a network only: without one the page leads on.
    else event.respondWith(fetch(request).catch(() => Response.redirect(`${PAGE}#tasks`)));
  } else if (url.pathname.startsWith("/assets/")) {
    event.respondWith(asset(request));
  }
});

// As the server has it; as it was kept when there is no network, or none to speak of.
async function page(request) {
  const cache = await caches.open(CACHE);
  const kept = await cache.match(PAGE, { ignoreVary: true });
  const asked = fetch(request);
  if (!kept) return asked;
  const slow = new Promise((resolve) => setTimeout(() => resolve(kept), SLOW_MILLISECONDS));
  const answer = await Promise.race([asked.catch(() => kept), slow]);
  return answer.status >= 500 ? kept : answer;
}

async function asset(request) {
  const cache = await caches.open(CACHE);
  return (await cache.match(request, { ignoreVary: true })) ?? fetch(request);
}

self.addEventListener("sync", (event) => {
  if (event.tag === CACHE) event.waitUntil(sync());
});

// A sync that fails is asked for again by the browser, later each time.
async function sync() {
  const { outcome } = await sendWaiting({ hurry: true });
  if (outcome === "later") throw new Error("not everything could be sent");
}

// The officer's page: the parts, the menu of kinds, and the sending of what waits.
import { refresh } from "./live.js";
import { open, prepare } from "./officer-form.js";
import { draw } from "./officer-list.js";
import * as queue from "./officer-queue.js";
import { sendWaiting } from "./officer-sender.js";
import { forget, MARK } from "./sign-out.js";
import { language, text } from "./texts.js";
import { toast } from "./toast.js";

const LONGEST_TIMER_MILLISECONDS = 300_000;
const BUSY_MILLISECONDS = 1_500;

const page = document.getElementById("officer");
const owner = page.dataset.owner;

// The parts. Which of them is shown follows the address without any script; here only the mark on its link.

function markPart() {
  const shown = location.hash || "#report";
  for (const link of document.querySelectorAll(".officer-tabs a")) {
    if (link.hash === shown) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
  window.scrollTo(0, 0);
}
window.addEventListener("hashchange", markPart);
markPart();

// The menu of kinds.

const search = document.getElementById("kind-search");
const found = document.getElementById("kind-found");
const foundList = document.getElementById("kind-found-list");

function find() {
  const words = search.value.trim().toLowerCase().split(/\s+/).filter(Boolean);
  const isSearching = words.length > 0;
  for (const id of ["kind-frequent", "kind-classes"]) document.getElementById(id).hidden = isSearching;
  found.hidden = !isSearching;
  const all = isSearching ? document.querySelectorAll("#kind-classes [data-kind]") : [];
  const hits = [...all].filter((kind) => words.every((word) => kind.dataset.search.includes(word)));
  foundList.replaceChildren(...hits.map((kind) => kind.closest("li").cloneNode(true)));
  document.getElementById("kind-nothing").hidden = hits.length > 0;
}
search.addEventListener("input", find);
search.addEventListener("keydown", (event) => {
  if (event.key === "Enter") foundList.querySelector("button")?.focus();
});
document.getElementById("report").addEventListener("click", (event) => {
  const kind = event.target.closest("[data-kind]");
  if (kind) open({ code: kind.dataset.kind, name: kind.dataset.name });
});

// Sending: when something is kept, when the page is opened or shown, when the network is back, when it is time again.

const net = document.getElementById("officer-net");
const netText = document.getElementById("officer-net-text");
let outcome = "idle";
// The session had ended when this page, which may be the one that was kept, asked for anything.
let isSignedOut = false;
let sending = null;
let timer = null;
let isRunning = false;
let isWanted = false;

async function send({ hurry = false, force = false } = {}) {
  // Where there is surely no network nothing is tried, until it is back or someone asks for it.
  if (!navigator.onLine && !force) return show();
  if (isRunning) {
    isWanted = true;
    return;
  }
  isRunning = true;
  clearTimeout(timer);
  try {
    const result = await sendWaiting({ hurry });
    outcome = result.outcome;
    const wait = outcome === "busy" ? BUSY_MILLISECONDS : result.at ? result.at - Date.now() : null;
    if (wait !== null) timer = setTimeout(send, Math.min(Math.max(wait, 100), LONGEST_TIMER_MILLISECONDS));
  } finally {
    isRunning = false;
    sending = null;
    await show();
  }
  if (isWanted) {
    isWanted = false;
    await send({ hurry });
  }
}

async function show() {
  await draw(owner, sending);
  const reports = await queue.all();
  const own = reports.filter((report) => report.owner === owner && report.state === "waiting").length;
  const other = reports.find((report) => report.owner !== owner);
  const name = other?.owner.split("/").at(-1);
  let words = "";
  if (!navigator.onLine) words = text("officer.script.offline");
  else if (isSignedOut || outcome === "signed_out") {
    words = text(own > 0 ? "officer.script.signed_out" : "officer.script.signed_out_idle", { count: own });
  }
  else if (outcome === "other_user" && own > 0) words = text("officer.script.other_user", { name: owner.split("/").at(-1) });
  else if (other) {
    words = text("officer.script.others_waiting", {
      name, count: reports.filter((report) => report.owner === other.owner).length,
    });
  }
  net.hidden = !words;
  if (netText.textContent === words) return;
  netText.textContent = words;
  if ((isSignedOut || outcome === "signed_out") && navigator.onLine) {
    const link = document.createElement("a");
    link.href = "/sign-in?return=/officer";
    link.textContent = text("frame.script.sign_in");
    netText.append(" ", link);
  }
}

queue.listen(async (message) => {
  if (message.type === "sending") sending = message.id;
  if (message.type === "sent") {
    const key = message.joined ? "officer.script.joined" : "officer.script.sent";
    const action = { label: text("officer.script.show"), run: () => location.assign(`/cases/${message.caseID}`) };
    toast(text(key, { case: message.caseID }), { tone: "fine", action });
    refresh(["officer-mine", "officer-tasks", "officer-task-count"]);
  }
  await show();
});

prepare(owner, async () => {
  const before = document.activeElement;
  search.value = "";
  find();
  // Where the kind was found by searching, what was pressed is gone. Not into the search: that would open the keyboard.
  if (!before.checkVisibility()) document.getElementById("main").focus({ preventScroll: true });
  send({ hurry: true });
  // The system is asked not to clear away what waits, and to send it also when this page is closed.
  navigator.storage?.persist?.();
  const registration = await navigator.serviceWorker?.ready;
  registration?.sync?.register(MARK).catch(() => {});
});
document.getElementById("queue-send").addEventListener("click", () => send({ hurry: true, force: true }));
window.addEventListener("online", () => {
  send({ hurry: true });
  refresh();
});
window.addEventListener("offline", show);
document.addEventListener("gridloop:signed-out", (event) => {
  event.preventDefault();
  isSignedOut = true;
  show();
});
document.addEventListener("visibilitychange", () => {
  if (!document.hidden) send({ hurry: true });
});

// What is kept for when there is no network: this page and all that it loads.

function assets() {
  const paths = new Set([new URL(`texts/${language}.js`, import.meta.url).pathname]);
  const add = (address) => {
    const url = new URL(address, location.href);
    if (url.origin === location.origin && url.pathname.startsWith("/assets/")) paths.add(url.pathname);
  };
  for (const element of document.querySelectorAll("link[href], script[src], use[href]")) {
    add(element.getAttribute("href") ?? element.src);
  }
  for (const entry of performance.getEntriesByType("resource")) add(entry.name);
  return [...paths];
}

async function keepPage() {
  const before = localStorage.getItem(MARK);
  if (before && before !== owner) await forget(before);
  localStorage.setItem(MARK, owner);
  const address = new URL("officer-worker.js", import.meta.url);
  await navigator.serviceWorker.register(address, { scope: "/officer", type: "module" });
  const registration = await navigator.serviceWorker.ready;
  if (navigator.onLine) registration.active.postMessage({ type: "keep", assets: assets() });
}

// Where the page was not loaded safely (https, or this machine) there is no worker: it works with a network only.
if ("serviceWorker" in navigator) keepPage().catch(() => {});

send({ hurry: true });

// What happens in the caller's unit, as it happens, and regions of the page that follow it.
//
// A region is an element with an id and `data-live`: `case` for anything that happens to any case, `case:<id>` for one
// case, `notice` for what may bring a notice. It is shown anew as the server renders it: the page is asked for again,
// and the regions of the same id are exchanged. So there is one way to draw a thing, and one rule of who may see it.
import { text } from "./texts.js";
import { toast } from "./toast.js";
import { refreshTimes } from "./times.js";

const FIRST_REFRESH = 400;
const BETWEEN_REFRESHES = 3000;
const NOTICE_DELAY = 1500;
const LONGEST_WAIT = 30000;

const listeners = new Set();
const refreshed = new Set();

// Calls `listener` with each event of the stream: {id, kind, case_id, unit, category, lead, seq, at, state, data}.
// Returns what ends it.
export function onEvent(listener) {
  listeners.add(listener);
  start();
  return () => listeners.delete(listener);
}

// Calls `listener` with each region that was exchanged, so that what modules mounted in it can be mounted again.
export function onRefresh(listener) {
  refreshed.add(listener);
}

// The stream, read by hand: an EventSource cannot tell a lost session from a lost line, nor hear kinds it was not told.

let running = false;
let cursor = null;
let abort = null;
let failures = 0;

function start() {
  if (running || !document.body.classList.contains("signed-in")) return;
  running = true;
  document.addEventListener("visibilitychange", () => {
    // A hidden page keeps no connection; shown again it takes up where it was.
    if (document.hidden) abort?.abort();
    else connect();
  });
  window.addEventListener("online", () => connect());
  connect();
}

async function connect() {
  if (document.hidden || (abort && !abort.signal.aborted)) return;
  const own = new AbortController();
  abort = own;
  try {
    const path = cursor ? `/v1/stream?last_event_id=${encodeURIComponent(cursor)}` : "/v1/stream";
    const response = await fetch(path, { headers: { Accept: "text/event-stream" }, signal: own.signal });
    if (response.status === 401) return;
    // A place that this journal does not have any more: begin at its end, and show everything as it is now.
    if (response.status === 400 && cursor) {
      cursor = null;
      refresh();
    } else if (response.ok) {
      if (failures > 1) toast(text("frame.script.live_back"), { tone: "fine" });
      if (failures > 0) refresh();
      failures = 0;
      await read(response.body.getReader());
    }
    throw new Error("the stream ended");
  } catch {
    if (own.signal.aborted) return;
    abort = null;
    failures += 1;
    if (failures === 2) toast(text("frame.script.live_lost"));
    const wait = Math.min(LONGEST_WAIT, 500 * 2 ** failures) * (0.5 + Math.random() / 2);
    setTimeout(connect, wait);
  }
}

async function read(reader) {
  const decoder = new TextDecoder();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    rest += decoder.decode(value, { stream: true });
    const blocks = rest.split("\n\n");
    rest = blocks.pop();
    for (const block of blocks) take(block);
  }
}

function take(block) {
  let kind = "";
  let data = "";
  for (const line of block.split("\n")) {
    if (line.startsWith("id: ")) cursor = line.slice(4);
    else if (line.startsWith("event: ")) kind = line.slice(7);
    else if (line.startsWith("data: ")) data += line.slice(6);
    // The first line says where the journal ends: from there on nothing is missed.
    else if (line.startsWith(": ") && !cursor && line.length > 2) cursor = line.slice(2);
  }
  if (!data) return;
  const event = { id: cursor, kind, ...JSON.parse(data) };
  for (const listener of listeners) listener(event);
}

// Regions.

const waiting = new Set();
let timer = null;
let last = 0;

function concerns(region, event) {
  const wish = region.dataset.live;
  return wish === "case" || wish === "notice" || wish === `case:${event.case_id}`;
}

function regions() {
  return [...document.querySelectorAll("[data-live][id]")];
}

function follow(event) {
  for (const region of regions()) {
    if (!concerns(region, event)) continue;
    waiting.add(region.id);
    plan(region.dataset.live === "notice" ? NOTICE_DELAY : FIRST_REFRESH);
  }
}

function plan(delay) {
  if (timer) return;
  const rest = Math.max(delay, last + BETWEEN_REFRESHES - performance.now());
  timer = setTimeout(() => {
    timer = null;
    refresh([...waiting]);
  }, rest);
}

// Whether someone writes in it: it is left alone until they are done.
function isInUse(region) {
  const focused = document.activeElement;
  const isWriting = focused && region.contains(focused) && focused.matches("input, textarea, select");
  return isWriting || region.querySelector("dialog[open]") || region.querySelector("form[data-changed]");
}

// Shows regions as they are now; all of them, or those of the ids. Resolves when it is done.
export async function refresh(ids = regions().map((region) => region.id)) {
  last = performance.now();
  for (const id of ids) waiting.delete(id);
  let page;
  try {
    const response = await fetch(location.pathname + location.search, { headers: { Accept: "text/html" } });
    if (!response.ok || response.redirected) return;
    page = new DOMParser().parseFromString(await response.text(), "text/html");
  } catch {
    return;
  }
  for (const id of ids) {
    const old = document.getElementById(id);
    const fresh = page.getElementById(id);
    if (!old || !fresh || old.outerHTML === fresh.outerHTML) continue;
    if (isInUse(old)) {
      waiting.add(id);
      continue;
    }
    exchange(old, fresh);
  }
}

// Puts the focus where it was. What had it may be gone, as a button is that was pressed: then the region has it, so that
// the Tab key goes on from here and not from the top of the page.
function keepFocus(focus, taken) {
  const { dialog } = focus.dataset;
  const href = focus.getAttribute("href");
  let same = null;
  if (focus.id) same = document.getElementById(focus.id);
  else if (dialog) same = taken.querySelector(`[data-dialog="${CSS.escape(dialog)}"]`);
  else if (href) same = taken.querySelector(`a[href="${CSS.escape(href)}"]`);
  same?.focus({ preventScroll: true });
  if (taken.contains(document.activeElement)) return;
  taken.tabIndex = -1;
  taken.addEventListener("blur", () => taken.removeAttribute("tabindex"), { once: true });
  taken.focus({ preventScroll: true });
}

function exchange(old, fresh) {
  const opened = new Set([...old.querySelectorAll("details[open][id]")].map((element) => element.id));
  const focus = old.contains(document.activeElement) ? document.activeElement : null;
  const seen = new Map([...old.querySelectorAll("[data-case]")].map((row) => [row.dataset.case, row.textContent]));
  const taken = document.adoptNode(fresh);
  old.replaceWith(taken);
  for (const element of taken.querySelectorAll("details[id]")) if (opened.has(element.id)) element.open = true;
  for (const row of taken.querySelectorAll("[data-case]")) {
    if (seen.size > 0 && seen.get(row.dataset.case) !== row.textContent) row.classList.add("fresh");
  }
  if (focus) keepFocus(focus, taken);
  refreshTimes(taken);
  for (const listener of refreshed) listener(taken);
}

if (regions().length > 0) onEvent(follow);

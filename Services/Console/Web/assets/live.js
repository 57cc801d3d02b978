// What happens in the caller's unit, as it happens, and regions of the page that follow it.
//
// A region is an element with an id and `data-live`: `case` for anything that happens to any case, `case:<id>` for one
// case, `notice` for what may bring a notice. It is shown anew as the server renders it: the page is asked for again,
// and the regions of the same id are exchanged. So there is one way to draw a thing, and one rule of who may see it.
import { Problem } from "./api.js";
import { text } from "./texts.js";
import { complain, toast } from "./toast.js";
import { refreshTimes, setNow } from "./times.js";

const FIRST_REFRESH = 400;
const BETWEEN_REFRESHES = 3000;
const NOTICE_DELAY = 1500;
const LONGEST_WAIT = 30000;
// A server that takes long to answer has many who ask: each then asks less often, so that it never does only this.
const REST_FACTOR = 10;
// The server says something every 15 seconds; a connection that is silent for longer is none, as after a sleep.
const LONGEST_SILENCE = 40000;
const LOOK_EVERY = 5000;
// Who was away for longer is shown everything anew: due times run also where nothing happens.
const LONG_AWAY = 60000;
// So many events are worth being told one by one to who was away; beyond, the page is shown as it is now.
const MOST_REPLAYED = 400;

const listeners = new Set();
const refreshed = new Set();
const resets = new Set();

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

// Calls `listener` when more has happened than is told one by one: what is shown must be asked for anew.
export function onReset(listener) {
  resets.add(listener);
}

// The stream, read by hand: an EventSource cannot tell a lost session from a lost line, nor hear kinds it was not told.

let running = false;
// The page says where it stands, so that nothing is missed between its making and the first connection.
let cursor = document.documentElement.dataset.place ?? null;
let abort = null;
let failures = 0;
let signedOut = false;
let heard = Date.now();
// When the page last was in touch with what happens.
let present = Date.now();

function start() {
  if (running || !document.body.classList.contains("signed-in")) return;
  running = true;
  document.addEventListener("visibilitychange", () => {
    // A hidden page keeps no connection; shown again it takes up where it was.
    if (document.hidden) leave();
    else wake();
  });
  window.addEventListener("online", wake);
  window.addEventListener("pageshow", (event) => event.persisted && wake());
  setInterval(look, LOOK_EVERY);
  wake();
}

function leave() {
  abort?.abort();
  abort = null;
}

function wake() {
  const away = Date.now() - present;
  present = Date.now();
  connect();
  if (away > LONG_AWAY) refresh();
}

// A machine that slept finds its connection silent, and often does not learn that it is gone.
function look() {
  if (document.hidden || !abort) return;
  if (Date.now() - heard < LONGEST_SILENCE) {
    present = heard;
    return;
  }
  leave();
  wake();
}

async function connect() {
  if (document.hidden || signedOut || abort) return;
  const own = new AbortController();
  abort = own;
  heard = Date.now();
  try {
    const place = cursor ? `?last_event_id=${encodeURIComponent(cursor)}&max_replay=${MOST_REPLAYED}` : "";
    const response = await fetch(`/v1/stream${place}`, { headers: { Accept: "text/event-stream" }, signal: own.signal });
    if (response.status === 401) {
      signedOut = true;
      // A page that says it in its own words, as the officer's, cancels this.
      const isLeft = document.dispatchEvent(new Event("gridloop:signed-out", { cancelable: true }));
      return isLeft && complain(new Problem(401, { code: "signed_out", detail: text("frame.script.signed_out") }));
    }
    // A place that this journal does not have any more: begin at its end, and show everything as it is now.
    if (response.status === 400 && cursor) {
      cursor = null;
      reset();
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

function reset() {
  refresh();
  for (const listener of resets) listener();
}

async function read(reader) {
  const decoder = new TextDecoder();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    heard = present = Date.now();
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
  if (kind === "reset") return reset();
  const event = { id: cursor, kind, ...JSON.parse(data) };
  for (const listener of listeners) listener(event);
}

// Regions.

const waiting = new Set();
let timer = null;
let last = 0;
let between = BETWEEN_REFRESHES;
let misses = 0;

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
  const rest = Math.max(delay, last + between - performance.now());
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
    if (response.status >= 500) return missed(ids);
    if (!response.ok || response.redirected) return;
    page = new DOMParser().parseFromString(await response.text(), "text/html");
  } catch {
    return missed(ids);
  }
  misses = 0;
  // Nobody asks at the same moment as all the others who heard the same.
  between = Math.max(BETWEEN_REFRESHES, (performance.now() - last) * REST_FACTOR) * (1 + Math.random() / 4);
  setNow(page.documentElement.dataset.now);
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

// What could not be asked for is asked for again, later each time.
function missed(ids) {
  for (const id of ids) waiting.add(id);
  misses += 1;
  plan(Math.min(LONGEST_WAIT, BETWEEN_REFRESHES * 2 ** misses) * (0.5 + Math.random() / 2));
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

// The dispatch desk: the queue and the case beside it by single keys, and the bulk actions.
import "./photos.js";
import "./desk-bulk.js";
import { go, links, region, selected, step } from "./beside.js";
import { text } from "./texts.js";
import { toast } from "./toast.js";

// Single keys can be switched off (WCAG 2.1.4); the choice is this browser's.

const KEPT = "gridloop-desk-keys";
const choice = document.getElementById("keys-on");

function stored() {
  try {
    return localStorage.getItem(KEPT);
  } catch {
    return null;
  }
}

function apply(isOn) {
  choice.checked = isOn;
  document.body.classList.toggle("keys-off", !isOn);
}
apply(stored() !== "off");
choice.addEventListener("change", () => {
  apply(choice.checked);
  try {
    localStorage.setItem(KEPT, choice.checked ? "on" : "off");
  } catch {
    // Without storage the choice lasts as long as the page.
  }
});

function say() {
  const all = links();
  const link = selected();
  if (!link) return;
  document.getElementById("desk-said").textContent = text("desk.script.position", {
    case: link.closest("li").dataset.case,
    number: all.indexOf(link) + 1,
    count: all.length,
  });
}

async function move(by) {
  const link = step(by);
  if (!link) return;
  await go(link.getAttribute("href"));
  say();
}

// Opens the form of the action, or does what needs no form.
function open(action) {
  const button = region().querySelector(`[data-dialog="do-${action}"]`);
  const form = region().querySelector(`.action-bar form:has(input[name=action][value="${action}"])`);
  if (button) button.click();
  else if (form) form.requestSubmit();
  else return toast(text("desk.script.nothing_here"));
}

// What may be the same is asked about at once; without it, which case stays is to be written.
function merge() {
  const likely = region().querySelector(".neighbour.may-repeat form");
  if (likely) likely.requestSubmit(likely.querySelector("button"));
  else open("merge");
}

function send(number) {
  region().querySelector(`.suggestion-button[data-key="${number}"]`)?.click();
}

const KEYS = {
  j: () => move(1),
  k: () => move(-1),
  d: () => open("dispatch"),
  r: () => open("redirect"),
  a: () => open("appoint"),
  m: merge,
  g: () => open("grant_extension"),
  f: () => open("refuse_extension"),
  o: () => region().querySelector("#beside-title a")?.click(),
  x: () => selected()?.closest("li").querySelector(".queue-tick").click(),
  b: () => document.getElementById("bulk-open").click(),
  "?": () => document.querySelector('[data-dialog="desk-keys"]').click(),
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.repeat) return;
  const place = event.target;
  if (document.querySelector("dialog[open]") || place.closest?.("textarea, select, [contenteditable]")) return;
  if (place.matches?.("input:not([type=checkbox])")) return;
  // Arrows are no letters: within the list they always move, elsewhere they scroll.
  const isInList = place.closest?.("#beside-list");
  const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (by && isInList) {
    event.preventDefault();
    return move(by);
  }
  if (!choice.checked) return;
  const run = /^[1-9]$/.test(event.key) ? () => send(event.key) : KEYS[event.key.toLowerCase()];
  if (!run) return;
  event.preventDefault();
  run();
});

// A list and, beside it, one case of it. The address names the case (`?case=`), so that it can be sent on and come back
// to; another case of the list is shown without a new page. A list marks its links with `data-beside-link`.
import { confirm } from "./dialogs.js";
import { onRefresh, refresh } from "./live.js";
import { text } from "./texts.js";

const frame = document.getElementById("beside");
const REGIONS = ["beside-tabs", "beside-list", "beside-case"];

export const links = () => [...document.querySelectorAll("#beside-list [data-beside-link]")];
export const selected = () => document.querySelector('#beside-list [data-beside-link][aria-current="true"]');
export const region = () => document.getElementById("beside-case");

// What was written to the case that is left would be lost: that is asked first.
async function mayLeave() {
  const written = region().querySelector("form[data-changed]");
  if (!written) return true;
  const answer = await confirm(text("desk.script.leave"), {
    yes: text("desk.script.leave_yes"),
    no: text("frame.script.cancel"),
  });
  if (answer) written.reset();
  return answer;
}

function mark(path) {
  for (const link of links()) {
    const isCurrent = link.getAttribute("href") === path;
    if (isCurrent) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
    link.closest("li").classList.toggle("is-selected", isCurrent);
  }
}

async function show() {
  frame.classList.toggle("is-chosen", new URLSearchParams(location.search).has("case"));
  region().setAttribute("aria-busy", "true");
  await refresh(REGIONS);
  region().removeAttribute("aria-busy");
  // A page that could not be asked for, or a region that was kept, must not show one case under the address of another.
  const wanted = new URLSearchParams(location.search).get("case");
  if (wanted && region().dataset.case && region().dataset.case !== wanted) location.reload();
}

// Shows the case of a link of the list. `focus`: where the keyboard goes on, `list` or `case`.
export async function go(path, { focus = "list", replace = false } = {}) {
  if (!(await mayLeave())) return;
  history[replace ? "replaceState" : "pushState"](null, "", path);
  mark(path);
  await show();
  if (focus === "list") selected()?.focus();
  else region().focus({ preventScroll: true });
  if (region().getBoundingClientRect().top < 0) window.scrollTo(0, 0);
  selected()?.scrollIntoView({ block: "nearest" });
}

// The next link in the list, or the one before; nil at its end.
export function step(by) {
  const all = links();
  const at = all.indexOf(selected());
  return all[at === -1 ? (by > 0 ? 0 : all.length - 1) : at + by];
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-beside-link], a[data-beside-back]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
  event.preventDefault();
  if (!("besideBack" in link.dataset)) return go(link.getAttribute("href"), { focus: "case" });
  const chosen = selected();
  history.pushState(null, "", link.getAttribute("href"));
  frame.classList.remove("is-chosen");
  (chosen ?? links()[0])?.focus();
});
window.addEventListener("popstate", () => show());

// A case that is done leaves the list: the next one in it comes up by itself.
let following = null;
document.addEventListener("gridloop:done", (event) => {
  if (!region().contains(event.target)) return;
  following = (step(1) ?? step(-1))?.getAttribute("href") ?? null;
});
document.addEventListener("gridloop:shown", () => {
  const next = following;
  following = null;
  if (next === null || selected()) return;
  // Pointing at a case that is done would show what cannot be done any more.
  const stays = links().some((link) => link.closest("li").dataset.case === region().dataset.case);
  if (!stays && links().some((link) => link.getAttribute("href") === next)) go(next, { replace: true });
});

// The list may have come anew while a case stayed chosen.
onRefresh((element) => {
  if (element.id === "beside-case" && !element.dataset.case) frame.classList.remove("is-chosen");
});

// The kinds of a suppression: found by name or code among all of the catalogue; a class that is ticked stands for those
// below it, which then cannot be ticked as well.
import { text } from "./texts.js";

const form = document.getElementById("begin-form");
const kinds = document.getElementById("kinds");
const find = document.getElementById("kinds-find");
const chosen = document.getElementById("kinds-chosen");
const teaches = chosen.textContent;
const rows = [...kinds.querySelectorAll("label")].map((label) => {
  return { label, box: label.querySelector("input"), words: label.textContent.toLowerCase() };
});
const byCode = new Map(rows.map((row) => [row.box.value, row]));

function isCovered({ box }) {
  for (let above = byCode.get(box.dataset.parent); above; above = byCode.get(above.box.dataset.parent)) {
    if (above.box.checked) return true;
  }
  return false;
}

// What is chosen is always shown, and said in a line.
function show() {
  const sought = find.value.trim().toLowerCase();
  for (const row of rows) row.box.disabled = isCovered(row);
  const shown = new Set(rows.filter((row) => row.box.checked || row.words.includes(sought)).map((row) => row.box.value));
  for (const code of [...shown]) {
    // The class says where a kind belongs.
    for (let above = byCode.get(code)?.box.dataset.parent; above; above = byCode.get(above)?.box.dataset.parent) {
      shown.add(above);
    }
  }
  for (const { label, box } of rows) label.hidden = !shown.has(box.value);
  const names = rows.filter(({ box }) => box.checked && !box.disabled)
    .map(({ label }) => label.querySelector("span").firstChild.textContent.trim());
  const none = shown.size === 0 ? text("suppressions.script.none_found") : teaches;
  const listed = names.join(text("suppressions.script.comma"));
  chosen.textContent = names.length ? text("suppressions.script.chosen", { names: listed }) : none;
}

find.addEventListener("input", show);
// Enter in the search is no wish to send the form.
find.addEventListener("keydown", (event) => event.key === "Enter" && event.preventDefault());
kinds.addEventListener("change", show);
// The fields have their first values only after the event.
form.addEventListener("reset", () => setTimeout(show));
document.addEventListener("gridloop:shown", () => {
  const begin = form.closest("details");
  begin.open = false;
  begin.querySelector("summary").focus();
});
show();
// What the form begins with is seen.
kinds.scrollTop = kinds.querySelector("label:has(:checked)")?.offsetTop ?? 0;

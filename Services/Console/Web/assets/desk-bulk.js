// Something done to several cases of the queue. First the console says what would become of each, which changes nothing;
// then each is done by itself, with the version that was shown: what someone else changed meanwhile is left alone.
import { call, Problem } from "./api.js";
import { clearFaults, read, showFaults } from "./forms.js";
import { onRefresh, refresh } from "./live.js";
import { text } from "./texts.js";
import { relative } from "./times.js";
import { complain } from "./toast.js";

const byID = (id) => document.getElementById(id);
const [dialog, form, answer, rows] = ["desk-bulk", "bulk-form", "bulk-answer", "bulk-rows"].map(byID);
const [all, openButton, runButton, stopButton, progress] =
  ["bulk-all", "bulk-open", "bulk-run", "bulk-stop", "bulk-progress"].map(byID);
const most = Number(form.dataset.max);

// What is ticked outlasts the queue's being drawn anew; a case that has left it is ticked no more.
const ticked = new Set();

const boxes = () => [...document.querySelectorAll(".queue-tick")];

function show() {
  for (const box of boxes()) box.checked = ticked.has(box.value);
  byID("bulk-count").textContent = ticked.size > 0 ? text("desk.script.ticked", { count: ticked.size }) : "";
  openButton.disabled = ticked.size === 0;
  all.checked = ticked.size > 0 && ticked.size === boxes().length;
  all.indeterminate = ticked.size > 0 && !all.checked;
}

document.addEventListener("change", (event) => {
  if (event.target === all) {
    for (const box of boxes()) {
      if (all.checked) ticked.add(box.value);
      else ticked.delete(box.value);
    }
    show();
  } else if (event.target.matches?.(".queue-tick")) {
    if (event.target.checked) ticked.add(event.target.value);
    else ticked.delete(event.target.value);
    show();
  }
});
onRefresh((region) => {
  if (region.id !== "beside-list") return;
  const there = new Set(boxes().map((box) => box.value));
  for (const id of ticked) if (!there.has(id)) ticked.delete(id);
  show();
});

// The form shows the fields of the action.
function arrange() {
  const fields = byID("bulk-action").selectedOptions[0].dataset.fields.split(" ");
  for (const place of form.querySelectorAll("[data-field]")) {
    const isAsked = fields.includes(place.dataset.field);
    place.hidden = !isAsked;
    for (const field of place.querySelectorAll("input, select, textarea")) field.disabled = !isAsked;
  }
}

function forget() {
  answer.hidden = true;
  delete form.dataset.changed;
}

openButton.addEventListener("click", () => {
  clearFaults(form);
  forget();
  arrange();
  const list = byID("bulk-cases");
  list.replaceChildren(
    ...[...ticked].map((id) => {
      const option = document.createElement("option");
      option.value = id;
      return option;
    }),
  );
  dialog.showModal();
  byID("bulk-action").focus();
});
form.addEventListener("input", () => {
  arrange();
  forget();
});
byID("bulk-close").addEventListener("click", () => dialog.close());
dialog.addEventListener("close", () => {
  isStopped = true;
  refresh();
});

const stateName = (state) => document.querySelector(`#desk-states [data-state="${state}"]`)?.textContent ?? state;
const departmentName = (code) =>
  byID("bulk-department").querySelector(`option[value="${CSS.escape(code)}"]`)?.textContent ?? code;

function describe(would) {
  const words = [stateName(would.state)];
  if (would.merged_into) words.push(text("desk.script.into", { case: would.merged_into }));
  if (would.lead) words.push(departmentName(would.lead));
  if (would.due_at) words.push(text("desk.script.due", { when: relative(Date.parse(would.due_at)) }));
  return words.join(" · ");
}

function row(item) {
  const line = document.createElement("tr");
  line.dataset.case = item.id;
  const name = document.createElement("th");
  name.scope = "row";
  name.textContent = item.id;
  const now = document.createElement("td");
  now.textContent = item.state ? stateName(item.state) : "—";
  const then = document.createElement("td");
  line.append(name, now, then);
  return line;
}

function tell(line, tone, mark, words) {
  const cell = line.lastElementChild;
  const badge = document.createElement("span");
  badge.className = `badge tone-${tone}`;
  badge.textContent = mark;
  cell.replaceChildren(badge, ` ${words}`);
}

let planned = [];
let body = {};
let isStopped = false;

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  clearFaults(form);
  forget();
  body = read(form);
  // The case that the others end in stays.
  const ids = [...ticked].filter((id) => id !== body.into);
  if (ids.length > most) {
    return showFaults(form, new Problem(422, { detail: text("desk.script.too_many", { count: most }) }));
  }
  form.setAttribute("aria-busy", "true");
  try {
    const { items } = await call("POST", "/v1/cases/preview", { body: { cases: ids, ...body } });
    preview(items);
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    showFaults(form, problem);
  } finally {
    form.removeAttribute("aria-busy");
  }
});

function preview(items) {
  planned = [];
  rows.replaceChildren();
  for (const item of items) {
    const line = row(item);
    if (item.would) {
      planned.push({ item, line });
      tell(line, "fine", text("desk.script.ok"), describe(item.would));
    } else {
      tell(line, "late", text("desk.script.refused"), new Problem(409, item.refused).message);
    }
    rows.append(line);
  }
  byID("bulk-summary").textContent = text("desk.script.previewed", {
    count: planned.length,
    refused: items.length - planned.length,
  });
  runButton.textContent = text("desk.script.run", { count: planned.length });
  runButton.disabled = planned.length === 0;
  runButton.hidden = false;
  progress.hidden = true;
  answer.hidden = false;
  answer.scrollIntoView({ block: "nearest" });
  if (planned.length > 0) runButton.focus();
}

// Each case by itself and one after the other: whatever becomes of one, the others are whole.
runButton.addEventListener("click", async () => {
  isStopped = false;
  runButton.hidden = true;
  stopButton.hidden = false;
  stopButton.focus();
  progress.hidden = false;
  progress.max = planned.length;
  let done = 0;
  let fine = 0;
  byID("bulk-ask").disabled = true;
  for (const { item, line } of planned) {
    if (isStopped) {
      tell(line, "still", text("desk.script.failed"), text("desk.script.not_asked"));
      continue;
    }
    if (await carryOut(item, line)) fine += 1;
    done += 1;
    progress.value = done;
    byID("bulk-summary").textContent = text("desk.script.running", { done, count: planned.length });
  }
  byID("bulk-ask").disabled = false;
  stopButton.hidden = true;
  planned = [];
  byID("bulk-summary").textContent = text("desk.script.finished", { count: fine, refused: rows.children.length - fine });
  byID("bulk-close").focus();
  await refresh();
});
stopButton.addEventListener("click", () => {
  isStopped = true;
});

async function carryOut(item, line) {
  try {
    const after = await call("POST", `/v1/cases/${item.id}/actions`, { body, version: item.version });
    tell(line, "fine", text("desk.script.carried_out"), stateName(after.state));
    ticked.delete(item.id);
    return true;
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    const words = problem.status === 412
      ? text("desk.script.changed", { state: stateName(problem.document.state) })
      : problem.message;
    tell(line, "late", text("desk.script.failed"), words);
    if (problem.status === 401 || problem.status === 0) {
      isStopped = true;
      complain(problem);
    }
    return false;
  }
}

show();

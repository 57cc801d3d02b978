// New versions of the network: files chosen in the browser are packed, looked at by the server, and put in force after a
// clear question. The same drawing shows what one version changed against another.
import { call, get, Problem } from "./api.js";
import { confirm } from "./dialogs.js";
import { pack, unpack } from "./archives.js";
import { text } from "./texts.js";
import { complain, toast } from "./toast.js";

const T = "administration.script.policy.";
const result = document.getElementById("result");
const form = document.getElementById("policy-form");

// An element with classes and children; strings become text.
function make(name, classes, ...children) {
  const element = document.createElement(name);
  if (classes) element.className = classes;
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

function table(columns, rows) {
  const head = make("tr", "", ...columns.map((name) => Object.assign(make("th", "", name), { scope: "col" })));
  const body = rows.map((cells) =>
    make("tr", "", ...cells.map((cell, place) => {
      const field = make("td", "", cell instanceof Node ? cell : make("div", "", String(cell)));
      field.dataset.label = columns[place];
      return field;
    })));
  const scroll = make("div", "table-scroll", make("table", "table cases", make("thead", "", head), make("tbody", "", ...body)));
  scroll.tabIndex = 0;
  return scroll;
}

function card(title, ...children) {
  return make("section", "card", make("h2", "", title), ...children);
}

function badge(words, tone) {
  return make("span", `badge tone-${tone}`, words);
}

const tones = { added: "fine", removed: "late", changed: "soon" };

function drawFaults(document) {
  const rows = document.faults.map((fault) => [
    make("code", "", fault.line > 0 ? `${fault.file}:${fault.line}` : fault.file), fault.message, fault.remedy,
  ]);
  return card(
    text(`${T}faults`, { count: document.fault_count }), make("p", "note", text(`${T}nothing_changed`)),
    table([text(`${T}place`), text(`${T}fault`), text(`${T}remedy`)], rows));
}

function drawOpenCases(open) {
  const figures = make("div", "figures policy-figures");
  for (const [name, tone] of [["cases", "accent"], ["moved", "soon"], ["overdue", "late"], ["provisional_moved", "soon"]]) {
    figures.append(make("div", `figure tone-${open[name] > 0 ? tone : "fine"}`,
      make("b", "", String(open[name])), make("span", "", text(`${T}open_${name}`))));
  }
  const rows = open.clocks.map((clock) => [
    text(`${T}clock_${clock.clock}`), clock.running, clock.earlier, clock.later, clock.without_limit,
    clock.become_overdue > 0 ? badge(String(clock.become_overdue), "late") : "0",
  ]);
  const columns = ["clock", "running", "earlier", "later", "without_limit", "become_overdue"].map((n) => text(`${T}${n}`));
  return card(text(`${T}open`), make("p", "muted", text(`${T}open_note`)), figures, rows.length ? table(columns, rows) : null);
}

function drawCounts(counts) {
  const rows = counts.map((count) => {
    const step = count.after - count.before;
    return [
      text(`${T}kind_${count.kind}`), count.before, count.after, step > 0 ? `+${step}` : String(step),
      count.changed > 0 ? badge(String(count.changed), "soon") : "0",
    ];
  });
  return card(text(`${T}counts`),
    table(["what", "before", "after", "step", "changed_entries"].map((n) => text(`${T}${n}`)), rows));
}

function drawChanges(document) {
  const parts = [];
  for (const { kind, changed } of document.counts) {
    const entries = document.changes.filter((entry) => entry.kind === kind);
    if (!entries.length) continue;
    const rows = entries.map((entry) => [
      badge(text(`${T}way_${entry.way}`), tones[entry.way]), make("code", "", entry.key), entry.before ?? "—",
      entry.after ?? "—",
    ]);
    const details = make("details", "card office-details", make("summary", "",
      make("h2", "", text(`${T}kind_${kind}`), make("small", "", ` ${changed}`))));
    details.open = changed <= 20;
    if (changed > entries.length) {
      details.append(make("p", "note", text(`${T}more`, { count: changed - entries.length })));
    }
    details.append(table(["way", "key", "before", "after"].map((n) => text(`${T}${n}`)), rows));
    parts.push(details);
  }
  return parts;
}

function drawFiles(files) {
  const parts = files.map((file) => {
    const details = make("details", "policy-file", make("summary", "",
      make("code", "", file.name), " ", badge(text(`${T}way_${file.way}`), tones[file.way]),
      make("small", "muted", ` +${file.added_lines} −${file.removed_lines}`)));
    if (file.lines.length) {
      const lines = file.lines.map((line) => make("div", line.added ? "line-added" : "line-removed",
        make("span", "line-number", String(line.number)), `${line.added ? "+" : "−"} ${line.text}`));
      const block = make("div", "policy-lines mono", ...lines);
      block.tabIndex = 0;
      details.append(block);
      details.open = file.lines.length <= 12;
    } else {
      details.append(make("p", "muted", text(`${T}too_much`)));
    }
    return details;
  });
  return card(text(`${T}files`), ...(parts.length ? parts : [make("p", "muted", text(`${T}same`))]));
}

function drawDifference(document) {
  return [drawCounts(document.counts), ...drawChanges(document), drawFiles(document.files)];
}

function show(...parts) {
  result.hidden = false;
  result.replaceChildren(...parts.filter(Boolean));
}

// A preview: what is wrong, or what changes and the button that puts it in force.
function showPreview(document, tar, kind) {
  if (!document.valid) return show(drawFaults(document));
  if (document.same) return show(card(text(`${T}sound`), make("p", "", text(`${T}same`))));
  const load = make("button", "button primary", text(`${T}load`));
  load.type = "button";
  load.id = "policy-load";
  load.addEventListener("click", () => putInForce(load, document, tar, kind));
  const head = card(text(`${T}sound`),
    make("p", "", text(`${T}sound_note`, { basis: document.basis, version: document.basis + 1 })), make("div", "row", load));
  show(head, drawOpenCases(document.open_cases), ...drawDifference(document));
}

async function putInForce(button, document, tar, kind) {
  const open = document.open_cases;
  const isMeant = await confirm(
    text(`${T}load_question`, { version: document.basis + 1, cases: open.cases, moved: open.provisional_moved }),
    { yes: text(`${T}load`), no: text("administration.script.no") });
  if (!isMeant) return;
  button.setAttribute("aria-busy", "true");
  try {
    const query = new URLSearchParams({ files: kind, digest: document.digest, basis: document.basis });
    await call("POST", `/v1/policies?${query}`, { body: tar, headers: { "Content-Type": "application/x-tar" } });
    toast(text(`${T}loaded`, { version: document.basis + 1 }), { tone: "fine" });
    location.assign(`/administration/policies#table-policies`);
    location.reload();
  } catch (problem) {
    button.removeAttribute("aria-busy");
    if (!(problem instanceof Problem)) throw problem;
    complain(problem);
  }
}

form?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const fault = document.getElementById("policy-fault");
  const button = document.getElementById("policy-preview");
  if (button.getAttribute("aria-busy") === "true") return;
  fault.hidden = true;
  const chosen = [...document.getElementById("policy-files").files, ...document.getElementById("policy-folder").files];
  if (!chosen.length) {
    fault.textContent = text(`${T}choose`);
    fault.hidden = false;
    document.getElementById("policy-files").focus();
    return;
  }
  button.setAttribute("aria-busy", "true");
  show(make("p", "note", text(`${T}looking`)));
  try {
    const kind = new FormData(form).get("files");
    const tar = pack(await unpack(chosen));
    const answer = await call("POST", `/v1/policies/previews?files=${kind}`, {
      body: tar, headers: { "Content-Type": "application/x-tar" },
    });
    showPreview(answer, tar, kind);
    result.focus();
  } catch (problem) {
    result.hidden = true;
    fault.textContent = problem instanceof Problem ? problem.message : text(`${T}unreadable`, { name: problem.message });
    fault.hidden = false;
  } finally {
    button.removeAttribute("aria-busy");
  }
});

if (result?.dataset.path) {
  get(result.dataset.path).then((document) => show(...drawDifference(document)), (problem) => complain(problem));
}

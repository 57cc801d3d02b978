// Forms that send JSON to our interface.
//
//     <form data-api="/v1/cases/440306-7/actions" data-version="3" data-done="refresh">
//
// `data-version` goes into If-Match. `data-done`: `refresh` shows the live regions anew (the usual), `reload` the page,
// a path goes there. Fields become members by their names; an empty one is left out. A field may carry `data-as`:
// `list` (an array, also of one: checkboxes, several choices), `number`, `moment` (local time of the network, whose
// offset is in `data-offset`), `limit` (a number; its unit in the field named `<name>-unit`).
// With `data-listed-as` the body is an object whose member of that name holds the form's own as its only entry.
// Fields with `data-plain` are for the form as a browser without scripts sends it.
// When all is done and shown, `gridloop:shown` is sent on the document with the answer.
// `data-ask` is a clear question that is asked first.
// Every fault of the answer is shown beside its field; 412 shows the newer state and keeps what was written.
import { call, Problem } from "./api.js";
import { confirm } from "./dialogs.js";
import { refresh } from "./live.js";
import { text } from "./texts.js";
import { complain, toast } from "./toast.js";

function put(body, name, value) {
  const path = name.split(".");
  let place = body;
  for (const step of path.slice(0, -1)) place = place[step] ??= {};
  place[path.at(-1)] = value;
}

// The members that the form's fields make.
export function read(form) {
  const body = {};
  const lists = new Map();
  for (const field of form.elements) {
    const { name, dataset } = field;
    if (!name || field.disabled || "plain" in dataset || name.endsWith("-unit") || field.type === "file") continue;
    if ((field.type === "checkbox" || field.type === "radio") && !field.checked) continue;
    if (dataset.as === "list") {
      const values = field.selectedOptions ? [...field.selectedOptions].map((option) => option.value) : [field.value];
      lists.set(name, [...(lists.get(name) ?? []), ...values.filter(Boolean)]);
      continue;
    }
    const value = field.value.trim();
    if (!value) continue;
    if (dataset.as === "number") put(body, name, Number(value));
    else if (dataset.as === "moment") put(body, name, (value.length === 16 ? `${value}:00` : value) + dataset.offset);
    else if (dataset.as === "limit") put(body, name, `${value} ${form.elements[`${name}-unit`].value}`);
    else put(body, name, value);
  }
  for (const [name, values] of lists) if (values.length > 0) put(body, name, values);
  return form.dataset.listedAs ? { [form.dataset.listedAs]: [body] } : body;
}

export function clearFaults(form) {
  for (const fault of form.querySelectorAll(".fault[data-fault]")) fault.remove();
  for (const field of form.querySelectorAll("[aria-invalid]")) {
    field.removeAttribute("aria-invalid");
    field.removeAttribute("aria-describedby");
  }
}

function showFault(place, message) {
  const fault = document.createElement("p");
  fault.className = "fault";
  fault.dataset.fault = "";
  fault.setAttribute("role", "alert");
  fault.id = `fault-${Math.random().toString(36).slice(2)}`;
  fault.textContent = message;
  place.append(fault);
  return fault;
}

// Shows what is wrong, each beside its field, and leads to the first.
export function showFaults(form, problem) {
  clearFaults(form);
  let first = null;
  const others = [];
  for (const { field: path, detail } of problem.errors) {
    // Of the only entry of a list the place is of no interest.
    const name = form.dataset.listedAs ? path.replace(`${form.dataset.listedAs}[0].`, "") : path;
    const found = form.elements[name];
    const field = found instanceof RadioNodeList ? found[0] : found;
    if (!field) {
      others.push(detail);
      continue;
    }
    const fault = showFault(field.closest(".field") ?? field.parentElement, detail);
    field.setAttribute("aria-invalid", "true");
    field.setAttribute("aria-describedby", fault.id);
    // The first as the page reads, in whatever order they are told.
    if (!first || field.compareDocumentPosition(first) & Node.DOCUMENT_POSITION_FOLLOWING) first = field;
  }
  if (problem.errors.length === 0) others.push(problem.message);
  for (const message of others) showFault(form.querySelector(".form-faults") ?? form, message);
  (first ?? form.querySelector(".fault"))?.scrollIntoView({ block: "nearest" });
  first?.focus();
}

async function send(form, submitter) {
  if (form.getAttribute("aria-busy") === "true") return;
  if (form.dataset.ask) {
    const words = { yes: submitter?.ariaLabel || submitter?.textContent, no: text("frame.script.cancel") };
    if (!(await confirm(form.dataset.ask, words))) return;
  }
  clearFaults(form);
  form.setAttribute("aria-busy", "true");
  submitter?.setAttribute("aria-busy", "true");
  try {
    const body = read(form);
    if (submitter?.name) put(body, submitter.name, submitter.value);
    const answer = await call(form.dataset.method ?? "POST", form.dataset.api, {
      body,
      version: form.dataset.version,
    });
    form.reset();
    delete form.dataset.changed;
    form.closest("dialog")?.close();
    toast(form.dataset.message ?? text("frame.script.done"), { tone: "fine" });
    form.dispatchEvent(new CustomEvent("gridloop:done", { bubbles: true, detail: answer }));
    const next = form.dataset.done ?? "refresh";
    if (next === "reload") location.reload();
    else if (next.startsWith("/")) location.assign(next);
    else if (next === "refresh") await refresh();
    document.dispatchEvent(new CustomEvent("gridloop:shown", { detail: answer }));
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    if (problem.status === 412) {
      form.dataset.version = problem.document.version ?? form.dataset.version;
      const stale = new Problem(412, { detail: text("frame.script.stale") });
      showFaults(form, stale);
      await refresh();
      // A form in which nothing was written is exchanged with its region, and with it what was said.
      if (!form.isConnected) complain(stale);
    } else if (problem.status === 401 || problem.status === 0) {
      complain(problem);
    } else {
      showFaults(form, problem);
    }
  } finally {
    form.removeAttribute("aria-busy");
    submitter?.removeAttribute("aria-busy");
  }
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("form[data-api]")) return;
  event.preventDefault();
  send(form, event.submitter);
});
document.addEventListener("input", (event) => {
  const form = event.target.closest("form[data-api]");
  if (!form) return;
  form.dataset.changed = "";
  // What is being mended is no fault any more; the answer will tell whether it still is.
  const fault = document.getElementById(event.target.getAttribute("aria-describedby") ?? "");
  if (!fault?.matches(".fault[data-fault]")) return;
  fault.remove();
  event.target.removeAttribute("aria-invalid");
  event.target.removeAttribute("aria-describedby");
});
document.addEventListener("reset", (event) => {
  delete event.target.dataset.changed;
  clearFaults(event.target);
});

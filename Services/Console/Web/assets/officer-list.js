// The list of what waits to be sent: each report with its state, and what can be done about it.
import { Problem } from "./api.js";
import { confirm } from "./dialogs.js";
import { goOn, isOpen } from "./officer-form.js";
import * as queue from "./officer-queue.js";
import { text, language } from "./texts.js";

const section = document.getElementById("officer-queue");
const list = document.getElementById("queue-list");
const time = new Intl.DateTimeFormat(language, { month: "short", day: "numeric", hour: "2-digit", minute: "2-digit" });

function element(name, className, content = "") {
  const made = document.createElement(name);
  if (className) made.className = className;
  made.textContent = content;
  return made;
}

function button(label, act) {
  const made = element("button", "button small", label);
  made.type = "button";
  made.addEventListener("click", act);
  return made;
}

async function discard(report) {
  const name = report.shown.category;
  const question = report.tried ? "officer.script.discard_tried" : "officer.script.discard_question";
  const isMeant = await confirm(text(question, { name }), {
    yes: text("officer.script.discard_yes"),
    no: text("officer.script.discard_no"),
    danger: true,
  });
  if (isMeant) await queue.remove([report.id]);
}

// What the door said, in people's words: each fault, or the refusal itself.
function reasons({ status, document: said }) {
  const problem = new Problem(status, said);
  const details = problem.errors.map((fault) => fault.detail);
  return details.length > 0 ? [...new Set(details)] : [problem.message];
}

function item(report, sending) {
  const isRefused = report.state === "refused";
  const state = report.id === sending ? "sending" : report.state;
  const made = element("li", `officer-item${isRefused ? " tone-late" : ""}`);
  made.dataset.report = report.id;
  made.dataset.state = state;
  const head = element("div", "case-item-head");
  const badge = element("span", `badge ${isRefused ? "tone-late" : "tone-soon"}`, text(`officer.script.state_${state}`));
  head.append(element("b", "", report.shown.category), " ", badge);
  const facts = [time.format(report.createdAt)];
  if (report.shown.place) facts.push(report.shown.place);
  if (report.photos.length > 0) facts.push(text("officer.script.photos", { count: report.photos.length }));
  if (report.attempts > 0) facts.push(text("officer.script.attempts", { count: report.attempts }));
  made.append(head, element("p", "muted small", facts.join(" · ")));
  if (isRefused) {
    for (const reason of reasons(report.problem)) made.append(element("p", "fault", reason));
  }
  const buttons = element("div", "row");
  if (isRefused) buttons.append(button(text("officer.script.mend"), () => goOn(report)));
  if (state === "draft") buttons.append(button(text("officer.script.go_on"), () => goOn(report)));
  buttons.append(button(text("officer.script.discard"), () => discard(report)));
  made.append(buttons);
  return made;
}

// Draws the owner's reports. `sending`: the id of the one on its way.
export async function draw(owner, sending) {
  const reports = (await queue.of(owner)).filter((report) => !isOpen(report));
  section.hidden = reports.length === 0;
  const focused = list.contains(document.activeElement);
  list.replaceChildren(...reports.map((report) => item(report, sending)));
  // Whoever used a button of the list goes on from the list.
  if (focused && !section.hidden) (list.querySelector("button") ?? document.getElementById("queue-send")).focus();
}

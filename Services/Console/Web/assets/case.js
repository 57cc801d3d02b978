// The page of one case: printing, the proof of its journal, photographs of results, who reported it.
import "./photos.js";
import { get } from "./api.js";
import { text } from "./texts.js";
import { complain } from "./toast.js";

async function verify(button) {
  const result = document.getElementById("proof-result");
  button.setAttribute("aria-busy", "true");
  result.className = "";
  result.textContent = text("case.script.proving");
  try {
    const proof = await get(button.dataset.verify);
    result.className = proof.whole ? "proof-fine" : "proof-late";
    const broken = proof.events.filter((event) => !event.whole);
    result.textContent = proof.whole
      ? text("case.script.whole", { count: proof.events.length })
      : text("case.script.broken", { count: broken.length, seq: broken[0].seq });
    for (const event of proof.events) {
      const mark = document.querySelector(`tr[data-seq="${event.seq}"] .proof-mark`);
      if (!mark) continue;
      mark.className = `proof-mark ${event.whole ? "proof-fine" : "proof-late"}`;
      mark.textContent = event.whole ? "✓" : `✗ ${text("case.script.not_whole")}`;
    }
    if (!proof.whole) document.getElementById("journal-rows").open = true;
  } catch (problem) {
    result.textContent = "";
    complain(problem);
  } finally {
    button.removeAttribute("aria-busy");
  }
}

// Shown to the one who asked, and gone with the page: nothing of it is kept.
function showReporters(reporters) {
  const place = document.getElementById("case-reporters");
  if (!place) return;
  const title = document.createElement("h3");
  title.textContent = text("case.script.reporters");
  const list = document.createElement("ul");
  for (const reporter of reporters) {
    const item = document.createElement("li");
    item.textContent = [reporter.name ?? text("case.script.nameless"), reporter.phone, reporter.case_id]
      .filter(Boolean)
      .join(" · ");
    list.append(item);
  }
  place.replaceChildren(title, list);
  place.hidden = false;
  place.scrollIntoView({ block: "nearest" });
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-verify]");
  if (button) return verify(button);
  if (event.target.closest("[data-print]")) {
    for (const details of document.querySelectorAll("main details")) details.open = details.id !== "more-actions";
    window.print();
  }
  const more = document.getElementById("more-actions");
  if (more?.open && (!more.contains(event.target) || event.target.closest("[data-dialog]"))) more.open = false;
});

document.addEventListener("keydown", (event) => {
  const more = document.getElementById("more-actions");
  if (event.key !== "Escape" || !more?.open) return;
  more.open = false;
  more.querySelector("summary").focus();
});

// After the regions were exchanged, so that what was revealed is not swept away with them.
document.addEventListener("gridloop:shown", (event) => {
  if (event.detail?.reporters) showReporters(event.detail.reporters);
});

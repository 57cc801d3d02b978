// The pages of administration: acts that are one call, after a clear question, and secrets that are shown this once.
import { call, Problem } from "./api.js";
import { confirm } from "./dialogs.js";
import { refresh } from "./live.js";
import { text } from "./texts.js";
import { complain, toast } from "./toast.js";

const dialog = document.getElementById("secret");
const field = document.getElementById("secret-value");

// A key or a password of the answer is shown until it is closed, and never again.
function showSecret(answer) {
  const secret = answer?.key ?? answer?.password;
  if (!secret) return;
  field.value = secret;
  dialog.showModal();
  field.select();
}

dialog?.addEventListener("close", () => {
  field.value = "";
});

document.getElementById("secret-copy")?.addEventListener("click", async () => {
  field.select();
  try {
    await navigator.clipboard.writeText(field.value);
    toast(text("administration.script.copied"), { tone: "fine" });
  } catch {
    // Without leave, or without TLS, there is no clipboard; the text is selected, to be copied by hand.
    toast(text("administration.script.copy_by_hand"));
  }
});

document.addEventListener("gridloop:done", (event) => showSecret(event.detail));

document.addEventListener("click", async (event) => {
  const button = event.target.closest("button[data-call]");
  if (!button || button.getAttribute("aria-busy") === "true") return;
  const { call: path, method, body, question } = button.dataset;
  if (question) {
    const isMeant = await confirm(question, {
      yes: button.textContent, no: text("administration.script.no"), danger: button.classList.contains("danger"),
    });
    if (!isMeant) return;
  }
  button.setAttribute("aria-busy", "true");
  try {
    const answer = await call(method, path, { body: body && JSON.parse(body) });
    toast(text("frame.script.done"), { tone: "fine" });
    await refresh();
    showSecret(answer);
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    complain(problem);
  } finally {
    button.removeAttribute("aria-busy");
  }
});

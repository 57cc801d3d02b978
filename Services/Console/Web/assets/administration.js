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

// What is done elsewhere is looked at again for a while.
const FOLLOWED_MS = [700, 1500, 3000, 6000];
const WATCH_EVERY_MS = 300;
const WATCH_FOR_MS = 30000;

function follow(section) {
  if (section?.hasAttribute("data-followed")) for (const wait of FOLLOWED_MS) setTimeout(() => refresh(), wait);
}

// Watches a test until it arrived or did not.
async function watch(path, id) {
  toast(text("administration.script.testing"));
  const until = performance.now() + WATCH_FOR_MS;
  while (performance.now() < until) {
    const test = await call("GET", `${path}${encodeURIComponent(id)}`);
    if (test.state === "delivered" || test.state === "failed") {
      await refresh();
      toast(text(`administration.script.test_${test.state}`), { tone: test.state === "delivered" ? "fine" : "late" });
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, WATCH_EVERY_MS));
  }
  await refresh();
  toast(text("administration.script.test_slow"), { tone: "late" });
}

document.addEventListener("gridloop:done", (event) => {
  showSecret(event.detail);
  const path = event.target.dataset?.watch;
  if (path && event.detail?.id) watch(path, event.detail.id);
});

document.addEventListener("click", async (event) => {
  const button = event.target.closest("button[data-call]");
  if (!button || button.getAttribute("aria-busy") === "true") return;
  const { call: path, method, body, question, watch: watched } = button.dataset;
  const section = button.closest("section");
  if (question) {
    const isMeant = await confirm(question, {
      yes: button.textContent, no: text("administration.script.no"), danger: button.classList.contains("danger"),
    });
    if (!isMeant) return;
  }
  button.setAttribute("aria-busy", "true");
  try {
    const answer = await call(method, path, { body: body && JSON.parse(body) });
    if (!watched) toast(text("frame.script.done"), { tone: "fine" });
    await refresh();
    showSecret(answer);
    follow(section);
    if (watched && answer?.id) await watch(watched, answer.id);
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    complain(problem);
  } finally {
    button.removeAttribute("aria-busy");
  }
});

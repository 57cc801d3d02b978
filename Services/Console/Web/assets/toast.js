// Short messages at the edge of the page, read out by screen readers.
import { text } from "./texts.js";

const place = document.getElementById("toasts");

// `tone`: fine, late or nothing. `action`: {label, run}, e.g. to undo. Stays for 6 seconds; for 15 with an action, or
// when it is late.
export function toast(message, { tone = "", action } = {}) {
  const box = document.createElement("div");
  box.className = `toast ${tone}`;
  const words = document.createElement("span");
  words.textContent = message;
  box.append(words);
  const close = () => box.remove();
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = action?.label ?? text("frame.script.close");
  button.addEventListener("click", () => {
    close();
    action?.run();
  });
  box.append(button);
  place.append(box);
  const timer = setTimeout(close, action || tone === "late" ? 15000 : 6000);
  box.addEventListener("mouseenter", () => clearTimeout(timer), { once: true });
  return close;
}

// Says what went wrong with a request, and where to sign in when the session is over.
export function complain(problem) {
  const action = problem.status === 401
    ? {
        label: text("frame.script.sign_in"),
        run: () => location.assign(`/sign-in?return=${encodeURIComponent(location.pathname + location.search)}`),
      }
    : undefined;
  return toast(problem.message, { tone: "late", action });
}

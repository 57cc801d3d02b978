// Dialogs: a button with `data-dialog="<id>"` opens the <dialog> of that id; a button with `data-close` closes it.
document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-dialog]");
  if (opener) {
    // The button may name the dialog for browsers without scripts, too: here it is opened once.
    event.preventDefault();
    const dialog = document.getElementById(opener.dataset.dialog);
    dialog?.showModal();
    dialog?.querySelector("textarea, select, input:not([type=hidden])")?.focus();
    return;
  }
  const closer = event.target.closest("[data-close]");
  if (closer) return closer.closest("dialog")?.close();
  // A click beside the dialog closes one in which nothing was written.
  if (event.target.matches?.("dialog[open]") && !event.target.querySelector("form[data-changed]")) event.target.close();
});

// Asks a clear question; resolves to whether it was answered with yes.
export function confirm(question, { yes, no, danger = false }) {
  return new Promise((resolve) => {
    const dialog = document.createElement("dialog");
    const body = document.createElement("form");
    body.method = "dialog";
    body.className = "dialog-body";
    const words = document.createElement("p");
    words.textContent = question;
    const buttons = document.createElement("div");
    buttons.className = "dialog-buttons";
    for (const [value, label] of [["no", no], ["yes", yes]]) {
      const button = document.createElement("button");
      button.value = value;
      button.textContent = label;
      button.className = `button ${value === "yes" ? (danger ? "danger" : "primary") : ""}`;
      buttons.append(button);
    }
    body.append(words, buttons);
    dialog.append(body);
    document.body.append(dialog);
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "yes");
    });
    dialog.showModal();
  });
}

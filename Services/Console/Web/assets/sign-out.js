// What the officer's page keeps on the device is the signed-in officer's: signing out, on whichever page, removes it.
// Reports that were not sent would go with it, so that is asked first.
import { confirm } from "./dialogs.js";
import { text } from "./texts.js";

// The officer's page leaves its user's name here, so that other pages know that there is something to remove.
export const MARK = "gridloop-officer";

// Removes the kept page, and the owner's reports with it.
export async function forget(owner, { reports = [] } = {}) {
  const queue = await import("./officer-queue.js");
  if (reports.length > 0) await queue.remove(reports.map((report) => report.id));
  await self.caches?.delete(MARK);
  for (const registration of (await navigator.serviceWorker?.getRegistrations()) ?? []) {
    if (new URL(registration.scope).pathname.startsWith("/officer")) await registration.unregister();
  }
  if (localStorage.getItem(MARK) === owner) localStorage.removeItem(MARK);
}

async function leave(form, owner) {
  const { of } = await import("./officer-queue.js");
  const reports = await of(owner);
  if (reports.length > 0) {
    const leaves = await confirm(text("officer.script.sign_out_question", { count: reports.length }), {
      yes: text("officer.script.sign_out_yes"),
      no: text("officer.script.sign_out_no"),
      danger: true,
    });
    if (!leaves) return;
  }
  await forget(owner, { reports });
  // Not asked a second time: this sends no event.
  form.submit();
}

document.addEventListener("submit", (event) => {
  const owner = event.target.matches("form.sign-out") ? localStorage.getItem(MARK) : null;
  if (!owner) return;
  event.preventDefault();
  leave(event.target, owner).catch(() => event.target.submit());
});

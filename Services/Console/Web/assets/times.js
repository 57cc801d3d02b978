// Keeps "3 minutes ago" true, by the server's clock: a simulated one may stand years away from this machine's.
import { text } from "./texts.js";

let offset = 0;

export const now = () => Date.now() + offset;

// What the server's clock says, as a page that it has just made tells it.
export function setNow(stated) {
  const moment = Date.parse(stated ?? "");
  if (!Number.isNaN(moment)) offset = moment - Date.now();
}
setNow(document.documentElement.dataset.now);

// As the server writes it (PageTimes.relative).
export function relative(moment, at = now()) {
  const seconds = Math.trunc((moment - at) / 1000);
  const way = seconds < 0 ? "ago" : "ahead";
  const amount = Math.abs(seconds);
  if (amount < 60) return text("time.script.now");
  if (amount < 3600) return text(`time.script.minutes_${way}`, { count: Math.trunc(amount / 60) });
  if (amount < 172800) return text(`time.script.hours_${way}`, { count: Math.trunc(amount / 3600) });
  return text(`time.script.days_${way}`, { count: Math.trunc(amount / 86400) });
}

export function refreshTimes(root = document) {
  for (const element of root.querySelectorAll("time[datetime] [data-relative]")) {
    const words = relative(Date.parse(element.parentElement.dateTime));
    if (element.textContent !== words) element.textContent = words;
  }
}

setInterval(refreshTimes, 20000);

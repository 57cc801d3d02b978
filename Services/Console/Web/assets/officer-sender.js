// Sends what waits, in order and each once: one sender at a time among all windows and the worker, and what was sent
// without an answer is sent again under the same key, which the door answers with the first case.
import * as queue from "./officer-queue.js";

const LOCK = "gridloop-officer-send";
const MAX_SEND_MILLISECONDS = 60_000;
const FIRST_WAIT_MILLISECONDS = 2_000;
const LONGEST_WAIT_MILLISECONDS = 300_000;
// Older than this when it goes out, a report says when it was made.
const FRESH_MILLISECONDS = 60_000;

let failures = 0;

// The wait before the next try, longer each time and never the same for everyone.
function pause(attempts) {
  const wait = Math.min(LONGEST_WAIT_MILLISECONDS, FIRST_WAIT_MILLISECONDS * 2 ** Math.min(attempts, 10));
  return Date.now() + wait * (0.75 + Math.random() / 2);
}

// What was answered; `status` 0 when nothing was.
async function ask(method, path, headers = {}, body = undefined) {
  const timer = new AbortController();
  const timeout = setTimeout(() => timer.abort(), MAX_SEND_MILLISECONDS);
  try {
    const response = await fetch(path, {
      method,
      headers: { Accept: "application/json", ...headers },
      body,
      credentials: "same-origin",
      cache: "no-store",
      signal: timer.signal,
    });
    const isJSON = /json/.test(response.headers.get("Content-Type") ?? "");
    const document = isJSON ? await response.json() : {};
    const wait = Number(response.headers.get("Retry-After"));
    return { status: response.status, document, again: wait > 0 ? Date.now() + wait * 1000 : 0 };
  } catch {
    return { status: 0, document: {}, again: 0 };
  } finally {
    clearTimeout(timeout);
  }
}

// Refused for good: it must be mended. All else may pass: no network, no session, a busy or broken server.
const isRefusal = ({ status, document }) =>
  [400, 403, 404, 409, 413, 415, 422].includes(status) && document.code !== "csrf";

// Sends everything that is due. `hurry`: also what had been put off, as when the network has just come back.
//
// Resolves to {outcome, at}: `idle`: nothing is left; `later`: try again at `at`; `signed_out`; `other_user`: what is
// left belongs to someone else; `busy`: another window, or the worker, is sending.
export function sendWaiting({ hurry = false } = {}) {
  // Without locks the key alone keeps a report from being taken twice.
  if (!navigator.locks) return send(hurry);
  return navigator.locks.request(LOCK, { ifAvailable: true }, (lock) => (lock ? send(hurry) : { outcome: "busy" }));
}

async function send(hurry) {
  if ((await queue.all()).every((report) => report.state !== "waiting")) return { outcome: "idle" };
  const session = await ask("GET", "/v1/sessions/me");
  if (session.status === 401) return { outcome: "signed_out" };
  if (session.status !== 200) {
    failures += 1;
    return { outcome: "later", at: session.again || pause(failures - 1) };
  }
  failures = 0;
  const sender = {
    owner: `${session.document.district}/${session.document.username}`,
    headers: session.document.form_token ? { "X-CSRF-Token": session.document.form_token } : {},
    // The server's clock may stand elsewhere than this device's.
    offset: Date.parse(session.document.now) - Date.now(),
  };
  let last = 0;
  for (;;) {
    const reports = await queue.of(sender.owner);
    const report = reports.find((report) => report.state === "waiting" && report.id > last);
    if (!report) break;
    // What was made first goes first, so that the rest waits with it.
    if (!hurry && report.nextAt > Date.now()) return { outcome: "later", at: report.nextAt };
    last = report.id;
    queue.announce({ type: "sending", id: report.id });
    const answer = await sendOne(report, sender);
    if (answer.status === 401) {
      await queue.change(report.id, { nextAt: 0 });
      return { outcome: "signed_out" };
    }
    if (!answer.isOver) {
      const at = answer.again || pause(report.attempts);
      await queue.change(report.id, { attempts: report.attempts + 1, nextAt: at });
      return { outcome: "later", at };
    }
  }
  const isLeft = (await queue.all()).some((report) => report.state === "waiting");
  return { outcome: isLeft ? "other_user" : "idle" };
}

// The photographs first, then the report with their ids. Every step is kept before the next one.
async function sendOne(report, sender) {
  let sent = await withPhotos(report, sender);
  if (sent.answer) return settle(report, sent.answer);
  let answer = await hand(sent.report, sender);
  // The door keeps a photograph without a report for some days only: then it is sent anew. The report was not taken, so
  // that its key is free for the new body.
  const isForgotten = answer.document.errors?.some((fault) => fault.code === "unknown_attachment");
  if (answer.status === 422 && isForgotten) {
    const photos = report.photos.map(({ blob }) => ({ blob }));
    const again = await queue.change(report.id, { photos, body: null, tried: false });
    if (!again) return { isOver: true };
    sent = await withPhotos(again, sender);
    if (sent.answer) return settle(report, sent.answer);
    answer = await hand(sent.report, sender);
  }
  return settle(report, answer);
}

async function withPhotos(report, sender) {
  let current = report;
  for (const [index, photo] of report.photos.entries()) {
    if (photo.id) continue;
    const type = { "Content-Type": photo.blob.type || "application/octet-stream" };
    const answer = await ask("POST", "/v1/attachments", { ...sender.headers, ...type }, photo.blob);
    if (answer.status !== 201) return { answer };
    const photos = current.photos.map((other, place) => (place === index ? { ...other, id: answer.document.id } : other));
    current = (await queue.change(report.id, { photos })) ?? { ...current, photos };
  }
  return { report: current };
}

async function hand(report, sender) {
  const body = report.body ?? JSON.stringify(bodyOf(report, sender));
  if (!(await queue.change(report.id, { body, tried: true }))) return { status: 204, document: {}, again: 0 };
  return ask(
    "POST",
    "/v1/reports",
    { ...sender.headers, "Content-Type": "application/json", "Idempotency-Key": report.key },
    body,
  );
}

function bodyOf(report, sender) {
  const { category, description, location, urgent, measure } = report.content;
  const body = { source: "officer", category, description, location };
  if (urgent) body.urgent = true;
  if (measure) body.on_spot = { action: measure };
  const attachments = report.photos.map((photo) => photo.id);
  if (attachments.length > 0) body.attachments = attachments;
  const age = Date.now() - report.createdAt;
  if (age > FRESH_MILLISECONDS) body.occurred_at = new Date(report.createdAt + sender.offset).toISOString();
  return body;
}

async function settle(report, answer) {
  if (answer.status === 200 || answer.status === 201) {
    await queue.remove([report.id]);
    const { case_id: caseID, duplicate_of: joined } = answer.document;
    queue.announce({ type: "sent", id: report.id, caseID, joined: Boolean(joined) });
    return { isOver: true };
  }
  if (isRefusal(answer)) {
    const problem = { status: answer.status, document: answer.document };
    await queue.change(report.id, { state: "refused", problem, body: null, tried: false });
    queue.announce({ type: "refused", id: report.id });
    return { isOver: true };
  }
  return { status: answer.status, isOver: answer.status === 204, again: answer.again };
}

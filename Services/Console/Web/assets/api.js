// Requests to our own interface. Every answer that is no success is thrown as a Problem (RFC 9457).
import { text } from "./texts.js";

// What a code means to people, of this field or of any; what the interface itself says where there are no words for it.
function explain(code, said, document) {
  const own = `faults.script.${code}_${document.field}`;
  const key = text(own) === own ? `faults.script.${code}` : own;
  const values = Object.fromEntries(
    Object.entries(document).map(([name, value]) => [name, Array.isArray(value) ? value.join("、") || "—" : value]),
  );
  const words = text(key, values);
  return words === key ? said : words;
}

export class Problem extends Error {
  constructor(status, document = {}) {
    super(explain(document.code, document.detail ?? document.title ?? text("frame.script.failed"), document));
    this.status = status;
    this.code = document.code ?? "";
    this.errors = (document.errors ?? []).map((fault) => {
      return { ...fault, detail: explain(fault.code, fault.detail, fault) };
    });
    this.document = document;
  }
}

const csrf = document.querySelector('meta[name="csrf"]')?.content;

// Sends a request. `body`: an object is sent as JSON, a Blob or FormData as it is. `version` goes into If-Match.
// Returns the JSON of the answer, or null when it has none.
export async function call(method, path, { body, version, headers = {}, signal } = {}) {
  const sent = { Accept: "application/json", ...headers };
  if (csrf && method !== "GET") sent["X-CSRF-Token"] = csrf;
  if (version !== undefined) sent["If-Match"] = `"${version}"`;
  let content = body;
  if (body !== undefined && !(body instanceof Blob) && !(body instanceof FormData)) {
    sent["Content-Type"] = "application/json";
    content = JSON.stringify(body);
  }
  let response;
  try {
    response = await fetch(path, { method, headers: sent, body: content, signal, credentials: "same-origin" });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Problem(0, { code: "offline", detail: text("frame.script.offline") });
  }
  const isJSON = /json/.test(response.headers.get("Content-Type") ?? "");
  const document = isJSON ? await response.json() : null;
  if (response.ok) return document;
  if (response.status === 401) {
    throw new Problem(401, { code: "signed_out", detail: text("frame.script.signed_out") });
  }
  throw new Problem(response.status, document ?? {});
}

export const get = (path, options) => call("GET", path, options);
export const post = (path, body, options) => call("POST", path, { ...options, body });

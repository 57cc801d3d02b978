// Reports that wait to be sent: in the browser's own database until the door for reports has taken them. The page and
// its worker both use this, so nothing here touches a document.
//
// A report is {id, key, owner, createdAt, content, shown, photos, state, body, tried, attempts, nextAt, problem}:
//   id        the order in which reports were made, and are sent
//   key       its Idempotency-Key, made once: however often it is sent, the door takes it once
//   owner     `district/username`; reports go out under their owner's session only
//   createdAt milliseconds of this device's clock
//   content   {category, description, location, urgent, measure}
//   shown     {category, place}: the names that the list shows
//   photos    [{blob, id}]; `id` once the photograph was sent
//   state     draft | waiting | refused
//   body      what is sent, fixed at the first try: under one key the door takes one body
//   tried     it went out and no answer came: the door may have taken it
//   problem   {status, document}: why it was refused
const DATABASE = "gridloop-officer";
const STORE = "reports";

// Tells the page, and every other window of it, what happens: {type: changed | sending | sent | trouble, …}.
const channel = typeof BroadcastChannel === "undefined" ? null : new BroadcastChannel(DATABASE);
export const announce = (message) => channel?.postMessage(message);

export function listen(listener) {
  if (typeof BroadcastChannel === "undefined") return;
  // A channel of its own: one does not hear what itself says.
  new BroadcastChannel(DATABASE).addEventListener("message", (event) => listener(event.data));
}

let opened = null;

function open() {
  opened ??= new Promise((resolve, reject) => {
    const request = indexedDB.open(DATABASE, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: "id", autoIncrement: true });
    request.onerror = () => {
      opened = null;
      reject(request.error);
    };
    request.onsuccess = () => {
      request.result.onversionchange = () => {
        request.result.close();
        opened = null;
      };
      resolve(request.result);
    };
  });
  return opened;
}

// Runs `act` on the store in one transaction; resolves, once it is on the disk, to what `act` has given to `done`.
async function transact(mode, act) {
  const database = await open();
  return new Promise((resolve, reject) => {
    const transaction = database.transaction(STORE, mode, { durability: "strict" });
    let result;
    transaction.oncomplete = () => resolve(result);
    transaction.onabort = () => reject(transaction.error);
    act(transaction.objectStore(STORE), (value) => (result = value));
  });
}

export function all() {
  return transact("readonly", (store, done) => {
    const request = store.getAll();
    request.onsuccess = () => done(request.result);
  });
}

export const of = async (owner) => (await all()).filter((report) => report.owner === owner);

// Keeps a new report; resolves to its id when it is safe.
export async function add(report) {
  const id = await transact("readwrite", (store, done) => {
    const request = store.add(report);
    request.onsuccess = () => done(request.result);
  });
  announce({ type: "changed" });
  return id;
}

// Changes a report; resolves to it, or to undefined when it was discarded meanwhile.
export async function change(id, changes) {
  const changed = await transact("readwrite", (store, done) => {
    const request = store.get(id);
    request.onsuccess = () => {
      if (!request.result) return;
      const report = { ...request.result, ...changes };
      store.put(report);
      done(report);
    };
  });
  announce({ type: "changed" });
  return changed;
}

export async function remove(ids) {
  await transact("readwrite", (store) => {
    for (const id of ids) store.delete(id);
  });
  announce({ type: "changed" });
}

// 128 random bits; also where the page was not loaded safely and has no `randomUUID`.
export function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return "officer-" + [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

// The report as it is made: kind, photographs, place, and what else there is to say. It is kept on the device first and
// sent from there, so that a lost network loses nothing.
import { confirm } from "./dialogs.js";
import { begin, chosen } from "./officer-place.js";
import * as queue from "./officer-queue.js";
import { shrink } from "./photos.js";
import { text } from "./texts.js";
import { toast } from "./toast.js";

const MAX_PHOTOS = 10;

const sheet = document.getElementById("report-sheet");
const form = document.getElementById("report-form");
const faults = document.getElementById("sheet-faults");
const photoList = document.getElementById("photo-list");
const onSpot = document.getElementById("report-on-spot");
const measureField = document.getElementById("measure-field");

// What is being written: {kind: {code, name}, photos: [Blob], id, report}; `report` is the one that is being mended.
// Phones close pages while the camera is in front: a draft is kept from then on, under the id that its report will have.
let draft = null;
let saving = Promise.resolve();
let owner = "";
let sent = () => {};

// `whose`: the owner of new reports. `afterwards` is called when one was kept.
export function prepare(whose, afterwards) {
  owner = whose;
  sent = afterwards;
}

// Whether the report is the one on the sheet.
export const isOpen = (report) => sheet.open && report.id === draft?.id;

// Opens the sheet for a kind; a draft that was left for another kind goes on.
export function open(kind) {
  if (draft) {
    draft.kind = kind;
  } else {
    draft = { kind, photos: [] };
    form.reset();
    begin();
  }
  show();
}

// Opens the sheet with what was refused, or was not finished.
export function goOn(report) {
  const { content } = report;
  form.reset();
  draft = {
    kind: { code: content.category, name: report.shown.category },
    photos: report.photos.map((photo) => photo.blob),
  };
  if (report.state === "draft") draft.id = report.id;
  else draft.report = report;
  form.elements.description.value = content.description === report.shown.category ? "" : content.description;
  form.elements.address.value = content.location?.address ?? "";
  form.elements.urgent.checked = Boolean(content.urgent);
  onSpot.checked = Boolean(content.measure);
  if (content.measure) form.elements.measure.value = content.measure;
  begin(content.location);
  show();
}

function show() {
  document.getElementById("sheet-title").textContent = draft.kind.name;
  measureField.hidden = !onSpot.checked;
  faults.replaceChildren();
  showPhotos();
  if (!sheet.open) sheet.showModal();
}

function showPhotos() {
  for (const image of photoList.querySelectorAll("img")) URL.revokeObjectURL(image.src);
  photoList.replaceChildren(
    ...draft.photos.map((blob, index) => {
      const figure = document.createElement("figure");
      const image = document.createElement("img");
      image.src = URL.createObjectURL(blob);
      image.alt = text("officer.script.photo_alt", { number: index + 1 });
      const remove = document.createElement("button");
      remove.type = "button";
      remove.textContent = "×";
      remove.setAttribute("aria-label", text("officer.script.photo_remove", { number: index + 1 }));
      remove.addEventListener("click", () => {
        draft.photos.splice(index, 1);
        showPhotos();
        document.getElementById("photo-input").focus();
      });
      figure.append(image, remove);
      return figure;
    }),
  );
}

async function take(input) {
  // Read out first: emptying the field empties its list.
  const files = [...input.files];
  input.value = "";
  const current = draft;
  for (const file of files) {
    const blob = await shrink(file);
    if (draft !== current) return;
    if (draft.photos.length >= MAX_PHOTOS) {
      complain(text("officer.script.too_many_photos", { count: MAX_PHOTOS }));
      break;
    }
    draft.photos.push(blob);
  }
  showPhotos();
  save();
}

// Keeps the draft as it is now. One after the other, so that it is one record.
function save() {
  saving = saving.then(async () => {
    if (!draft || draft.report) return;
    const current = draft;
    const record = { ...written(current), state: "draft" };
    if (current.id) await queue.change(current.id, record);
    else current.id = await queue.add({ ...record, ...made() });
  }).catch(() => {
    // There is no room: what is sent is kept again, and said then.
  });
  return saving;
}

const made = () => ({ key: queue.newKey(), owner, createdAt: Date.now() });

// The report as the form has it, without its place.
function written({ kind, photos }) {
  const { description, urgent, measure } = form.elements;
  const content = { category: kind.code, description: description.value.trim() || kind.name };
  if (urgent.checked) content.urgent = true;
  if (onSpot.checked) content.measure = measure.value.trim() || measure.defaultValue;
  return {
    content,
    shown: { category: kind.name, place: "" },
    photos: photos.map((blob) => ({ blob })),
    body: null,
    tried: false,
    attempts: 0,
    nextAt: 0,
    problem: null,
  };
}

function complain(message) {
  const fault = document.createElement("p");
  fault.className = "fault";
  fault.setAttribute("role", "alert");
  fault.textContent = message;
  faults.replaceChildren(fault);
  fault.scrollIntoView({ block: "nearest" });
}

const isWritten = () =>
  draft.photos.length > 0 || draft.report || form.elements.description.value.trim() || form.elements.address.value.trim();

async function leave() {
  if (isWritten()) {
    const leaves = await confirm(text("officer.script.leave_question"), {
      yes: text("officer.script.leave_yes"),
      no: text("officer.script.leave_no"),
      danger: true,
    });
    if (!leaves) return;
  }
  await saving;
  const { id } = draft;
  draft = null;
  sheet.close();
  if (id) await queue.remove([id]);
}

async function keep() {
  const place = chosen();
  if (place.fault) return complain(place.fault);
  const location = { ...place.location };
  const address = form.elements.address.value.trim();
  if (address) location.address = address;
  await saving;
  const report = { ...written(draft), state: "waiting" };
  report.content.location = location;
  report.shown.place = place.name;
  const id = draft.report?.id ?? draft.id;
  try {
    if (!id || !(await queue.change(id, report))) await queue.add({ ...report, ...made() });
  } catch {
    return complain(text("officer.script.storage"));
  }
  draft = null;
  sheet.close();
  // With a network its case number follows at once.
  if (!navigator.onLine) toast(text("officer.script.kept_offline"));
  sent();
}

let isKeeping = false;
form.addEventListener("submit", async (event) => {
  event.preventDefault();
  // A second tap is not a second report.
  if (isKeeping) return;
  isKeeping = true;
  try {
    await keep();
  } finally {
    isKeeping = false;
  }
});
for (const id of ["photo-input", "album-input"]) {
  const input = document.getElementById(id);
  input.addEventListener("click", save);
  input.addEventListener("change", () => take(input));
}
form.elements.description.addEventListener("change", save);
onSpot.addEventListener("change", () => (measureField.hidden = !onSpot.checked));
document.getElementById("sheet-close").addEventListener("click", leave);
document.getElementById("sheet-kind").addEventListener("click", () => {
  // The draft stays: the next kind that is chosen goes on with it.
  sheet.close();
  document.getElementById("kind-search").focus();
});
sheet.addEventListener("cancel", (event) => {
  event.preventDefault();
  leave();
});

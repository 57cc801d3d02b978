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

// What is being written: {kind: {code, name}, photos: [Blob], report}; `report` is the one that is being mended.
let draft = null;
let owner = "";
let sent = () => {};

// `whose`: the owner of new reports. `afterwards` is called when one was kept.
export function prepare(whose, afterwards) {
  owner = whose;
  sent = afterwards;
}

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

// Opens the sheet with what was refused.
export function mend(report) {
  const { content } = report;
  form.reset();
  draft = {
    kind: { code: content.category, name: report.shown.category },
    photos: report.photos.map((photo) => photo.blob),
    report,
  };
  form.elements.description.value = content.description === report.shown.category ? "" : content.description;
  form.elements.address.value = content.location.address ?? "";
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
  const place = draft;
  for (const file of files) {
    const blob = await shrink(file);
    if (draft !== place) return;
    if (draft.photos.length >= MAX_PHOTOS) {
      complain(text("officer.script.too_many_photos", { count: MAX_PHOTOS }));
      break;
    }
    draft.photos.push(blob);
  }
  showPhotos();
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
  draft = null;
  sheet.close();
}

async function keep() {
  const place = chosen();
  if (place.fault) return complain(place.fault);
  const { description, address, urgent, measure } = form.elements;
  const location = { ...place.location };
  if (address.value.trim()) location.address = address.value.trim();
  const content = {
    category: draft.kind.code,
    description: description.value.trim() || draft.kind.name,
    location,
  };
  if (urgent.checked) content.urgent = true;
  if (onSpot.checked) content.measure = measure.value.trim() || measure.defaultValue;
  const report = {
    content,
    shown: { category: draft.kind.name, place: place.name },
    photos: draft.photos.map((blob) => ({ blob })),
    state: "waiting",
    body: null,
    tried: false,
    attempts: 0,
    nextAt: 0,
    problem: null,
  };
  try {
    if (draft.report) await queue.change(draft.report.id, report);
    else await queue.add({ ...report, key: queue.newKey(), owner, createdAt: Date.now() });
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
  document.getElementById(id).addEventListener("change", (event) => take(event.target));
}
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

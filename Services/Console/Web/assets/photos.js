// Photographs of a form: each is sent as soon as it is chosen, and its id goes with the form.
//
//     <div class="field"> <input type="file" multiple data-photos="photos"> <div class="photo-chosen"></div> </div>
//
// A photograph of a phone is made smaller first: what is sent over the air need not have fifty megapixels.
import { call } from "./api.js";
import { text } from "./texts.js";
import { complain } from "./toast.js";

const MAX_SIDE_PIXELS = 2048;
const SMALL_ENOUGH_BYTES = 800_000;
// What the door takes; of another kind, as some phones make, it becomes a JPEG.
const TAKEN = ["image/jpeg", "image/png", "image/webp"];

// The image no larger than MAX_SIDE_PIXELS on its longer side; as it is where the browser cannot read it.
export async function shrink(file) {
  const isTaken = TAKEN.includes(file.type);
  if (isTaken && file.size <= SMALL_ENOUGH_BYTES) return file;
  try {
    const image = await createImageBitmap(file, { imageOrientation: "from-image" });
    const scale = Math.min(1, MAX_SIDE_PIXELS / Math.max(image.width, image.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(image.width * scale);
    canvas.height = Math.round(image.height * scale);
    canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
    const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", 0.85));
    return blob && (!isTaken || blob.size < file.size) ? blob : file;
  } catch {
    return file;
  }
}

// Sends one photograph; resolves to its id.
export async function send(file) {
  const blob = await shrink(file);
  const stored = await call("POST", "/v1/attachments", {
    body: blob,
    headers: { "Content-Type": blob.type || "application/octet-stream" },
  });
  return stored.id;
}

async function add(input, file) {
  const place = input.closest(".field").querySelector(".photo-chosen");
  const figure = document.createElement("figure");
  const image = document.createElement("img");
  image.alt = file.name;
  image.src = URL.createObjectURL(file);
  image.addEventListener("load", () => URL.revokeObjectURL(image.src), { once: true });
  const caption = document.createElement("figcaption");
  caption.textContent = text("case.script.photo_sending");
  const remove = document.createElement("button");
  remove.type = "button";
  remove.textContent = "×";
  remove.setAttribute("aria-label", `${text("case.script.photo_remove")} ${file.name}`);
  remove.addEventListener("click", () => figure.remove());
  figure.append(image, caption, remove);
  place.append(figure);
  const form = input.form;
  form.dataset.changed = "";
  try {
    const id = await send(file);
    caption.textContent = text("case.script.photo_sent");
    const field = document.createElement("input");
    field.type = "hidden";
    field.name = input.dataset.photos;
    field.value = id;
    field.dataset.as = "list";
    figure.append(field);
  } catch (problem) {
    figure.remove();
    complain(problem);
  }
}

document.addEventListener("change", (event) => {
  const input = event.target;
  if (!input.matches?.("input[type=file][data-photos]")) return;
  for (const file of input.files) add(input, file);
  input.value = "";
});
document.addEventListener("reset", (event) => {
  for (const place of event.target.querySelectorAll(".photo-chosen")) place.replaceChildren();
});

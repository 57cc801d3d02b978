// The form of a report without sign-in. The form is whole without this: it makes kinds quicker to find, shows the map,
// asks the device for its position, and makes photographs smaller before they are sent.
import { get } from "./api.js";
import { shrink } from "./photos.js";
import { language, text } from "./texts.js";

const form = document.getElementById("public-form");
// Steps of zoom from the whole district to where units have their own names.
const NAMES_FROM_NEAR = 2;

// What is it about.

function kinds() {
  const choice = document.getElementById("kind-choice");
  const chosen = document.getElementById("kind-chosen");
  const search = document.getElementById("kind-search");
  const found = document.getElementById("kind-found");
  const list = document.getElementById("kind-found-list");
  const nothing = document.getElementById("kind-nothing");
  const others = [document.getElementById("kind-frequent"), document.getElementById("kind-classes")];
  const offered = [...document.querySelectorAll("#kind-classes .public-kind")];
  document.getElementById("kind-search-field").hidden = false;

  function settle(move) {
    const radio = form.querySelector("input[name=category]:checked");
    chosen.hidden = !radio;
    choice.hidden = Boolean(radio);
    if (!radio) return;
    document.getElementById("kind-chosen-name").textContent = radio.closest("label").textContent;
    if (move) document.getElementById("kind-change").focus({ preventScroll: true });
  }

  // By a tap at once; by the arrow keys, which choose on their way, only when the group is left.
  let isByKey = false;
  choice.addEventListener("keydown", () => (isByKey = true));
  choice.addEventListener("pointerdown", () => (isByKey = false));
  choice.addEventListener("change", (event) => {
    if (event.target.name === "category" && !isByKey) settle(true);
  });
  choice.addEventListener("focusout", (event) => {
    if (isByKey && !choice.contains(event.relatedTarget)) settle(false);
  });
  choice.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.target.name === "category") {
      event.preventDefault();
      event.target.checked = true;
      settle(true);
    }
    // What is looked for is not sent.
    if (event.key === "Enter" && event.target === search) event.preventDefault();
  });
  document.getElementById("kind-change").addEventListener("click", () => {
    for (const radio of form.querySelectorAll("input[name=category]:checked")) radio.checked = false;
    settle(false);
    search.focus();
  });
  search.addEventListener("input", () => {
    const words = search.value.trim().toLowerCase();
    for (const part of others) if (part) part.hidden = words !== "";
    found.hidden = words === "";
    list.replaceChildren();
    if (words === "") return;
    for (const kind of offered) {
      if (!kind.dataset.search.includes(words)) continue;
      const item = document.createElement("li");
      item.append(kind.cloneNode(true));
      list.append(item);
    }
    nothing.hidden = list.children.length > 0;
  });
  settle(false);
}

// Where it is.

const lat = document.getElementById("place-lat");
const lng = document.getElementById("place-lng");
const unit = document.getElementById("place-unit");
const words = document.getElementById("place-text");
const clear = document.getElementById("place-clear");
const base = `/public/${encodeURIComponent(form.dataset.district)}`;
// Of several answers only the one to the newest question counts.
let asked = 0;
let drawPoint = () => {};

function say(message, tone = "") {
  words.textContent = message;
  words.className = `public-place-text ${tone}`;
}

async function choosePoint(latitude, longitude) {
  const question = (asked += 1);
  // Six places are a tenth of a metre.
  lat.value = latitude.toFixed(6);
  lng.value = longitude.toFixed(6);
  unit.value = "";
  clear.hidden = false;
  drawPoint(latitude, longitude);
  say(text("public.script.chosen", { lat: lat.value, lng: lng.value }), "fine");
  try {
    const found = await get(`${base}/locate?lat=${lat.value}&lng=${lng.value}&datum=wgs84`);
    if (question !== asked) return;
    if (!found.reportable) return say(text("public.script.outside"), "late");
    const place = (language === "en" && found.name_en) || found.name_zh;
    if (place) say(text("public.script.located", { place }), "fine");
  } catch {
    // The door finds the place when the report arrives.
  }
}

function clearPoint() {
  asked += 1;
  lat.value = "";
  lng.value = "";
  clear.hidden = true;
  drawPoint(null);
  say(unit.value ? "" : text("public.script.none"));
}

function locate() {
  const question = (asked += 1);
  say(text("public.script.locating"));
  if (!navigator.geolocation) return say(text("public.script.no_position"), "late");
  navigator.geolocation.getCurrentPosition(
    ({ coords }) => question === asked && choosePoint(coords.latitude, coords.longitude),
    () => question === asked && say(text("public.script.no_position"), "late"),
    { enableHighAccuracy: true, timeout: 20_000, maximumAge: 15_000 },
  );
}

async function map() {
  const { Ground, paint, plainMap } = await import("./map.js");
  const L = window.L;
  const element = document.getElementById("public-map");
  const { tier, above, tiles } = element.dataset;
  const shapesOf = (name) => get(`${base}/shapes?version=${form.dataset.version}${name ? `&tier=${encodeURIComponent(name)}` : ""}`);
  const [shapes, outer] = await Promise.all([shapesOf(tier), above ? shapesOf(above) : null]);
  if (!shapes.items.some((item) => item.outline?.length > 0)) return;
  element.hidden = false;
  document.getElementById("place-middle").hidden = false;
  // Units are seen here and not entered: a tap anywhere is a place.
  class QuietGround extends Ground {
    listen() {}
  }
  const drawn = plainMap(element, { tiles, wheel: false });
  const ground = new QuietGround(drawn);
  ground.draw(shapes);
  ground.fit();
  if (outer) {
    // From afar the units above have their names, from near the units themselves.
    const around = new QuietGround(drawn);
    around.draw(outer, { hollow: true });
    const near = drawn.getZoom() + NAMES_FROM_NEAR;
    const name = () => {
      ground.named = drawn.getZoom() >= near;
      around.named = !ground.named;
      ground.label();
      around.label();
    };
    drawn.on("zoomend", name);
    name();
  } else {
    ground.label();
  }
  const color = paint(element);
  let marker = null;
  drawPoint = (latitude, longitude) => {
    marker?.remove();
    marker = null;
    if (latitude === null) return;
    marker = L.circleMarker([latitude, longitude], { radius: 10, weight: 3, color: "#ffffff", fillColor: color("tone-late"), fillOpacity: 1, interactive: false }).addTo(drawn);
    const zoom = Math.max(drawn.getZoom(), 14);
    if (!drawn.getBounds().pad(-0.1).contains([latitude, longitude]) || zoom !== drawn.getZoom()) drawn.setView([latitude, longitude], zoom, { animate: false });
  };
  drawn.on("click", ({ latlng }) => choosePoint(latlng.lat, latlng.lng));
  document.getElementById("place-middle").addEventListener("click", () => {
    const { lat: latitude, lng: longitude } = drawn.getCenter();
    choosePoint(latitude, longitude);
  });
  unit.addEventListener("change", () => {
    clearPoint();
    const bounds = ground.units.get(unit.value)?.layer.getBounds();
    if (bounds) drawn.fitBounds(bounds.pad(0.3), { maxZoom: 16, animate: false });
  });
  if (lat.value && lng.value) choosePoint(Number(lat.value), Number(lng.value));
  else say(unit.value ? "" : text("public.script.none"));
}

// Photographs: made smaller in place, so that the form sends them as it would without this.

function photos() {
  const input = document.getElementById("report-photos");
  if (!input) return;
  const shown = document.getElementById("photos-shown");
  const told = document.getElementById("photos-text");
  const send = document.getElementById("public-send");
  input.addEventListener("change", async () => {
    const max = Number(input.dataset.max);
    const files = [...input.files].slice(0, max);
    const isOver = input.files.length > max;
    shown.replaceChildren();
    if (files.length === 0) return (told.textContent = "");
    told.textContent = text("public.script.shrinking");
    send.disabled = true;
    try {
      const kept = new DataTransfer();
      for (const file of files) {
        const small = await shrink(file);
        kept.items.add(small === file ? file : new File([small], "photo.jpg", { type: small.type }));
        const image = document.createElement("img");
        image.alt = "";
        image.src = URL.createObjectURL(small);
        image.addEventListener("load", () => URL.revokeObjectURL(image.src), { once: true });
        shown.append(image);
      }
      input.files = kept.files;
    } finally {
      send.disabled = false;
    }
    told.textContent = isOver ? text("public.script.too_many_photos", { count: max }) : text("public.script.chosen_photos", { count: files.length });
  });
}

// What is missing is said before anything is sent, since chosen photographs do not come back with the form.

function isWhole() {
  if (!form.querySelector("input[name=category]:checked")) return lacks("kind", document.getElementById("kind-search"));
  const hasPlace = lat.value || unit.value || document.getElementById("place-address").value.trim();
  return hasPlace ? true : lacks("place", unit);
}

function lacks(what, field) {
  const part = document.getElementById(what === "kind" ? "field-category" : "field-place");
  let fault = part.querySelector(".fault");
  if (!fault) {
    fault = document.createElement("p");
    fault.className = "fault";
    part.querySelector("legend").after(fault);
  }
  fault.setAttribute("role", "alert");
  fault.textContent = text(`public.script.need_${what}`);
  part.scrollIntoView({ block: "start" });
  field.focus({ preventScroll: true });
  return false;
}

// A second press while the first is on its way sends nothing; were it sent, it would be the same report.

function sending() {
  const send = document.getElementById("public-send");
  form.addEventListener("submit", (event) => {
    if (send.getAttribute("aria-busy") === "true" || !isWhole()) return event.preventDefault();
    send.setAttribute("aria-busy", "true");
    document.getElementById("send-text").textContent = text("public.script.sending");
  });
  window.addEventListener("pageshow", () => {
    send.removeAttribute("aria-busy");
    document.getElementById("send-text").textContent = "";
  });
}

kinds();
photos();
sending();
document.getElementById("public-place").hidden = false;
document.getElementById("place-gps").addEventListener("click", locate);
clear.addEventListener("click", clearPoint);
// The list and the words say the place as well: without a map the form is as good.
map().catch(() => {});

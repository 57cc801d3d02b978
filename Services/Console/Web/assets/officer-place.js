// Where the officer stands: the position of the device and the grid in which it lies, or a grid chosen by hand.
import { get } from "./api.js";
import { text, language } from "./texts.js";

const POSITION = { enableHighAccuracy: true, timeout: 20_000, maximumAge: 15_000 };
// Six places are a tenth of a metre.
const rounded = (degrees) => Math.round(degrees * 1e6) / 1e6;

const card = document.getElementById("place-card");
const words = document.getElementById("place-text");
const unit = document.getElementById("place-unit");
const hand = document.getElementById("place-hand");

// {lat, lng, metres, grid, reason}; null while there is none. `grid`: its name, once the server has told it.
let position = null;
// Of several answers only the one to the newest question counts.
let asked = 0;

function show(message, tone = "") {
  words.textContent = message;
  card.className = `officer-place ${tone}`;
}

const chosenName = () => unit.selectedOptions?.[0]?.textContent ?? unit.value.trim();

function describe() {
  if (unit.value.trim()) return show(text("officer.script.by_hand", { grid: chosenName() }), "fine");
  if (!position) return show(text("officer.script.no_position"), "late");
  const { metres, grid, reason } = position;
  if (reason) return show(text(`officer.script.${reason}`, { grid: grid ?? "" }), "late");
  if (grid) return show(text("officer.script.located", { grid, metres }), "fine");
  return show(text("officer.script.located_offline", { metres }), "fine");
}

async function nameGrid(question) {
  try {
    const { lat, lng } = position;
    const found = await get(`/v1/locate?lat=${lat}&lng=${lng}&datum=wgs84`);
    if (question !== asked) return;
    position.grid = (language === "en" && found.name_en) || found.name_zh;
    position.reason = found.reason;
  } catch {
    // Without a network the door finds the grid when the report arrives.
  }
  if (question === asked) describe();
}

// Asks the device where it is, and the server for the grid.
export function locate() {
  const question = (asked += 1);
  position = null;
  if (!unit.value.trim()) show(text("officer.script.locating"));
  if (!navigator.geolocation) return describe();
  navigator.geolocation.getCurrentPosition(
    ({ coords }) => {
      if (question !== asked) return;
      position = {
        lat: rounded(coords.latitude),
        lng: rounded(coords.longitude),
        metres: Math.max(1, Math.round(coords.accuracy)),
      };
      describe();
      nameGrid(question);
    },
    () => {
      if (question !== asked) return;
      describe();
      hand.open = true;
    },
    POSITION,
  );
}

// Begins with what a report had before, or with the device's position.
export function begin(location) {
  unit.value = location?.unit ?? "";
  hand.open = Boolean(location?.unit);
  if (location?.lat === undefined) return locate();
  asked += 1;
  position = { ...location, metres: location.metres ?? 1 };
  describe();
  nameGrid(asked);
}

// {location, name} as the report takes it, or {fault}: what is missing.
export function chosen() {
  const code = unit.value.trim();
  if (code) return { location: { unit: code }, name: chosenName() };
  if (!position) return { fault: text("officer.script.place_needed") };
  const { lat, lng, grid, reason } = position;
  if (reason) return { fault: text(`officer.script.${reason}`, { grid: grid ?? "" }) };
  return { location: { lat, lng, datum: "wgs84" }, name: grid ?? `${lat}, ${lng}` };
}

document.getElementById("place-again").addEventListener("click", () => {
  unit.value = "";
  locate();
});
unit.addEventListener("change", describe);

// The command centre: its map, and going from unit to unit without leaving the page. The lists and figures are the
// server's, exchanged as regions (live.js); only the map is drawn here.
import { get } from "./api.js";
import { onEvent, onRefresh, onReset, refresh } from "./live.js";
import { Cases, Ground, plainMap, shapesOf } from "./map.js";
import { text } from "./texts.js";
import { complain } from "./toast.js";

const GATHER = 300;
const AGE = 20000;
const AGAIN = 5000;
// So many cases are asked for by name at once; beyond several such questions all are asked for.
const NAMED_AT_ONCE = 100;
const NAMED_AT_MOST = 500;
const CLOSED = new Set(["closed", "void", "merged"]);

const element = document.getElementById("command-map");
const status = document.getElementById("map-status");
const head = () => document.getElementById("command-head");

let scene = {};
let asked = 0;
const map = plainMap(element, { tiles: head().dataset.tiles });
const fine = new Ground(map, enter);
const ground = new Ground(map, enter);
const cases = new Cases(map);
let counts = new Map();
const nothing = { open: 0, late: 0, soon: 0 };
ground.count = fine.count = (code) => counts.get(code) ?? nothing;

// One step down: also from a grid of the finest tier to the unit right below the one in view.
function enter(unit) {
  const path = unit.path.split("/").filter(Boolean);
  const next = path[path.indexOf(scene.unit) + 1] ?? unit.code;
  if (next !== scene.unit) travel(addressOf(next));
}

function addressOf(unit) {
  const address = new URL(location.href);
  address.searchParams.set("unit", unit);
  return address.pathname + address.search;
}

// What the labels say below a name, by layer.
function numbers() {
  if (scene.layer === "duty") {
    return Object.assign((code) => (ground.duty.has(code) ? text("command.script.duty", { count: ground.duty.get(code) }) : ""), { kind: "duty" });
  }
  if (scene.layer === "hot") return (code) => (ground.count(code).open > 0 ? String(ground.count(code).open) : "");
  return () => "";
}

function readDuty() {
  const found = [...document.querySelectorAll("#command-duty [data-on-duty]")];
  ground.duty = new Map(found.map((line) => [line.dataset.onDuty, Number(line.dataset.number)]));
}

function draw() {
  counts = cases.counts();
  readDuty();
  ground.shade(scene.layer === "hot");
  fine.shade(scene.layer === "hot");
  ground.label(numbers());
}

// Shows what the address asks for; the regions must be of that address already.
async function show() {
  const wish = { ...head().dataset };
  const before = scene;
  const turn = (asked += 1);
  const place = document.getElementById("command");
  place.classList.toggle("wall", wish.wall === "true");
  document.title = document.title.replace(/^.*? · [^·]*( · [^·]*)$/, `${wish.title}$1`);
  for (const link of document.querySelectorAll(".languages a")) {
    const address = new URL(location.href);
    address.searchParams.set("lang", link.lang);
    link.href = address.pathname + address.search;
  }
  const tier = wish.layer === "hot" ? wish.fineTier : undefined;
  const isElsewhere = wish.unit !== before.unit || wish.version !== before.version;
  const isRedrawn = isElsewhere || tier !== before.tier || wish.wall !== before.wall;
  try {
    const [shapes, finer, points] = await Promise.all([
      isRedrawn ? shapesOf(wish.unit, wish.version) : null,
      isRedrawn && tier ? shapesOf(wish.unit, wish.version, tier) : null,
      isElsewhere ? get(`/v1/cases/points?unit=${encodeURIComponent(wish.unit)}`) : null,
    ]);
    // Someone has gone on meanwhile.
    if (turn !== asked) return;
    scene = { ...wish, tier };
    performance.mark("map-draws");
    map.closePopup();
    ground.above = wish.name;
    if (shapes) {
      fine.clear();
      if (finer) fine.draw(finer, { fine: true });
      ground.draw(shapes, { hollow: Boolean(finer) });
    }
    if (shapes && isElsewhere) ground.fit();
    cases.colour = scene.colour;
    if (points) take(points);
    else if (isRedrawn || scene.colour !== before.colour) cases.paint(scene.colour);
    cases.show(scene.layer === "cases");
    draw();
    requestAnimationFrame(() => {
      performance.measure("map-drawing", "map-draws");
      performance.mark("map-shown");
      element.dataset.shown = scene.unit;
      element.dataset.layer = scene.layer;
    });
  } catch (problem) {
    if (turn !== asked) return;
    status.textContent = text("command.script.failed");
    setTimeout(() => turn === asked && show(), AGAIN);
    if (problem.status !== 0) complain(problem);
  }
}

function take(points) {
  if (!map._loaded) map.setView([0, 0], map.getMinZoom(), { animate: false });
  if (ground.units.size === 0 && points.count > 0) fitPoints(points);
  cases.load(points);
  tellNumber(points.more);
}

// A network without shapes still has the places of its cases.
function fitPoints(points) {
  const known = points.lat.flatMap((lat, place) => (lat === null ? [] : [[lat / points.steps_per_degree, points.lng[place] / points.steps_per_degree]]));
  if (known.length > 0) map.fitBounds(window.L.latLngBounds(known).pad(0.1), { animate: false });
}

function tellNumber(more = false) {
  element.dataset.count = cases.records.size;
  status.textContent = text(more ? "command.script.more" : "command.script.shown", { count: cases.records.size });
}

// What happens is shown at once: the cases of the events are asked for, gathered for a moment.

const waiting = new Set();
let timer = null;

onEvent((event) => {
  waiting.add(event.case_id);
  timer ??= setTimeout(follow, GATHER);
});

async function follow() {
  timer = null;
  if (!scene.unit || waiting.size === 0) return;
  const ids = [...waiting];
  waiting.clear();
  const unit = scene.unit;
  const path = `/v1/cases/points?unit=${encodeURIComponent(unit)}`;
  try {
    if (ids.length > NAMED_AT_MOST) {
      const points = await get(path);
      if (unit === scene.unit) measured(() => take(points));
      return;
    }
    for (let start = 0; start < ids.length; start += NAMED_AT_ONCE) {
      const named = ids.slice(start, start + NAMED_AT_ONCE);
      const points = await get(`${path}&case=${named.join(",")}`);
      if (unit !== scene.unit) return;
      measured(() => cases.update(points, (record) => !CLOSED.has(record.state)));
    }
  } catch {
    for (const id of ids) waiting.add(id);
    timer ??= setTimeout(follow, AGAIN);
  }
}

// Too much has happened to be told case by case: all are asked for.
onReset(reload);

async function reload() {
  const { unit } = scene;
  if (!unit) return;
  try {
    const points = await get(`/v1/cases/points?unit=${encodeURIComponent(unit)}`);
    if (unit === scene.unit) measured(() => take(points));
  } catch {
    setTimeout(reload, AGAIN);
  }
}

function measured(change) {
  const start = performance.now();
  change();
  draw();
  tellNumber();
  performance.measure("map-update", { start, end: performance.now() });
}

setInterval(() => {
  if (cases.age()) draw();
}, AGE);

// From place to place.

async function travel(address, isNew = true) {
  if (isNew) history.pushState(null, "", address);
  await refresh();
  // What had the focus may be gone with the place that was left.
  if (document.activeElement === document.body) document.getElementById("command-title").focus({ preventScroll: true });
  await show();
}

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[data-drill]");
  if (!link || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  if (link.dataset.wallSwitch !== undefined) switchScreen(link.search.includes("wall=true"));
  travel(link.pathname + link.search);
});

// The whole screen for the wall, where the browser lets us.
function switchScreen(isWall) {
  if (isWall) document.documentElement.requestFullscreen?.().catch(() => {});
  else if (document.fullscreenElement) document.exitFullscreen();
}

window.addEventListener("popstate", () => travel(location.href, false));

// Figures that changed light up; the number of people on duty is told on the map, too.
const figures = new Map([...document.querySelectorAll(".command-figures .figure")].map((figure) => [figure.id, figure.textContent]));
let figuresOf = location.search;
onRefresh((region) => {
  if (region.id === "command-duty" && scene.layer === "duty") draw();
  if (region.id !== "command-figures") return;
  for (const figure of region.querySelectorAll(".figure")) {
    if (figuresOf === location.search && figures.get(figure.id) !== figure.textContent) figure.classList.add("fresh");
    figures.set(figure.id, figure.textContent);
  }
  figuresOf = location.search;
});

show();

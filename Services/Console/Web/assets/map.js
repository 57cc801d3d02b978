// Maps of units and cases: the ground of the units on one canvas, cases gathered into clusters above it.
//
// Needs Leaflet and markercluster (window.L), loaded as classic scripts before the module. Colours come from the custom
// properties of map.css, so that a dark screen needs no second code. Coordinates are WGS-84, as the interface tells them.
import { get } from "./api.js";
import { language, text } from "./texts.js";
import { now, relative } from "./times.js";

const L = window.L;

const CLUSTER_RADIUS = 64;
const POINT_RADIUS = 7;
const HOT_STEPS = 5;
const LABEL_GAP = 6;

export const still = window.matchMedia("(prefers-reduced-motion: reduce)").matches;

const escapes = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
const escape = (words) => String(words).replace(/[&<>"]/g, (sign) => escapes[sign]);
const nameOf = (unit) => (language === "en" && unit.name_en ? unit.name_en : unit.name_zh);

// Without what it repeats of the name of the unit above, as PageNames does it.
function shortNameOf(unit, above) {
  const name = nameOf(unit);
  return above && name.startsWith(above) && name.length > above.length ? name.slice(above.length).replace(/^[ ,·-]+/, "") : name;
}

// The value of a custom property where the map stands.
export function paint(element) {
  const style = getComputedStyle(element);
  return (name) => style.getPropertyValue(`--${name}`).trim();
}

// The rings of an outline as Leaflet takes them: see OutlineWriter for the form.
function corners(outline, steps) {
  return outline.map((polygon) =>
    polygon.map((ring) => {
      const points = [];
      let x = 0;
      let y = 0;
      for (let place = 0; place < ring.length; place += 2) {
        x += ring[place];
        y += ring[place + 1];
        points.push([y / steps, x / steps]);
      }
      return points;
    }),
  );
}

// The middle of the greatest polygon: where its name stands.
function middle(polygons) {
  let best = null;
  for (const [ring] of polygons) {
    let area = 0;
    let x = 0;
    let y = 0;
    const [y0, x0] = ring[0];
    for (let place = 0; place < ring.length; place += 1) {
      const [ay, ax] = ring[place];
      const [by, bx] = ring[(place + 1) % ring.length];
      const cross = (ax - x0) * (by - y0) - (bx - x0) * (ay - y0);
      area += cross;
      x += (ax + bx - 2 * x0) * cross;
      y += (ay + by - 2 * y0) * cross;
    }
    if (area === 0) continue;
    if (!best || Math.abs(area) > best.area) best = { area: Math.abs(area), at: [y0 + y / (3 * area), x0 + x / (3 * area)] };
  }
  return best?.at ?? polygons[0][0][0];
}

// A Leaflet map without anything on it but, where the settings name a server, its tiles.
export function plainMap(element, { tiles, wheel = true } = {}) {
  const map = L.map(element, {
    attributionControl: false, zoomControl: false, preferCanvas: true, zoomSnap: 0.25, zoomDelta: 0.75, minZoom: 8,
    maxZoom: 18, scrollWheelZoom: wheel, zoomAnimation: !still, fadeAnimation: !still, markerZoomAnimation: !still,
    inertia: !still,
  });
  L.control.zoom({ zoomInTitle: text("command.script.zoom_in"), zoomOutTitle: text("command.script.zoom_out") }).addTo(map);
  element.setAttribute("role", "application");
  element.setAttribute("aria-label", text("command.script.map"));
  if (tiles) L.tileLayer(tiles, { maxZoom: 19, className: "map-tiles" }).addTo(map);
  // What is drawn must fill whatever room the page gives.
  new ResizeObserver(() => map.invalidateSize({ animate: false })).observe(element);
  return map;
}

export const shapesOf = (unit, version, tier) =>
  get(`/v1/shapes?unit=${encodeURIComponent(unit)}&version=${version}${tier ? `&tier=${encodeURIComponent(tier)}` : ""}`);

// The ground of units, with their names.
export class Ground {
  constructor(map, onEnter) {
    this.map = map;
    this.onEnter = onEnter;
    // Names lie above the ground and below the clusters.
    if (!map.getPane("names")) map.createPane("names").style.zIndex = 450;
    this.group = L.featureGroup().addTo(map);
    this.labels = L.layerGroup().addTo(map);
    this.units = new Map();
    this.count = () => ({ open: 0, late: 0, soon: 0 });
    this.duty = new Map();
    map.on("zoomend", () => this.label());
  }

  // Draws the units of `document`, the answer of /v1/shapes. `hollow`: as lines alone, above finer units that are shaded
  // and listened to; `fine`: those finer units, with thin lines and without names.
  draw(document, { hollow = false, fine = false } = {}) {
    this.clear();
    this.hollow = hollow;
    this.named = !fine;
    const color = paint(this.map.getContainer());
    this.hover = color("map-hover");
    this.calm = { color: color("map-line"), weight: fine ? 0.5 : hollow ? 1.8 : 1.2, opacity: fine ? 0.55 : 1, fillColor: color("map-fill"), fillOpacity: 0.82 };
    const options = hollow ? { ...this.calm, fill: false, interactive: false } : this.calm;
    for (const unit of document.items) {
      if (!unit.outline || unit.outline.length === 0) continue;
      const polygons = corners(unit.outline, document.steps_per_degree);
      const layer = L.polygon(polygons, { ...options });
      if (!hollow) this.listen(layer, unit);
      this.units.set(unit.code, { unit, layer, at: middle(polygons) });
      this.group.addLayer(layer);
    }
  }

  listen(layer, unit) {
    layer.bindTooltip(() => this.told(unit), { sticky: true, direction: "top", opacity: 1 });
    layer.on("mouseover", () => layer.setStyle({ color: this.hover, weight: 2.5, opacity: 1 }).bringToFront());
    layer.on("mouseout", () => layer.setStyle({ color: this.calm.color, weight: this.calm.weight, opacity: this.calm.opacity }));
    layer.on("click", () => this.onEnter?.(unit));
  }

  clear() {
    this.group.clearLayers();
    this.labels.clearLayers();
    this.units.clear();
  }

  fit() {
    if (this.units.size > 0) this.map.fitBounds(this.group.getBounds(), { padding: [18, 18], animate: false });
  }

  told(unit) {
    const { open, late, soon } = this.count(unit.code);
    const duty = this.duty.get(unit.code);
    const lines = [`<b>${escape(nameOf(unit))}</b>${text("command.script.open", { count: open })}`];
    if (late > 0) lines.push(text("command.script.late", { count: late }));
    if (soon > 0) lines.push(text("command.script.soon", { count: soon }));
    if (duty) lines.push(text("command.script.duty", { count: duty }));
    return lines.join("<br>");
  }

  // Shades each unit by the number of open cases; without a number all are alike.
  shade(isHot) {
    if (this.hollow) return;
    const color = paint(this.map.getContainer());
    const ramp = Array.from({ length: HOT_STEPS }, (_, step) => color(`hot-${step + 1}`));
    const numbers = isHot ? [...this.units.keys()].map((code) => this.count(code).open) : [];
    const most = Math.max(HOT_STEPS, ...numbers);
    for (const [code, { layer }] of this.units) {
      const open = isHot ? this.count(code).open : 0;
      // A little less than in proportion, so that one very busy place does not pale all others.
      const step = Math.ceil(HOT_STEPS * (open / most) ** 0.75);
      const fillColor = step > 0 ? ramp[step - 1] : this.calm.fillColor;
      if (layer.options.fillColor !== fillColor) layer.setStyle({ fillColor, fillOpacity: step > 0 ? 0.92 : this.calm.fillOpacity });
    }
  }

  // Names where there is room for them; `number` says what stands below a name.
  label(number = this.number) {
    this.number = number;
    this.labels.clearLayers();
    if (!this.named) return;
    const taken = [];
    for (const [code, { unit, layer, at }] of this.units) {
      if (code === this.unnamed) continue;
      const bounds = layer.getBounds();
      const low = this.map.latLngToContainerPoint(bounds.getSouthWest());
      const high = this.map.latLngToContainerPoint(bounds.getNorthEast());
      const name = shortNameOf(unit, this.above);
      const width = name.length * (language === "en" ? 7 : 13.5);
      if (high.x - low.x < width * 0.7 || low.y - high.y < 30) continue;
      const center = this.map.latLngToContainerPoint(at);
      const box = { left: center.x - width / 2 - LABEL_GAP, right: center.x + width / 2 + LABEL_GAP, top: center.y - 18, bottom: center.y + 18 };
      const overlaps = taken.some((other) => box.left < other.right && box.right > other.left && box.top < other.bottom && box.bottom > other.top);
      if (overlaps) continue;
      taken.push(box);
      const told = number?.(code);
      const html = `<span>${escape(name)}${told ? `<b>${escape(told)}</b>` : ""}</span>`;
      const icon = L.divIcon({ className: `map-label${number?.kind ? ` ${number.kind}` : ""}`, html, iconSize: null });
      this.labels.addLayer(L.marker(at, { icon, pane: "names", interactive: false, keyboard: false }));
    }
  }
}

// A ring of the parts of a cluster, with its number in the middle.
const ClusterIcon = L.DivIcon.extend({
  createIcon(old) {
    const element = L.DivIcon.prototype.createIcon.call(this, old);
    element.setAttribute("role", "button");
    element.setAttribute("aria-label", this.options.label);
    return element;
  },
});

function ring(parts, count) {
  const radius = count < 10 ? 17 : count < 100 ? 20 : count < 1000 ? 24 : 28;
  const size = 2 * radius;
  const line = 5;
  const inner = radius - line / 2 - 1;
  let start = 0;
  let arcs = "";
  for (const [color, share] of parts) {
    const part = (100 * share) / count;
    arcs += `<circle cx="${radius}" cy="${radius}" r="${inner}" fill="none" stroke="${color}" stroke-width="${line}" pathLength="100" stroke-dasharray="${part} ${100 - part}" stroke-dashoffset="${25 - start}"/>`;
    start += part;
  }
  const html = `<svg width="${size}" height="${size}" aria-hidden="true"><circle class="middle" cx="${radius}" cy="${radius}" r="${radius - 1}"/>${arcs}<text x="${radius}" y="${radius + 4.5}">${count}</text></svg>`;
  return { html, size };
}

// Open cases, as /v1/cases/points tells them.
export class Cases {
  constructor(map) {
    this.map = map;
    this.records = new Map();
    this.colour = "clock";
    this.isShown = false;
    this.cluster = L.markerClusterGroup({
      maxClusterRadius: CLUSTER_RADIUS, showCoverageOnHover: false, animate: !still, chunkedLoading: false,
      spiderfyDistanceMultiplier: 1.4, iconCreateFunction: (cluster) => this.icon(cluster),
    });
  }

  tone(record) {
    if (this.colour === "state") return record.state;
    if (record.due === null) return "still";
    const seconds = now() / 1000;
    return record.due < seconds ? "late" : record.soon < seconds ? "soon" : "fine";
  }

  color(tone) {
    this.colors ??= new Map();
    if (!this.colors.has(tone)) this.colors.set(tone, paint(this.map.getContainer())(`tone-${tone}`) || "#74808e");
    return this.colors.get(tone);
  }

  icon(cluster) {
    const counts = new Map();
    const markers = cluster.getAllChildMarkers();
    for (const { record } of markers) counts.set(record.tone, (counts.get(record.tone) ?? 0) + 1);
    const order = ["late", "soon", "fine", "still"];
    const parts = [...counts].sort(([a], [b]) => order.indexOf(a) - order.indexOf(b) || (a < b ? -1 : 1));
    const { html, size } = ring(parts.map(([tone, count]) => [this.color(tone), count]), markers.length);
    const label = text("command.script.cluster", { count: markers.length, late: counts.get("late") ?? 0 });
    return new ClusterIcon({ html, label, className: "cluster", iconSize: [size, size] });
  }

  // The records of a document's columns, one after the other.
  *read(document) {
    const base = Date.parse(document.as_of) / 1000;
    for (let place = 0; place < document.count; place += 1) {
      const at = (column) => (document[column][place] === null ? null : base + document[column][place]);
      yield {
        id: `${document.districts[document.district[place]]}-${document.number[place]}`,
        state: document.states[document.state[place]],
        path: document.units[document.unit[place]],
        urgent: document.urgent[place] === 1,
        lat: document.lat[place] === null ? null : document.lat[place] / document.steps_per_degree,
        lng: document.lng[place] === null ? null : document.lng[place] / document.steps_per_degree,
        due: at("due"),
        soon: at("soon"),
      };
    }
  }

  marker(record) {
    record.tone = this.tone(record);
    if (record.lat === null) return null;
    const marker = L.circleMarker([record.lat, record.lng], {
      radius: POINT_RADIUS, weight: 1.5, color: this.pointLine, fillColor: this.color(record.tone), fillOpacity: 0.95,
    });
    marker.record = record;
    marker.on("click", () => this.tell(record));
    return marker;
  }

  // All anew.
  load(document) {
    this.colors = null;
    this.pointLine = paint(this.map.getContainer())("map-point-line");
    this.records.clear();
    this.cluster.clearLayers();
    const markers = [];
    for (const record of this.read(document)) {
      record.marker = this.marker(record);
      this.records.set(record.id, record);
      if (record.marker) markers.push(record.marker);
    }
    this.cluster.addLayers(markers);
  }

  // What has become of some: new ones come, closed ones go, the others change.
  update(document, isOpen) {
    const gone = [];
    const come = [];
    for (const record of this.read(document)) {
      const old = this.records.get(record.id);
      if (old?.marker) gone.push(old.marker);
      this.records.delete(record.id);
      if (!isOpen(record)) continue;
      record.marker = this.marker(record);
      this.records.set(record.id, record);
      if (record.marker) come.push(record.marker);
    }
    if (gone.length > 0) this.cluster.removeLayers(gone);
    if (come.length > 0) this.cluster.addLayers(come);
  }

  // Clocks go on: those that have become soon or late since are shown so.
  age() {
    const changed = [];
    for (const record of this.records.values()) {
      const tone = this.tone(record);
      if (tone === record.tone) continue;
      record.tone = tone;
      if (!record.marker) continue;
      record.marker.setStyle({ fillColor: this.color(tone) });
      changed.push(record.marker);
    }
    if (changed.length > 0) this.cluster.refreshClusters(changed);
    return changed.length > 0;
  }

  paint(colour) {
    this.colour = colour;
    this.colors = null;
    this.pointLine = paint(this.map.getContainer())("map-point-line");
    for (const record of this.records.values()) {
      record.tone = this.tone(record);
      record.marker?.setStyle({ fillColor: this.color(record.tone), color: this.pointLine });
    }
    this.cluster.refreshClusters();
  }

  show(isShown) {
    if (isShown === this.isShown) return;
    this.isShown = isShown;
    if (isShown) this.map.addLayer(this.cluster);
    else this.map.removeLayer(this.cluster);
  }

  // Open cases of each unit that lies on the way to one: {open, late, soon} by code.
  counts() {
    const byPath = new Map();
    const seconds = now() / 1000;
    for (const { path, due, soon } of this.records.values()) {
      let sum = byPath.get(path);
      if (!sum) byPath.set(path, (sum = { open: 0, late: 0, soon: 0 }));
      sum.open += 1;
      if (due === null) continue;
      if (due < seconds) sum.late += 1;
      else if (soon < seconds) sum.soon += 1;
    }
    const counts = new Map();
    for (const [path, sum] of byPath) {
      for (const code of path.split("/")) {
        const all = counts.get(code) ?? { open: 0, late: 0, soon: 0 };
        counts.set(code, { open: all.open + sum.open, late: all.late + sum.late, soon: all.soon + sum.soon });
      }
    }
    return counts;
  }

  tell(record) {
    const moment = record.due === null ? null : record.due * 1000;
    const when = moment === null ? "" : relative(moment);
    const lines = [`<b>${escape(record.id)}</b>`];
    if (record.urgent) lines.push(`<span class="badge urgent">${text("command.script.urgent")}</span>`);
    lines.push(`<span class="badge state-${record.state}">${text(`command.state.script.${record.state}`)}</span>`);
    if (moment !== null) lines.push(`<p>${text(moment < now() ? "command.script.over" : "command.script.due", { when })}</p>`);
    lines.push(`<p><a href="/cases/${encodeURIComponent(record.id)}">${text("command.script.show")}</a></p>`);
    L.popup({ offset: [0, -4], closeButton: true }).setLatLng([record.lat, record.lng]).setContent(lines.join(" ")).openOn(this.map);
  }
}

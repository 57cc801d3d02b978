// The ground of a change: the outlines as they were, and as they would be.
import { get } from "./api.js";
import { paint, plainMap } from "./map.js";

const element = document.getElementById("change-map");
const L = window.L;

async function mount() {
  const { api, tiles } = element.dataset;
  const change = await get(api);
  const map = plainMap(element, { tiles, wheel: false });
  const color = paint(element);
  const language = document.documentElement.lang;
  const name = ({ properties }) =>
    (language === "en" ? properties.name_en || properties.name_zh : properties.name_zh || properties.name_en) || properties.code;
  const after = L.geoJSON(change.after, {
    style: { color: color("accent"), weight: 2.5, fillColor: color("accent-soft"), fillOpacity: 0.6 }, interactive: false,
    onEachFeature: (feature, layer) =>
      layer.bindTooltip(name(feature), { permanent: true, direction: "center", className: "change-name" }),
  }).addTo(map);
  const before = L.geoJSON(change.before, {
    style: { color: color("tone-late"), weight: 2, dashArray: "6 5", fill: false }, interactive: false,
  }).addTo(map);
  map.fitBounds(after.getBounds().extend(before.getBounds()).pad(0.15), { animate: false });
  element.dataset.shown = "true";
}

// The page lists the grids in words as well: a map that cannot be drawn is no fault of the page.
if (element) mount().catch(() => {});

// The place of one case: the point with its grid and those around it.
import { Ground, paint, plainMap, shapesOf } from "./map.js";

const element = document.getElementById("case-map");
const L = window.L;

async function mount() {
  const { unit, ground: around, groundName, version, lat, lng, tiles } = element.dataset;
  const shapes = await shapesOf(around, version);
  const isDrawn = shapes.items.some((item) => item.outline?.length > 0);
  if (!isDrawn && lat === undefined) return;
  const map = plainMap(element, { tiles, wheel: false });
  const ground = new Ground(map);
  ground.above = groundName;
  // The page says where the case is; the names are for what lies around.
  ground.unnamed = unit;
  ground.draw(shapes);
  const color = paint(element);
  const own = ground.units.get(unit);
  own?.layer.setStyle({ color: color("map-hover"), weight: 2.5, fillColor: color("accent-soft"), fillOpacity: 1 }).bringToFront();
  const box = own?.layer.getBounds();
  const point = lat === undefined ? null : [Number(lat), Number(lng)];
  if (box) map.fitBounds((point ? box.extend(point) : box).pad(0.6), { maxZoom: 18, animate: false });
  else if (point) map.setView(point, 16, { animate: false });
  else ground.fit();
  if (point) {
    L.circleMarker(point, { radius: 9, weight: 3, color: "#ffffff", fillColor: color("tone-late"), fillOpacity: 1, interactive: false }).addTo(map);
  }
  ground.label();
  element.dataset.shown = "true";
}

// The page says the place in words as well: a map that cannot be drawn is no fault of the page.
if (element) mount().catch(() => {});

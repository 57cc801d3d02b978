// Proposing a change of grids: the file is read here, what it says of itself fills the form, and the form goes before it.
import { post, Problem } from "./api.js";
import { clearFaults, showFaults } from "./forms.js";
import { text } from "./texts.js";

const form = document.getElementById("propose-form");
const MEMBERS = ["kind", "grids", "effective_on", "reason"];

async function collection() {
  const file = form.elements.features.files[0];
  if (!file) return null;
  try {
    const read = JSON.parse(await file.text());
    return Array.isArray(read?.features) ? read : undefined;
  } catch {
    return undefined;
  }
}

function refuse(code) {
  const detail = text(`grid_changes.script.${code}`);
  showFaults(form, new Problem(422, { errors: [{ field: "features", code: "", detail }] }));
}

form?.elements.features.addEventListener("change", async () => {
  clearFaults(form);
  const read = await collection();
  if (read === undefined) return refuse("no_geojson");
  if (!read) return;
  for (const name of MEMBERS) {
    const value = Array.isArray(read[name]) ? read[name].join(" ") : read[name];
    if (value && !form.elements[name].value) form.elements[name].value = value;
  }
  const codes = read.features.map((feature) => feature.properties?.code ?? "?").join("、");
  document.getElementById("propose-read").textContent = text("grid_changes.script.read", { count: read.features.length, codes });
});

form?.addEventListener("submit", async (event) => {
  event.preventDefault();
  if (form.getAttribute("aria-busy") === "true") return;
  clearFaults(form);
  const read = await collection();
  if (!read) return refuse(read === null ? "choose" : "no_geojson");
  const button = form.querySelector("button[type=submit]");
  for (const element of [form, button]) element.setAttribute("aria-busy", "true");
  try {
    const said = Object.fromEntries(MEMBERS.map((name) => [name, form.elements[name].value.trim()]));
    said.grids = said.grids.split(/[\s,，、]+/).filter(Boolean);
    const change = await post("/v1/grid-changes", { ...read, ...said });
    location.assign(`/grid-changes/${encodeURIComponent(change.id)}`);
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    showFaults(form, problem);
  } finally {
    for (const element of [form, button]) element.removeAttribute("aria-busy");
  }
});

// On every page: times, live regions, forms, dialogs.
import "./times.js";
import "./live.js";
import "./forms.js";
import "./dialogs.js";
import "./sign-out.js";

// Fields that nothing was chosen in stay out of the address of a search.
document.addEventListener("submit", (event) => {
  if (!event.target.matches("form[data-filter]")) return;
  for (const field of event.target.elements) if (field.name && !field.value) field.disabled = true;
});
window.addEventListener("pageshow", () => {
  for (const field of document.querySelectorAll("form[data-filter] :disabled")) field.disabled = false;
});

// Marks notices as read.
import { post } from "./api.js";
import { refresh } from "./live.js";
import { complain } from "./toast.js";

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-read]");
  if (!button) return;
  button.disabled = true;
  try {
    await post(`/v1/inbox/${button.dataset.read}/actions`, { action: "read" });
    await refresh();
  } catch (problem) {
    button.disabled = false;
    complain(problem);
  }
});

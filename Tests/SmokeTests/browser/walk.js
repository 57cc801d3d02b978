// Numbers what the Tab key is to reach, in the order of reading, and says what it is. Of a group of radio buttons one
// is reached.
() => {
  const isShown = (element) =>
    element.checkVisibility({ checkOpacity: false, checkVisibilityCSS: true }) && element.getClientRects().length > 0;
  const wanted = "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex]";
  const radios = new Map();
  const found = [...document.querySelectorAll(wanted)].filter((element) => {
    if (element.disabled || element.tabIndex < 0 || !isShown(element) || element.closest("[inert]")) return false;
    if (element.type !== "radio") return true;
    const group = `${element.form?.id} ${element.name}`;
    if (element.checked || !radios.has(group)) radios.set(group, element);
    return true;
  });
  return found
    .filter((element) => element.type !== "radio" || [...radios.values()].includes(element))
    .map((element, number) => {
      element.dataset.stop = String(number);
      const words = element.getAttribute("aria-label") ?? element.textContent.trim() ?? element.name;
      return `${element.tagName.toLowerCase()}#${element.id}.${element.className} ${words.slice(0, 30)}`;
    });
}

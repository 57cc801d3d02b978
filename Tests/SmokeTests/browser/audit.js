// What axe leaves open or asks for less of: every text's contrast, also on maps and badges (axe gives up where elements
// overlap), targets of the full size, and ids that stand twice. Returns what is wrong, as texts; see `Visitor.audit`.
() => {
  const found = [];
  const say = (element, fault) => {
    const name = element.id ? `#${element.id}` : `.${String(element.className?.baseVal ?? element.className)}`;
    const words = (element.textContent ?? "").trim().slice(0, 40);
    found.push(`${element.tagName.toLowerCase()}${name}: ${fault} — ${words}`);
  };
  const isShown = (element) => element.checkVisibility({ checkOpacity: false, checkVisibilityCSS: true });
  const ids = [...document.querySelectorAll("[id]")].map((element) => element.id);
  const twice = new Set(ids.filter((id, index) => ids.indexOf(id) !== index));
  for (const id of twice) found.push(`the id ${id} stands twice`);
  // Contrast (WCAG 2.2, 1.4.3): 4.5 to 1, of large text 3 to 1.
  const parse = (color) => (color.match(/[\d.]+/g) ?? []).map(Number);
  const light = ([r, g, b]) =>
    [r, g, b]
      .map((part) => part / 255)
      .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4))
      .reduce((sum, part, index) => sum + part * [0.2126, 0.7152, 0.0722][index], 0);
  const over = (top, below) => {
    const alpha = top[3] ?? 1;
    return [0, 1, 2].map((part) => top[part] * alpha + below[part] * (1 - alpha));
  };
  const ground = (element) => {
    const layers = [];
    for (let at = element; at; at = at.parentElement) {
      const color = parse(getComputedStyle(at).backgroundColor);
      if (color.length >= 3 && (color[3] ?? 1) > 0) layers.push(color);
      if (layers.length > 0 && (layers.at(-1)[3] ?? 1) === 1) break;
    }
    return layers.reverse().reduce((below, layer) => over(layer, below), [255, 255, 255]);
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const seen = new Set();
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (!walker.currentNode.textContent.trim() || seen.has(element) || !isShown(element)) continue;
    if (element.closest("svg, script, style, .skip, .visually-hidden, option, [aria-hidden=true]")) continue;
    seen.add(element);
    const style = getComputedStyle(element);
    const below = ground(element);
    const color = over(parse(style.color), below);
    const [more, less] = [light(color), light(below)].sort((left, right) => right - left);
    const ratio = (more + 0.05) / (less + 0.05);
    const size = parseFloat(style.fontSize);
    const isLarge = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    if (ratio < (isLarge ? 3 : 4.5)) say(element, `contrast ${ratio.toFixed(2)}`);
  }
  // Targets (2.5.8): 24 by 24, but for links within a text.
  const targets = "button, select, input:not([type=hidden]), summary, .button, nav a";
  for (const element of document.querySelectorAll(targets)) {
    const box = element.getBoundingClientRect();
    if (!isShown(element) || box.width === 0 || element.closest(".visually-hidden, label")) continue;
    if (box.width < 24 || box.height < 24) say(element, `is ${Math.round(box.width)} × ${Math.round(box.height)}`);
  }
  return found.slice(0, 20);
}

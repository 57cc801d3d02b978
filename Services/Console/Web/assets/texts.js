// The words of the page's language that modules show: every text below a group named `script` in texts/*.yaml.
const language = document.documentElement.lang === "en" ? "en" : "zh-CN";
const { default: words } = await import(`./texts/${language}.js`);

// The text of a key with {name} replaced; `count` also chooses between one and many.
export function text(key, values = {}) {
  const word = words[key];
  if (word === undefined) return key;
  const form = Array.isArray(word) ? word[values.count === 1 ? 1 : 0] : word;
  return form.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
}

export { language };

// The chosen language, and the texts in it. It knows where the tables are; it does not know who shows a text. A key
// without a text shows itself, so that a gap is seen and not hidden.

import { DESK } from "./texts-desk.js";
import { PAGE } from "./texts-page.js";
import { SHOP } from "./texts-shop.js";

/** key -> [Spanish, English] */
export const TEXTS = { ...PAGE, ...SHOP, ...DESK };

/** Learn a page's own texts; where a key is known already, the page's own is said. */
export const teach = (texts) => Object.assign(TEXTS, texts);

const STORED = "ticket-daemon.lang";

const LANGUAGES = ["es", "en"];
let current = document.documentElement.lang === "en" ? "en" : "es";

export const language = () => current;

/** The text of `key` in the chosen language, with {name} filled from `values`. */
export function t(key, values = {}) {
  const pair = TEXTS[key];
  if (!pair) return key;
  return pair[LANGUAGES.indexOf(current)].replace(/\{(\w+)\}/g, (gap, name) => values[name] ?? gap);
}

/** The text of `key`, or `otherwise` where the table has none: for words that a newer server may bring. */
export const known = (key, otherwise) => (key in TEXTS ? t(key) : otherwise);

/** Put the chosen language into every element that names its text by `data-t…`. */
export function translate(root = document) {
  for (const element of root.querySelectorAll("[data-t]")) element.textContent = t(element.dataset.t);
  for (const element of root.querySelectorAll("[data-t-label]")) element.setAttribute("aria-label", t(element.dataset.tLabel));
  for (const element of root.querySelectorAll("[data-t-placeholder]")) element.placeholder = t(element.dataset.tPlaceholder);
}

export function speak(chosen) {
  current = LANGUAGES.includes(chosen) ? chosen : "es";
  document.documentElement.lang = current;
  document.title = t("page.title");
  try {
    localStorage.setItem(STORED, current);
  } catch {
    // storage forbidden by policy: the choice lasts as long as the page
  }
  translate();
}

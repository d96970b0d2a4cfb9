// Which view is seen. It knows the address's hash and the views there are; it does not know what they show. It promises
// that going to a view can be linked to, gone back from and heard: the view's heading takes the focus.

import { $ } from "./dom.js";

const VIEWS = ["home", "tickets", "editor", "log", "service"];
const listeners = [];

export const viewNow = () => {
  const name = location.hash.replace(/^#\/?/, "").split("?")[0];
  return VIEWS.includes(name) ? name : VIEWS[0];
};

/** Have `listener(name)` called when a view comes into sight, and at once. */
export function onView(listener) {
  listeners.push(listener);
  listener(viewNow());
}

export const go = (name) => (location.hash = name === VIEWS[0] ? "#/" : `#/${name}`);

function show(byHand) {
  const name = viewNow();
  document.documentElement.dataset.view = name; // the style sheet shows what belongs to it; boot.js set the first
  for (const link of document.querySelectorAll(".nav a")) {
    if (link.hash.replace(/^#\/?/, "") === (name === VIEWS[0] ? "" : name)) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  if (byHand) {
    for (const dialog of document.querySelectorAll("dialog[open]")) dialog.close(""); // it belonged to the view before
    scrollTo(0, 0);
    document.querySelector(`[data-heading-of="${name}"]`)?.focus({ preventScroll: true });
  }
  for (const listener of listeners) listener(name);
}

/** Begin: show what the address asks for, and follow it. */
export function start() {
  addEventListener("hashchange", () => show(true));
  $("skip").addEventListener("click", (event) => {
    event.preventDefault(); // the hash belongs to the views
    document.querySelector(`[data-heading-of="${viewNow()}"]`)?.focus();
  });
  show(false);
}

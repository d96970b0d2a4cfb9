// Small ways to reach and make the page's elements, and to keep a list of them in step with what it shows. It knows
// nothing of tickets. It promises that an element whose `mark` has not changed is not touched, so that focus, selection
// and scrolling survive news.

export const $ = (id) => document.getElementById(id);

/** An element with properties and children: `make("p", {className: "quiet"}, "text", node)`. */
export function make(tag, properties = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children.filter((child) => child !== null && child !== undefined && child !== ""));
  return element;
}

/** A button that says what it does to what: `does` names it for the page, `label` is its whole name for a reader. */
export function button(words, onclick, { does, label, className = "plain" } = {}) {
  const element = make("button", { type: "button", className, textContent: words, onclick });
  if (label) element.setAttribute("aria-label", label);
  if (does) element.dataset.does = does;
  return element;
}

const shown = new WeakMap();

/**
 * Make `parent`'s children those of `items`, in their order. `key(item)` tells items apart, `mark(item)` is a text that
 * changes when the item looks otherwise, `build(item)` makes its element.
 */
export function keep(parent, items, { key, mark, build }) {
  const before = shown.get(parent) ?? new Map();
  const now = new Map();
  let place = parent.firstElementChild;
  for (const item of items) {
    const name = key(item);
    const look = mark(item);
    let known = before.get(name);
    if (known?.look !== look) {
      const element = build(item);
      if (known) {
        if (place === known.element) place = element;
        replace(known.element, element);
      }
      known = { look, element };
    }
    now.set(name, known);
    if (known.element === place) place = place.nextElementSibling;
    else parent.insertBefore(known.element, place);
  }
  for (const [name, { element }] of before) if (!now.has(name)) remove(element);
  shown.set(parent, now);
}

/** Take `element` away; had something in it the focus, its neighbour has it then, or what is around it. */
function remove(element) {
  const focused = element.contains(document.activeElement);
  const heir = element.nextElementSibling ?? element.previousElementSibling;
  const around = element.parentElement?.closest("[tabindex]");
  element.remove();
  if (focused) (heir?.querySelector("button:enabled") ?? around)?.focus({ preventScroll: true });
}

/** Put `after` where `before` is; what had the focus in it, by what it does, has it again. */
function replace(before, after) {
  const focused = before.contains(document.activeElement) ? document.activeElement : null;
  before.replaceWith(after);
  if (!focused) return;
  const same = focused.dataset.does && after.querySelector(`[data-does="${CSS.escape(focused.dataset.does)}"]:enabled`);
  (same || after.querySelector("button:enabled") || after).focus({ preventScroll: true });
}

/** `work` once before the next paint, however often it is asked for until then. */
export function soon(work) {
  let asked = 0;
  return () => {
    asked ||= requestAnimationFrame(() => {
      asked = 0;
      work();
    });
  };
}

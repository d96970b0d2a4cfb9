// The printers, as the daemon tells of them in three messages: the list, the queue's status, a change of one. It merges
// them by name and says how each is; it does not know how that is shown. It promises that the most pressing reason comes
// first.

import { $, make, soon } from "./dom.js";

const TROUBLE = new Set(["stopped", "offline", "error"]);
// The most pressing first: what keeps it from printing, then what soon may.
const PRESSING = ["offline", "paused", "cover-open", "media-empty", "media-jam", "error", "other", "media-low", "drawer-open"];

export class Printers extends EventTarget {
  #known = new Map();
  #told = soon(() => this.dispatchEvent(new Event("change")));

  /** The printers that tickets go to. */
  get all() {
    return [...this.#known.values()].filter((printer) => printer.configured !== false);
  }

  /** Those that were found and that nobody configured. */
  get found() {
    return [...this.#known.values()].filter((printer) => printer.configured === false);
  }

  get(name) {
    return this.#known.get(name);
  }

  /** The answer to get_printers: the whole list. */
  list(printers) {
    const before = this.#known;
    this.#known = new Map(printers.map((printer) => [printer.name, { ...live(before.get(printer.name)), ...printer }]));
    this.#changed();
  }

  /** The part of `status` that speaks of printers. */
  status(printers) {
    for (const { name, ...rest } of printers) this.#known.set(name, { ...this.#known.get(name), name, ...rest });
    this.#changed();
  }

  change(name, state, reasons = []) {
    this.#known.set(name, { ...this.#known.get(name), name, state, reasons });
    this.#changed();
  }

  /** good, busy or bad: the lamp above the slot, which is the virtual printer's where there is one. */
  get lamp() {
    const virtual = this.all.filter((printer) => printer.is_virtual);
    const conditions = (virtual.length ? virtual : this.all).map(condition);
    if (conditions.some(({ tone }) => tone === "bad")) return "trouble";
    return conditions.some(({ tone }) => tone === "busy") ? "busy" : "ready";
  }

  #changed() {
    for (const select of [$("printer"), $("burst-printer")]) showChoices(select, this.all);
    this.#told();
  }
}

const live = (printer) => (printer ? { state: printer.state, reasons: printer.reasons, waiting: printer.waiting } : {});

/**
 * How a printer is: `tone` good, busy, careful or bad; `word` the key of the one word for it, `reasons` all reasons, the
 * most pressing first.
 */
export function condition(printer) {
  const state = printer.state ?? printer.status ?? "unknown";
  const reasons = [...(printer.reasons ?? [])].sort((one, other) => rank(one) - rank(other));
  if (TROUBLE.has(state)) return { tone: "bad", word: reasons.length ? `reason.${reasons[0]}` : `printer.${state}`, reasons };
  if (state === "paused") return { tone: "careful", word: "printer.paused", reasons };
  if (state === "processing") return { tone: "busy", word: "printer.processing", reasons };
  if (reasons.length) return { tone: "careful", word: `reason.${reasons[0]}`, reasons };
  if (printer.status === "unknown") return { tone: "quiet", word: "printer.unknown", reasons };
  return { tone: state === "unknown" ? "quiet" : "good", word: `printer.${state}`, reasons };
}

const rank = (reason) => (PRESSING.indexOf(reason) + PRESSING.length + 1) % (PRESSING.length + 1);

function showChoices(select, printers) {
  const names = printers.map((printer) => printer.name);
  const fixed = [...select.options].filter((option) => option.value === "");
  const shown = [...select.options].filter((option) => option.value !== "").map((option) => option.value);
  if (names.join("\n") === shown.join("\n")) return; // an open list must not be rebuilt under the finger
  const chosen = select.value;
  select.replaceChildren(...fixed, ...names.map((name) => make("option", { value: name, textContent: name })));
  const usual = fixed.length ? "" : (printers.find((printer) => printer.is_default)?.name ?? names[0] ?? "");
  select.value = names.includes(chosen) ? chosen : usual;
}

// The printers, as the daemon tells of them in three messages: the list, the queue's status, a change of one. It merges
// them by name and shows state, reasons and what waits; it promises that a state is always in words, not colour alone.

import { $, make } from "./dom.js";
import { known, t } from "./i18n.js";

const TROUBLE = new Set(["stopped", "offline", "error", "paused"]);

export class Printers {
  #known = new Map();

  constructor(onChange = () => {}) {
    this.onChange = onChange;
  }

  /** The answer to get_printers: the whole list. */
  list(printers) {
    const before = this.#known;
    this.#known = new Map(printers.map((printer) => [printer.name, { ...live(before.get(printer.name)), ...printer }]));
    this.show();
  }

  /** The part of `status` that speaks of printers. */
  status(printers) {
    for (const { name, ...rest } of printers) this.#known.set(name, { ...this.#known.get(name), name, ...rest });
    this.show();
  }

  change(name, state, reasons = []) {
    this.#known.set(name, { ...this.#known.get(name), name, state, reasons });
    this.show();
  }

  /** ready, busy or trouble: the lamp above the slot, which is the virtual printer's where there is one. */
  get lamp() {
    const all = [...this.#known.values()];
    const virtual = all.filter((printer) => printer.is_virtual);
    const states = (virtual.length ? virtual : all).map(stateOf);
    if (states.some((state) => TROUBLE.has(state))) return "trouble";
    return states.includes("processing") ? "busy" : "ready";
  }

  show() {
    const printers = [...this.#known.values()];
    $("printers-empty").hidden = printers.length > 0;
    $("printers").replaceChildren(...printers.map(card));
    showChoices(printers);
    this.onChange();
  }
}

const live = (printer) => (printer ? { state: printer.state, reasons: printer.reasons, waiting: printer.waiting } : {});
const stateOf = (printer) => (TROUBLE.has(printer.status) && !printer.state ? printer.status : printer.state ?? printer.status ?? "unknown");

function card(printer) {
  const state = stateOf(printer);
  const reasons = (printer.reasons ?? []).map((reason) => known(`reason.${reason}`, reason));
  const facts = [
    printer.printer_type && known(`type.${printer.printer_type}`, printer.printer_type),
    printer.driver,
    printer.port,
  ].filter(Boolean);
  return make(
    "li",
    { className: "printer" },
    make(
      "p",
      { className: "printer-name" },
      make("strong", { textContent: printer.name }),
      printer.is_default ? make("span", { className: "tag", textContent: t("printers.default") }) : null,
    ),
    make(
      "p",
      { className: `printer-state ${TROUBLE.has(state) ? "bad" : reasons.length ? "careful" : ""}` },
      make("span", { className: "lamp" }),
      [known(`printer.${state}`, state), ...reasons].join(", "),
    ),
    make("p", { className: "quiet facts", textContent: [...new Set(facts)].join(" · ") }),
    printer.waiting === undefined
      ? null
      : make("p", {
          className: "quiet",
          textContent: printer.waiting ? t("printers.waiting", { count: printer.waiting }) : t("printers.nothing_waiting"),
        }),
  );
}

function showChoices(printers) {
  const select = $("printer");
  const chosen = select.value;
  const names = printers.map((printer) => printer.name);
  const shown = [...select.options].slice(1).map((option) => option.value);
  if (names.join("\n") === shown.join("\n")) return; // an open list must not be rebuilt under the finger
  select.replaceChildren(
    select.options[0],
    ...names.map((name) => make("option", { value: name, textContent: name })),
  );
  select.value = names.includes(chosen) ? chosen : "";
}

// The head of a printer's card, the same on the shop's page and on that of many shops. It knows states and words; it does
// not know whose printer it is or what waits for it.

import { make } from "./dom.js";
import { known, t } from "./i18n.js";
import { icon } from "./icons.js";

/** A printer's name, its state in large words and what to do about it; `how` is its `condition`. */
export function printerHead(printer, how) {
  const advice = [...how.reasons, how.word.split(".")[1]].map((word) => known(`advice.${word}`, "")).find(Boolean);
  const others = how.reasons.slice(how.word.startsWith("reason.") ? 1 : 0).map((reason) => known(`reason.${reason}`, reason));
  return make(
    "div",
    { className: "condition" },
    make("span", { className: "disc" }, icon(how.tone)),
    make(
      "div",
      {},
      make("h3", { className: "printer-name" }, make("span", { textContent: printer.name }), printer.is_default ? make("span", { className: "tag", textContent: t("printers.default") }) : null),
      make("p", { className: "printer-state", textContent: [known(how.word, how.word.split(".")[1]), ...others.map((word) => word.toLowerCase())].join(", ") }),
      advice ? make("p", { className: "advice", textContent: advice }) : null,
    ),
  );
}

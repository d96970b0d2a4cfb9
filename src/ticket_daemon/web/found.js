// Printers that the daemon found and nobody configured: what they are, and the command that adds them. It knows the
// daemon's list; it changes nothing by itself.

import { $, keep, make } from "./dom.js";
import { known, language, t } from "./i18n.js";

export class Found {
  constructor(printers) {
    this.printers = printers;
    printers.addEventListener("change", () => this.show());
  }

  show() {
    const found = this.printers.found;
    $("found").hidden = found.length === 0;
    keep($("found-list"), found, {
      key: (printer) => `${printer.source} ${printer.uri} ${printer.name}`,
      mark: (printer) => JSON.stringify([language(), printer]),
      build: row,
    });
  }
}

function row({ name, model, driver, uri, port, source, profile, usable }) {
  const facts = [model || driver, profile && t("found.profile", { profile }), port || uri, source && known(`source.${source}`, source)];
  return make(
    "li",
    {},
    make("strong", { textContent: name }),
    make("span", { className: "quiet", textContent: [...new Set(facts.filter(Boolean))].join(" · ") }),
    usable ? make("span", { className: "usable", textContent: t("found.usable") }) : null,
    make("code", { textContent: `ticket-daemon printers add "${name}"` }),
  );
}

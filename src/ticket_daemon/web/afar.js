// The link to the server that tickets come from afar by, where the configuration names one: which server, as which shop,
// and why it is not there. It knows what /health says of it; it does not ask. It promises nothing but words: the shop
// prints its own tickets with that link or without it.

import { $, keep, make } from "./dom.js";
import { language, t } from "./i18n.js";
import { icon } from "./icons.js";

const TONES = { connected: "good", connecting: "busy", lost: "careful" };

export class Afar extends EventTarget {
  constructor(health) {
    super();
    this.health = health;
    health.addEventListener("change", () => this.show());
  }

  show() {
    const fleet = this.health.now?.fleet;
    $("afar").hidden = !fleet;
    keep($("afar-state"), fleet ? [fleet] : [], {
      key: () => "fleet",
      mark: () => JSON.stringify([language(), fleet]), // what has not changed is not read aloud again
      build: answer,
    });
    this.dispatchEvent(new Event("change"));
  }

  /** What the counter is told while nothing can come from afar; null while it can, or nobody expects it to. */
  get alert() {
    const fleet = this.health.now?.fleet;
    return fleet && stateOf(fleet) === "lost" ? t("afar.alert") : null;
  }
}

/** A daemon that has just started, or whose link has just broken, has no reason to tell yet. */
const stateOf = ({ status, detail }) => (status === "connected" ? "connected" : detail ? "lost" : "connecting");

function answer(fleet) {
  const state = stateOf(fleet);
  const tone = TONES[state];
  // Why it is not there, the daemon says in its own language, as it does of all that it finds out.
  const lines = { "afar.store": fleet.store, "afar.server": fleet.server, "afar.why": state === "lost" ? fleet.detail : "" };
  return make(
    "div",
    {},
    make(
      "div",
      { className: `answer ${tone}` },
      make("span", { className: "disc" }, icon(tone)),
      make(
        "div",
        { className: "answer-words" },
        make("p", { className: "answer-state", textContent: t(`afar.${state}`) }),
        make("p", { className: "answer-because", textContent: t(`afar.${state}_means`) }),
      ),
    ),
    make(
      "dl",
      { className: "figures" },
      ...Object.entries(lines)
        .filter(([, value]) => value)
        .map(([label, value]) =>
          make("div", { className: label === "afar.why" ? "long" : "" }, make("dt", { textContent: t(label) }), make("dd", { textContent: value })),
        ),
    ),
  );
}

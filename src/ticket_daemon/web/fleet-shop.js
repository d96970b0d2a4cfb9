// One shop by itself: how it is, its printers, what is to be decided there, its last tickets. It knows a picture of one
// shop; it does not know how pictures travel. It steers nothing: a person who sees the paper decides, on the shop's page.

import { toneOf as jobTone } from "./book.js";
import { $, keep, make } from "./dom.js";
import { problemLine } from "./fleet-list.js";
import { counting, lasting, many, toneOf } from "./fleet-words.js";
import { language, t } from "./i18n.js";
import { icon } from "./icons.js";
import { printerHead } from "./printer-head.js";
import { condition } from "./printers.js";
import { reasonOf, stateOf, when } from "./words.js";

const STATES = { bad: "shop.urgent", careful: "shop.soon", silent: "problem.silent", good: "fleet.well" };
const OF_THE_SHOP = new Set(["storage", "full", "nearly_full"]); // printers have cards, held tickets a list
const SIGNS = { bad: "alert", silent: "quiet" };

export class OneShop {
  #picture = null;

  /** Show the picture of `store`; without one, the last again. */
  show(store, picture = this.#picture) {
    if (!picture) return;
    this.#picture = picture;
    const { shop } = picture;
    const parts = [["head", store, () => head(store)]];
    if (!shop) parts.push(["unknown", store, () => make("p", { className: "panel quiet", textContent: t("shop.unknown") })]);
    else {
      const { printers = [], problems = [], jobs = [] } = shop;
      parts.push(["state", shop, () => state(shop)]);
      const held = problems.filter(({ kind }) => kind === "held");
      if (held.length) parts.push(["held", held, () => heldPanel(held)]);
      if (printers.length) parts.push(["printers", printers, () => printersPart(printers)]);
      parts.push(["jobs", jobs, () => jobsPanel(jobs)]);
    }
    keep($("shop"), parts, {
      key: ([name]) => name,
      mark: ([, shown]) => JSON.stringify([language(), shown]),
      build: ([, , build]) => build(),
    });
  }
}

function head(store) {
  const back = make("a", { className: "back", href: "#/", textContent: `← ${t("shop.back")}` });
  const heading = make("h2", { id: "shop-heading", tabIndex: -1, textContent: store });
  heading.dataset.headingOf = "shop";
  return make("div", { className: "shop-head" }, back, heading);
}

function state(shop) {
  const { problems = [], there, version, current = 0, capacity = 0 } = shop;
  const tone = toneOf(problems);
  const own = problems.filter(({ kind }) => OF_THE_SHOP.has(kind));
  return make(
    "section",
    { className: "panel verdict" },
    make(
      "div",
      { className: `answer ${tone}` },
      make("span", { className: "disc" }, icon(SIGNS[tone] ?? tone)),
      make(
        "div",
        { className: "answer-words" },
        make("p", { className: "answer-state", textContent: t(STATES[tone]) }),
        there ? null : make("p", { className: "answer-because", textContent: shop.heard ? t("shop.old") : t("problem.silent_never") }),
        make(
          "p",
          { className: "answer-facts quiet" },
          shop.heard ? lasting("shop.heard", shop.heard) : null,
          there ? lasting("shop.running", shop.since) : null,
          capacity ? make("span", { textContent: t("fleet.queue", { current: many(current), capacity: many(capacity) }) }) : null,
          version ? make("span", { textContent: version }) : null,
        ),
      ),
    ),
    own.length ? make("ul", { className: "problems own" }, ...own.map(problemLine)) : null,
  );
}

const titled = (id, key, about, ...parts) => {
  const section = make(
    "section",
    { className: "panel" },
    make("div", { className: "head" }, make("h3", { id, textContent: t(key) })),
    about ? make("p", { className: "quiet about", textContent: t(about) }) : null,
    ...parts,
  );
  section.setAttribute("aria-labelledby", id);
  return section;
};

const heldPanel = (held) => titled("shop-held", "shop.held", "shop.held_where", make("ul", { className: "problems own" }, ...held.map(problemLine)));

function printersPart(printers) {
  const cards = printers.map((printer) => {
    const how = condition(printer);
    const waits = [printer.waiting && counting("card.waiting", printer.waiting), printer.held && counting("card.held", printer.held)];
    const card = make(
      "li",
      { className: "card" },
      make("div", {}, printerHead(printer, how)),
      make("p", { className: "quiet", textContent: waits.filter(Boolean).join(" · ") || t("card.empty") }),
    );
    card.dataset.tone = how.tone;
    card.dataset.printer = printer.name;
    return card;
  });
  const section = make("section", {}, make("h3", { id: "shop-printers", className: "hidden", textContent: t("shop.printers") }), make("ul", { className: "cards" }, ...cards));
  section.setAttribute("aria-labelledby", "shop-printers");
  return section;
}

function jobsPanel(jobs) {
  if (!jobs.length) return titled("shop-jobs", "shop.jobs", "shop.jobs_none");
  return titled("shop-jobs", "shop.jobs", "", make("ol", { className: "last-jobs" }, ...jobs.map(jobLine)));
}

function jobLine(job) {
  const tone = jobTone(job);
  return make(
    "li",
    {},
    make("span", { className: `state ${tone}` }, icon(job.state === "held" ? "held" : tone), make("span", { textContent: stateOf(job) })),
    make("span", { className: "job-id", textContent: job.id, title: job.id }),
    make("span", { className: "where", textContent: job.printer ?? "" }),
    make("span", { className: "why quiet", textContent: tone === "good" ? "" : reasonOf(job) }),
    make("time", { className: "quiet", dateTime: job.at, textContent: when(job.at) }),
  );
}

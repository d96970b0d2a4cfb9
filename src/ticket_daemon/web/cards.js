// One card for each printer: how it is in large words, what to do about it, who waits, what is held, what came out last.
// It knows printers and jobs; it does not speak to the daemon but through the acts it is given.

import * as api from "./api.js";
import { toneOf } from "./book.js";
import { $, button, keep, make } from "./dom.js";
import { known, language, t } from "./i18n.js";
import { icon } from "./icons.js";
import { attempt } from "./notice.js";
import { printerHead } from "./printer-head.js";
import { condition } from "./printers.js";
import { question } from "./question.js";
import { reasonOf, stateOf, when } from "./words.js";

const FEW = 3; // waiting jobs shown before somebody asks for all

export class Cards {
  #opened = new Set(); // printers whose whole queue is shown

  constructor({ book, printers, acts }) {
    Object.assign(this, { book, printers, acts });
    for (const told of [book, printers]) told.addEventListener("change", () => this.show());
  }

  show() {
    const printers = this.printers.all;
    $("printers-empty").hidden = printers.length > 0;
    const alone = printers.length === 1;
    $("printers").classList.toggle("alone", alone);
    keep($("printers"), printers, {
      key: (printer) => printer.name,
      mark: () => language(),
      build: (printer) => frame(printer.name),
    });
    for (const printer of printers) this.#fill($("printers").children[printers.indexOf(printer)], printer);
  }

  /** Each part of a card is kept by itself: news of a job does not take the focus from a button of the printer. */
  #fill(card, printer) {
    const how = condition(printer);
    const queue = this.book.queue(printer.name);
    card.dataset.tone = how.tone;
    const part = (name, value, build) =>
      keep(card.querySelector(`.${name}`), value === null ? [] : [value], { key: () => name, mark: () => JSON.stringify([language(), value]), build });
    part("card-head", [printer, how], () => printerHead(printer, how));
    part("card-last", this.book.last(printer.name), (job) => lastLine(job));
    part("card-tools", printer.name, () => tools(printer.name));
    part("card-facts", facts(printer), (words) => make("p", { className: "quiet facts", textContent: words }));
    this.#fillHeld(card, this.book.held(printer.name));
    this.#fillQueue(card, printer.name, queue);
  }

  #fillHeld(card, held) {
    card.querySelector(".card-held").hidden = held.length === 0;
    card.querySelector(".card-held h4").textContent = t(held.length === 1 ? "card.held_one" : "card.held", { count: held.length });
    keep(card.querySelector(".card-held ol"), held, {
      key: (job) => job.id,
      mark: (job) => JSON.stringify([language(), job]),
      build: (job) => this.#row(job, make("span", { className: "row-why", textContent: reasonOf(job) })),
    });
  }

  #fillQueue(card, name, queue) {
    const all = this.#opened.has(name);
    const seen = all ? queue : queue.slice(0, FEW);
    card.querySelector(".card-queue h4").textContent = queue.length === 0 ? t("card.empty") : t(queue.length === 1 ? "card.waiting_one" : "card.waiting", { count: queue.length });
    card.querySelector(".card-queue").classList.toggle("idle", queue.length === 0);
    const list = card.querySelector(".card-queue ol");
    if (all) list.tabIndex = 0;
    else list.removeAttribute("tabindex");
    keep(list, seen, {
      key: (job) => job.id,
      mark: (job) => JSON.stringify([language(), job, queue.indexOf(job)]),
      build: (job) => this.#row(job, make("span", { className: "place", textContent: job.state === "printing" ? "" : `${queue.indexOf(job) + 1}` }, job.state === "printing" ? icon("busy") : null)),
    });
    const more = queue.length - FEW;
    keep(card.querySelector(".card-more"), more > 0 ? [more] : [], {
      key: () => "more",
      mark: () => `${language()} ${all} ${more}`,
      build: () => button(t(all ? "card.fewer" : "card.all", { count: queue.length }), () => this.#toggle(name), { does: "more", label: `${t(all ? "card.fewer" : "card.all", { count: queue.length })}: ${name}` }),
    });
  }

  #toggle(name) {
    if (!this.#opened.delete(name)) this.#opened.add(name);
    this.show();
  }

  #row(job, lead) {
    const row = make(
      "li",
      {},
      lead,
      make("span", { className: "job-id", textContent: job.id, title: job.id }),
      make("time", { dateTime: job.submitted, textContent: when(job.submitted) }),
      make("span", { className: "row-acts" }, ...this.acts.buttons(job)),
    );
    row.dataset.job = job.id;
    return row;
  }
}

function frame(name) {
  const card = make(
    "li",
    { className: "card", tabIndex: -1 },
    make("div", { className: "card-head" }),
    make("div", { className: "card-held" }, make("h4"), make("ol", { className: "rows" })),
    make("div", { className: "card-queue" }, make("h4"), make("ol", { className: "rows" }), make("div", { className: "card-more" })),
    make("div", { className: "card-foot" }, make("div", { className: "card-last" }), make("div", { className: "card-tools" }), make("div", { className: "card-facts" })),
  );
  card.dataset.printer = name;
  card.querySelector(".card-queue ol").setAttribute("aria-label", t("card.queue_of", { printer: name }));
  return card;
}

function lastLine(job) {
  const tone = toneOf(job);
  return make(
    "p",
    { className: `last ${tone}` },
    make("span", { className: "quiet", textContent: t("card.last") }),
    icon(job.state === "held" ? "held" : tone),
    make("strong", { textContent: stateOf(job) }),
    make("time", { className: "quiet", dateTime: job.at, textContent: when(job.at) }),
  );
}

function facts(printer) {
  const kind = printer.printer_type && known(`type.${printer.printer_type}`, printer.printer_type);
  return [...new Set([kind, printer.driver, printer.port].filter(Boolean))].join(" · ");
}

/** Test ticket, drawer, calibration. */
function tools(name) {
  const tool = (what, act) => button(t(`tool.${what}`), act, { does: what, label: `${t(`tool.${what}`)}: ${name}` });
  const tried = (what) => attempt(() => api.tryOut(name, what), t(`done.${what}`, { printer: name }));
  const sure = async (what) => {
    const agreed = await question({ title: t(`ask.${what}_title`), words: t(`ask.${what}_words`, { printer: name }), yes: t(`tool.${what}`) });
    if (agreed) await tried(what);
  };
  return make(
    "div",
    { className: "tools-row" },
    tool("test", () => tried("test")),
    tool("drawer", () => sure("drawer")),
    tool("calibration", () => sure("calibration")),
  );
}

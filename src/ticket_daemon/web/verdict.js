// Did it print? The newest ticket's answer in large words, and below it what needs a person. It knows jobs and printers;
// it does not know how they came to be known.

import { go } from "./router.js";
import { toneOf } from "./book.js";
import { $, button, keep, make } from "./dom.js";
import { known, language, t } from "./i18n.js";
import { icon } from "./icons.js";
import { condition } from "./printers.js";
import { ago, reasonOf, stateOf, when } from "./words.js";

const AGES_EVERY_MS = 15000;

export class Verdict {
  constructor({ book, printers, acts, afar }) {
    Object.assign(this, { book, printers, acts, afar });
    for (const told of [book, printers, afar]) told.addEventListener("change", () => this.show());
    setInterval(() => this.#age(), AGES_EVERY_MS);
  }

  show() {
    const job = this.book.newest;
    const blocked = job && this.#blocker(job);
    keep($("verdict"), [job ?? {}], {
      key: () => "verdict",
      mark: () => JSON.stringify([language(), job, blocked]),
      build: () => (job ? this.#answer(job, blocked) : nothing()),
    });
    this.#say(job);
    this.#alerts();
    this.#age();
  }

  /** Heard once for each ticket that ended, not for each step on its way. */
  #say(job) {
    const words = !job || toneOf(job) === "busy" ? "" : `${stateOf(job)}. ${reasonOf(job)}`;
    if ($("verdict-said").textContent !== words) $("verdict-said").textContent = words;
  }

  /** The key of what keeps this job waiting, if its printer says so. */
  #blocker(job) {
    if (job.state !== "queued" && job.state !== "printing") return null;
    const printer = this.printers.get(job.printer);
    const how = printer && condition(printer);
    return how?.tone === "bad" ? how.word : null;
  }

  #answer(job, blocked) {
    const tone = blocked ? "careful" : toneOf(job);
    const because = blocked ? `${job.printer}: ${known(blocked, "").toLowerCase()}` : reasonOf(job);
    return make(
      "div",
      { className: `answer ${tone}` },
      make("span", { className: "disc" }, icon(job.state === "held" ? "held" : tone)),
      make(
        "div",
        { className: "answer-words" },
        make("p", { className: "answer-state", textContent: stateOf(job) }),
        make("p", { className: "answer-because", textContent: because }),
        make(
          "p",
          { className: "answer-facts quiet" },
          make("span", { className: "job-id", textContent: job.id, title: job.id }),
          make("span", { textContent: job.printer ?? "" }),
          make("time", { dateTime: job.at, textContent: when(job.at) }),
          make("span", { className: "age" }),
        ),
      ),
      make("div", { className: "answer-acts" }, ...this.acts.buttons(job, { look: true })),
    );
  }

  #age() {
    const age = $("verdict").querySelector(".age");
    if (age) age.textContent = ago(this.book.newest.at);
  }

  #alerts() {
    const held = this.book.all.filter((job) => job.state === "held").length;
    const alerts = this.printers.all
      .map((printer) => ({ printer, how: condition(printer), waiting: this.book.queue(printer.name).length }))
      .filter(({ how, waiting }) => waiting > 0 && how.tone === "bad")
      .map(({ printer, how, waiting }) => ({
        key: `printer ${printer.name}`,
        words: t(waiting === 1 ? "alert.waits_one" : "alert.waits", { printer: printer.name, count: waiting, why: known(how.word, "").toLowerCase() }),
      }));
    if (held) {
      alerts.unshift({ key: "held", words: t(held === 1 ? "alert.held_one" : "alert.held", { count: held }), act: () => this.acts.showHeld() });
    }
    if (this.afar.alert) alerts.push({ key: "afar", words: this.afar.alert, act: () => go("service") });
    $("alerts").hidden = alerts.length === 0;
    keep($("alerts"), alerts, {
      key: ({ key }) => key,
      mark: ({ words }) => words,
      build: ({ key, words, act }) =>
        make("li", {}, icon("alert"), make("span", { textContent: words }), act ? button(t(key === "afar" ? "afar.show" : "alert.show"), act, { className: "link", does: "show" }) : null),
    });
    document.title = `${held ? `(${held}) ` : ""}${t("page.title")}`;
  }
}

function nothing() {
  return make(
    "div",
    { className: "answer none" },
    make("span", { className: "disc" }, icon("paper")),
    make(
      "div",
      { className: "answer-words" },
      make("p", { className: "answer-state", textContent: t("verdict.none") }),
      make("p", { className: "answer-because", textContent: t("verdict.none_hint") }),
    ),
    make("div", { className: "answer-acts" }, button(t("verdict.write"), () => go("editor"), { className: "", does: "write" })),
  );
}

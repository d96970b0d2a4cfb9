// The list of tickets, newest first, with what can be done with each; filtered by words, state and printer. It knows the
// book of jobs; it does not know how jobs are steered.

import { toneOf } from "./book.js";
import { $, keep, make } from "./dom.js";
import { language, t } from "./i18n.js";
import { icon } from "./icons.js";
import { go } from "./router.js";
import { reasonOf, stateOf, when } from "./words.js";

const STEP = 100; // rows shown at first, and more at each asking
const GROUPS = {
  printed: (job) => toneOf(job) === "good",
  open: (job) => toneOf(job) === "busy",
  held: (job) => job.state === "held",
  trouble: (job) => ["bad", "careful"].includes(toneOf(job)),
};

export class Jobs {
  #shown = STEP;

  constructor({ book, acts }) {
    Object.assign(this, { book, acts });
    book.addEventListener("change", () => this.show());
    for (const id of ["jobs-filter", "jobs-state", "jobs-printer"]) {
      $(id).addEventListener("input", () => {
        this.#shown = STEP;
        this.show();
      });
    }
    $("jobs-more").addEventListener("click", () => {
      this.#shown += STEP;
      this.show();
    });
  }

  /** Go to the list and show the held ones. */
  showHeld() {
    $("jobs-state").value = "held";
    $("jobs-filter").value = $("jobs-printer").value = "";
    go("tickets");
    this.show();
  }

  show() {
    this.#listPrinters();
    const chosen = this.#chosen();
    const seen = chosen.slice(0, this.#shown);
    const known = this.book.all.length;
    $("jobs-empty").hidden = seen.length > 0;
    $("jobs-empty").textContent = t(known ? "jobs.none_match" : "jobs.empty");
    $("jobs-table").hidden = seen.length === 0;
    $("jobs-count").textContent = known ? t("jobs.count", { shown: chosen.length, all: known }) : "";
    $("jobs-more").hidden = chosen.length <= this.#shown;
    keep($("jobs"), seen, {
      key: (job) => job.id,
      mark: (job) => JSON.stringify([language(), job]),
      build: (job) => this.#row(job),
    });
  }

  #chosen() {
    const words = $("jobs-filter").value.trim().toLowerCase();
    const group = GROUPS[$("jobs-state").value] ?? (() => true);
    const printer = $("jobs-printer").value;
    return this.book.all.filter(
      (job) =>
        group(job) &&
        (!printer || job.printer === printer) &&
        (!words || [job.id, job.printer, stateOf(job), reasonOf(job), job.text].join(" ").toLowerCase().includes(words)),
    );
  }

  #listPrinters() {
    const names = [...new Set(this.book.all.map((job) => job.printer).filter(Boolean))].sort();
    keep($("jobs-printer"), ["", ...names], {
      key: (name) => name,
      mark: () => language(),
      build: (name) => make("option", { value: name, textContent: name || t("jobs.every_printer") }),
    });
  }

  #row(job) {
    const tone = toneOf(job);
    const cell = (label, ...children) => {
      const element = make("td", {}, ...children);
      element.dataset.label = t(label);
      return element;
    };
    const grave = tone === "bad" || tone === "careful";
    const row = make(
      "tr",
      {},
      cell(
        "jobs.state",
        make("span", { className: `state ${tone}`, title: reasonOf(job) }, icon(job.state === "held" ? "held" : tone), make("span", { textContent: stateOf(job) })),
        grave ? make("span", { className: "because", textContent: reasonOf(job) }) : null,
      ),
      make(
        "th",
        { scope: "row" },
        make("span", { className: "job-id", title: job.id, textContent: job.id }),
        job.reprintOf ? make("span", { className: "because", textContent: t("jobs.reprint_of_id", { id: job.reprintOf }) }) : null,
      ),
      cell("jobs.printer", make("span", { className: "job-printer", textContent: job.printer ?? "–", title: job.printer ?? "" })),
      cell("jobs.time", make("time", { dateTime: job.submitted, textContent: when(job.submitted) })),
      make("td", { className: "job-actions" }, ...this.acts.buttons(job, { look: true })),
    );
    row.dataset.job = job.id;
    row.dataset.state = job.state;
    return row;
  }
}

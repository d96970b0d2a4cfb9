// The burst test: many test tickets at once, after being asked whether that is meant, and how far they have come. It
// knows the book of jobs; the daemon makes the tickets.

import * as api from "./api.js";
import { toneOf } from "./book.js";
import { $ } from "./dom.js";
import { t } from "./i18n.js";
import { question } from "./question.js";

const CM_PER_TICKET = 6; // what a test ticket takes of the roll, about

export class Burst {
  #ids = [];
  #begun = 0;
  #refused = 0;
  #took = 0;
  #note = null;

  constructor(book) {
    this.book = book;
    book.addEventListener("change", () => this.retell());
    $("burst-form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#ask();
    });
  }

  retell() {
    if (this.#note) $("burst-note").textContent = t(this.#note);
    if (!this.#ids.length) return;
    const jobs = this.#ids.map((id) => this.book.get(id)).filter(Boolean);
    const count = (tone) => jobs.filter((job) => toneOf(job) === tone).length;
    const [printed, trouble] = [count("good"), count("bad") + count("careful") + count("quiet")];
    const over = printed + trouble === this.#ids.length;
    if (over && !this.#took) this.#took = performance.now() - this.#begun;
    $("burst-progress").hidden = false;
    $("burst-progress").max = this.#ids.length;
    $("burst-progress").value = printed + trouble;
    const words = [t("burst.progress", { printed, all: this.#ids.length })];
    if (trouble) words.push(t("burst.trouble", { count: trouble }));
    if (this.#refused) words.push(t("burst.refused", { count: this.#refused }));
    if (over) words.push(t("burst.took", { seconds: (this.#took / 1000).toFixed(1) }));
    $("burst-note").textContent = words.join(" · ");
  }

  async #ask() {
    const printer = $("burst-printer").value;
    const count = Number($("burst-count").value);
    const sure = await question({
      title: t("burst.ask", { count }),
      words: t("burst.ask_words", { printer, metres: ((count * CM_PER_TICKET) / 100).toFixed(1) }),
      yes: t("burst.yes", { count }),
      grave: true,
    });
    if (sure) await this.#send(printer, count);
  }

  async #send(printer, count) {
    this.#ids = [];
    this.#took = 0;
    this.#note = null;
    this.#begun = performance.now();
    try {
      const { ids, refused } = await api.tryOut(printer, "burst", { count });
      this.#ids = ids;
      this.#refused = refused;
      if (!ids.length) this.#note = "refusal.queue_full";
      this.retell();
    } catch (refusal) {
      if (!(refusal instanceof api.Refusal)) throw refusal;
      $("burst-note").textContent = refusal.message;
    }
  }
}

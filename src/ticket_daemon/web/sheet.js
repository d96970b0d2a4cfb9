// All about one ticket in a dialog: its picture as its stored bytes print it, how it stands, each step of its life, and
// what can be done. It knows the book and asks the daemon for history and picture; it follows news while it is open.

import * as api from "./api.js";
import { toneOf } from "./book.js";
import { $, make } from "./dom.js";
import { known, t } from "./i18n.js";
import { icon } from "./icons.js";
import { screenPicture } from "./picture.js";
import { reasonOf, stateOf, when } from "./words.js";

export class Sheet {
  #id = null;
  #address = "";
  #history = [];
  #shown = "";

  constructor(book) {
    this.book = book;
    this.acts = null;
    book.addEventListener("change", () => this.#follow());
    $("sheet-close").addEventListener("click", () => $("sheet").close());
    $("sheet").addEventListener("click", ({ target }) => target === $("sheet") && $("sheet").close());
    $("sheet").addEventListener("close", () => this.#forget());
  }

  async look(id) {
    this.#forget();
    this.#id = id;
    this.#show();
    $("sheet").showModal();
    $("sheet-close").focus();
    await Promise.all([this.#learnHistory(), this.#learnPicture()]);
  }

  retell() {
    this.#shown = "";
    if (this.#id) this.#show();
  }

  #follow() {
    const job = this.#id && this.book.get(this.#id);
    if (!job || JSON.stringify(job) === this.#shown) return;
    this.#show();
    this.#learnHistory();
  }

  async #learnHistory() {
    const id = this.#id;
    try {
      const { history = [] } = await api.details(id);
      if (id !== this.#id) return;
      this.#history = history;
      this.#show();
    } catch (refusal) {
      if (!(refusal instanceof api.Refusal)) throw refusal; // what is known without the daemon stays
    }
  }

  async #learnPicture() {
    const id = this.#id;
    let picture = null;
    try {
      picture = await screenPicture(await api.picture(id));
    } catch (refusal) {
      if (!(refusal instanceof api.Refusal)) throw refusal;
    }
    if (id !== this.#id) {
      if (picture) URL.revokeObjectURL(picture.address);
      return;
    }
    this.#address = picture?.address ?? "";
    $("sheet-picture").replaceChildren(
      picture
        ? make("img", { src: picture.address, width: picture.width, height: picture.height, alt: t("paper.alt_unknown", { id }) })
        : make("p", { className: "quiet", textContent: t("paper.missing") }),
    );
  }

  #show() {
    const job = this.book.get(this.#id) ?? { id: this.#id, state: "sending" };
    this.#shown = JSON.stringify(job);
    const tone = toneOf(job);
    $("sheet-title").textContent = job.id;
    $("sheet-state").className = `answer ${tone}`;
    $("sheet-state").replaceChildren(
      make("span", { className: "disc" }, icon(job.state === "held" ? "held" : tone)),
      make(
        "div",
        { className: "answer-words" },
        make("p", { className: "answer-state", textContent: stateOf(job) }),
        make("p", { className: "answer-because", textContent: reasonOf(job) }),
      ),
    );
    $("sheet-facts").replaceChildren(...facts(job));
    $("sheet-history").replaceChildren(...this.#history.map(step));
    const focused = $("sheet-acts").contains(document.activeElement);
    $("sheet-acts").replaceChildren(...this.acts.buttons(job));
    if (focused) ($("sheet-acts").querySelector("button") ?? $("sheet-close")).focus();
  }

  #forget() {
    if (this.#address) URL.revokeObjectURL(this.#address);
    this.#id = null;
    this.#address = "";
    this.#history = [];
    $("sheet-picture").replaceChildren(make("p", { className: "quiet", textContent: t("preview.waiting") }));
  }
}

function facts(job) {
  const lines = {
    "jobs.printer": job.printer,
    "sheet.submitted": job.submitted && when(job.submitted),
    "sheet.attempts": job.attempts > 1 ? job.attempts : null,
    "sheet.moved_from": job.movedFrom,
    "sheet.reprint_of": job.reprintOf,
  };
  return Object.entries(lines)
    .filter(([, value]) => value)
    .flatMap(([label, value]) => [make("dt", { textContent: t(label) }), make("dd", { textContent: String(value) })]);
}

function step({ state, at, code }) {
  return make(
    "li",
    {},
    make("time", { className: "quiet", dateTime: at, textContent: when(at) }),
    make("span", { textContent: stateOf({ state, code }) }),
    code ? make("span", { className: "quiet", textContent: known(`code.${code}`, code) }) : null,
  );
}

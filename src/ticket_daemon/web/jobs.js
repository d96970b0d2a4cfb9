// The session's jobs, newest first, with their state in words. It knows ids, states and which of them can still be
// cancelled or printed again; it does not speak to the daemon itself.

import { $, make } from "./dom.js";
import { clock, known, t } from "./i18n.js";
import { FINAL, PRINTED } from "./protocol.js";

const SHOWN = 100;

export class Jobs {
  #jobs = new Map();
  #rows = new Map();

  constructor({ onCancel, onReprint }) {
    this.onCancel = onCancel;
    this.onReprint = onReprint;
  }

  get(id) {
    return this.#jobs.get(id);
  }

  /** Ids whose end is not known here. */
  get open() {
    return [...this.#jobs.values()].filter((job) => !FINAL.has(job.state) && job.state !== "refused").map((job) => job.id);
  }

  /** What is newly known of a job; a final state is never taken back by a late message. */
  learn(id, news) {
    const before = this.#jobs.get(id) ?? { id, state: "sending", at: new Date().toISOString() };
    const known = Object.fromEntries(Object.entries(news).filter(([, value]) => value !== undefined && value !== null));
    if (FINAL.has(before.state) && !FINAL.has(known.state)) delete known.state;
    const job = { ...before, ...known };
    this.#jobs.set(id, job);
    this.#showOne(job);
    return job;
  }

  show() {
    for (const job of this.#jobs.values()) this.#showOne(job);
  }

  #showOne(job) {
    $("jobs-empty").hidden = true;
    $("jobs-scroll").hidden = false;
    const row = this.#row(job);
    const before = this.#rows.get(job.id);
    const focused = before?.contains(document.activeElement) ? document.activeElement.dataset.does : null;
    if (before) before.replaceWith(row);
    else $("jobs").prepend(row);
    this.#rows.set(job.id, row);
    if (focused) (row.querySelector(`[data-does=${focused}]`) ?? row.querySelector("button"))?.focus();
    this.#forgetOldest();
  }

  #forgetOldest() {
    while (this.#rows.size > SHOWN) {
      const [oldest, row] = this.#rows.entries().next().value;
      row.remove();
      this.#rows.delete(oldest);
      this.#jobs.delete(oldest);
    }
  }

  #row(job) {
    const words = known(`state.${job.state}`, job.state);
    const because = [known(`meaning.${job.state}`, ""), job.text].filter(Boolean).join(". ");
    const tone = PRINTED.has(job.state) ? "good" : ["failed", "expired", "refused"].includes(job.state) ? "bad" : job.state === "held" ? "careful" : "";
    const cell = (label, ...children) => {
      const element = make("td", {}, ...children);
      element.dataset.label = t(label);
      return element;
    };
    const row = make(
      "tr",
      {},
      make("th", { scope: "row", className: "job-id", title: job.id, textContent: job.id }),
      cell("jobs.printer", job.printer ?? "–"),
      cell(
        "jobs.state",
        make("span", { className: `state ${tone}`, title: because }, make("span", { className: "lamp" }), words),
        make("span", { className: "because", textContent: tone === "bad" || job.state === "held" ? job.text || known(`meaning.${job.state}`, "") : "" }),
      ),
      cell("jobs.time", make("time", { dateTime: job.at, textContent: clock(job.at) })),
      make("td", { className: "job-actions" }, ...this.#buttons(job)),
    );
    row.dataset.job = job.id;
    row.dataset.state = job.state;
    return row;
  }

  #buttons(job) {
    const button = (does, act) => {
      const element = make("button", {
        type: "button",
        className: "plain",
        textContent: t(`jobs.${does}`),
        onclick: () => act(job.id),
      });
      element.setAttribute("aria-label", t(`jobs.${does}_of`, { id: job.id }));
      element.dataset.does = does;
      return element;
    };
    if (job.state === "queued") return [button("cancel", this.onCancel)];
    if (job.state === "held") return [button("reprint", this.onReprint), button("cancel", this.onCancel)];
    return FINAL.has(job.state) ? [button("reprint", this.onReprint)] : [];
  }
}

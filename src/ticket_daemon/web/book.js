// Every job the page knows of, and in which order they wait. It knows ids, states and times; it does not know what is
// shown or how the daemon is asked. It promises that a final state is never taken back by a late message, and that a
// printer's waiting jobs stand in the order in which they will print.

import { soon } from "./dom.js";
import { FINAL, PRINTED } from "./protocol.js";

const KEPT = 1000; // ended jobs; those that have not ended are all kept

export class Book extends EventTarget {
  #jobs = new Map(); // id -> job
  #places = new Map(); // id -> place in its queue: smaller prints sooner
  #next = 0;
  #told = soon(() => this.dispatchEvent(new Event("change")));

  get(id) {
    return this.#jobs.get(id);
  }

  /** All jobs, the newest first. */
  get all() {
    return [...this.#jobs.values()].sort((one, other) => (other.submitted > one.submitted) - (other.submitted < one.submitted));
  }

  get newest() {
    let newest = null;
    for (const job of this.#jobs.values()) if (!newest || job.submitted >= newest.submitted) newest = job;
    return newest;
  }

  /** Ids whose end is not known here. */
  get open() {
    return [...this.#jobs.values()].filter((job) => !FINAL.has(job.state) && job.state !== "refused").map((job) => job.id);
  }

  /** What prints at `printer` or waits there, in the order of printing. */
  queue(printer) {
    return this.#some(printer, ["printing", "queued", "sending"]).sort((one, other) => this.#place(one) - this.#place(other));
  }

  held(printer) {
    return this.#some(printer, ["held"]);
  }

  /** The last ticket of `printer` that has ended or is held. */
  last(printer) {
    let last = null;
    for (const job of this.#jobs.values()) {
      if (job.printer === printer && job.state !== "refused" && (FINAL.has(job.state) || job.state === "held") && !(last?.at > job.at)) last = job;
    }
    return last;
  }

  /** What is newly known of a job, in the page's own words: state, printer, at, submitted, text, code, … */
  learn(id, news) {
    const before = this.#jobs.get(id) ?? { id, state: "sending", at: new Date().toISOString() };
    const known = Object.fromEntries(Object.entries(news).filter(([, value]) => value !== undefined && value !== null));
    if (FINAL.has(before.state) && !FINAL.has(known.state)) delete known.state;
    if (known.state && known.state !== before.state) {
      delete before.code; // why it stood as it did
      delete before.text;
    }
    const job = { ...before, ...known };
    job.submitted ??= job.at;
    this.#jobs.set(id, job);
    this.#queueUp(before, job);
    this.#forgetOldest();
    this.#told();
    return job;
  }

  /** The jobs that have not ended, as the daemon lists them: in the order in which they will print. */
  pending(jobs) {
    this.#places.clear();
    this.#next = jobs.length;
    jobs.forEach(({ id, ...news }, index) => {
      this.learn(id, news);
      this.#places.set(id, index);
    });
  }

  #queueUp(before, job) {
    if (job.state !== "queued") return;
    // Released, it is the last of its queue; tried again by the daemon, it keeps its place at the head.
    if (!this.#places.has(job.id) || before.state === "held") this.#places.set(job.id, this.#next++);
  }

  #place(job) {
    return job.state === "printing" ? -1 : (this.#places.get(job.id) ?? Infinity);
  }

  #some(printer, states) {
    return [...this.#jobs.values()].filter((job) => job.printer === printer && states.includes(job.state));
  }

  #forgetOldest() {
    if (this.#jobs.size <= KEPT * 1.1) return;
    const ended = this.all.filter((job) => FINAL.has(job.state) || job.state === "refused");
    for (const job of ended.slice(KEPT)) {
      this.#jobs.delete(job.id);
      this.#places.delete(job.id);
    }
  }
}

/** How a job stands, in one word for colours and signs. */
export function toneOf(job) {
  if (PRINTED.has(job.state)) return "good";
  if (["failed", "expired", "refused"].includes(job.state)) return "bad";
  if (job.state === "held") return "careful";
  return job.state === "cancelled" ? "quiet" : "busy";
}

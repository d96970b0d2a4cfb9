// The talk with the daemon about tickets: sends them, follows them to their end, asks again after a broken link. It
// promises that a ticket sent from here is either acknowledged, refused in words, or sent again with the same id.

import * as api from "./api.js";
import { toneOf } from "./book.js";
import { known, t } from "./i18n.js";
import { attempt, notice } from "./notice.js";
import { tell } from "./outcome.js";
import * as protocol from "./protocol.js";

const STATUS_AFTER_MS = 250; // several events in a row ask for the queue once
const STATUS_EVERY_MS = 10000;
const RECENT = 200; // ended jobs asked for when the link is new
const PENDING = 1000; // and of those that have not ended, the most the daemon gives
const OLD_PAPERS = 6; // pictures of what came out before this page was opened

export class Shop {
  #pending = new Map(); // id -> {message, text, prefix}: sent, not yet acknowledged
  #words = new Map(); // id -> the ticket's words, for those who cannot see the paper
  #done = new Set(); // ids accepted before this page sent them: their paper came out long ago
  #last = null; // the id that the outcome line speaks of
  #asking = 0;
  #version = null; // of the daemon that this page came from
  #met = false; // whether the list of earlier jobs has come once

  constructor({ connection, book, desk, paper, printers, vitals, token, chosenPrinter }) {
    Object.assign(this, { connection, book, desk, paper, printers, vitals, token, chosenPrinter });
    setInterval(() => !document.hidden && this.#askStatus(), STATUS_EVERY_MS);
  }

  /** Print what the editor holds: a document in a message of ours, or a whole message as it was written. */
  print(reading, text) {
    if (reading.kind !== "ticket") {
      const gone = this.connection.send(protocol.signed(reading.message, this.token()));
      tell(gone ? "busy" : "bad", t(gone ? "outcome.sent_message" : "outcome.offline"));
      return;
    }
    const id = reading.id ?? newId();
    const message = reading.whole
      ? protocol.signed(protocol.withId(reading.message, reading.message.id ?? id), this.token())
      : protocol.ticket(id, reading.document, this.chosenPrinter(), this.token());
    this.#send(id, message, { reading, text });
  }

  /** A fresh link: say who we are interested in, then take up what the old one left open. */
  greet() {
    const token = this.token();
    this.connection.send(protocol.subscribe(["jobs", "printers"], token));
    this.connection.send(protocol.jobs({ limit: RECENT }, token));
    this.connection.send(protocol.jobs({ limit: PENDING, pending: true }, token));
    this.refresh();
    for (const asked of this.#pending.values()) {
      asked.again = true;
      this.connection.send(asked.message);
    }
  }

  refresh() {
    this.connection.send(protocol.printers(this.token()));
    this.connection.send(protocol.status(this.token()));
  }

  /** Have the daemon look for printers, on the network too. */
  lookAnew() {
    return attempt(async () => this.printers.list((await api.get("/api/v1/printers?look=1")).printers));
  }

  receive(event) {
    if (this.desk.proof.answers(event)) return this.desk.proof.take(event);
    const hear = {
      info: () => this.#greeted(event),
      ack: () => this.#acked(event),
      result: () => this.#ended(event),
      error: () => this.#refused(event),
      job: () => this.#moved(event),
      jobs: () => this.#listed(event),
      job_event: () => this.#moved(event),
      status: () => this.#status(event),
      printers: () => this.printers.list(event.printers ?? []),
      printer_status: () => this.printers.change(event.printer, event.state, event.reasons),
    }[event.kind];
    hear?.();
  }

  /** A daemon of another version brings another page; drafts and token outlast the reload. */
  #greeted({ version }) {
    if (version && this.#version && version !== this.#version) return location.reload();
    this.#version ??= version;
    this.vitals.version(version);
  }

  #send(id, message, asked) {
    this.#last = id;
    if (!this.connection.send(message)) return tell("bad", t("outcome.offline"));
    this.#pending.set(id, { message, ...asked });
    this.#words.set(id, protocol.spokenText(asked.reading.document));
    this.book.learn(id, { state: "sending", printer: message.printer });
    tell("busy", `${t("state.sending")}…`);
  }

  #acked(event) {
    const asked = this.#pending.get(event.id);
    this.#pending.delete(event.id);
    this.vitals.queue(event.current, event.capacity);
    if (asked) this.desk.clearFault();
    if (event.duplicate && !asked?.again) {
      this.#done.add(event.id);
      this.book.learn(event.id, { state: "queued", printer: event.printer }); // its result follows if it has ended
      if (event.id === this.#last && asked) this.#sayDuplicate(event.id, asked);
      return;
    }
    this.book.learn(event.id, { state: "queued", printer: event.printer });
    if (event.id === this.#last) tell("busy", t("outcome.queued", { pos: event.pos }));
  }

  #sayDuplicate(id, asked) {
    this.#last = null;
    tell("careful", t("outcome.duplicate", { id }), {
      words: t("outcome.new_id"),
      act: () => {
        const other = newId();
        this.#send(other, protocol.withId(asked.message, other), asked);
      },
    });
  }

  #ended(event) {
    const state = event.state ?? (event.status === "success" ? "sent" : "failed");
    this.#learn(event.id, { state, printer: event.printer, text: event.text, code: event.code });
    if (event.id === this.#last) this.#sayEnd(state, event);
  }

  #sayEnd(state, event) {
    const ours = `${known(`state.${state}`, state)}: ${known(`meaning.${state}`, "")}`;
    const took = event.duration_ms === undefined ? "" : ` · ${t("outcome.took", { ms: Math.round(event.duration_ms) })}`;
    // The daemon knows why a ticket did not print; that it did, the page says in its own language.
    tell(toneOf({ state }), (protocol.PRINTED.has(state) ? ours : event.text || ours) + took);
  }

  #moved(event) {
    this.#learn(event.id, newsOf(event));
  }

  /** A list of jobs: the newest, which ended or not, or all that have not ended. */
  #listed({ jobs, pending = false }) {
    if (pending) {
      const open = this.book.open;
      this.book.pending(jobs.map((job) => ({ id: String(job.id), ...newsOf(protocol.plain(job)) })));
      const listed = new Set(jobs.map((job) => String(job.id)));
      // What ended while the link was broken and is not among the newest either.
      for (const id of open) {
        const now = this.book.open.includes(id);
        if (now && !listed.has(id) && !this.#pending.has(id)) this.connection.send(protocol.job(id, this.token()));
      }
      return;
    }
    for (const job of [...jobs].reverse()) this.book.learn(String(job.id), newsOf(protocol.plain(job)));
    if (this.#met) return;
    this.#met = true;
    const printed = this.book.all.filter((job) => protocol.PRINTED.has(job.state)).slice(0, OLD_PAPERS);
    for (const job of printed.reverse()) this.paper.show(job, { old: true });
  }

  #learn(id, news) {
    this.#pending.delete(id);
    const job = this.book.learn(id, news);
    if (job.state === "printing") this.#done.delete(id);
    if (protocol.PRINTED.has(job.state) && !this.#done.has(id)) this.paper.show(job, { words: this.#words.get(id) });
    this.#askStatusSoon();
    // It was not known whether that printer works; now something is.
    if (this.printers.get(job.printer)?.status === "unknown" && protocol.FINAL.has(job.state)) this.refresh();
  }

  #refused(event) {
    // v1 answers to a message that could not be read carry no id: they can only mean what was sent last.
    const id = event.id ?? (this.#pending.size === 1 ? this.#pending.keys().next().value : undefined);
    const asked = this.#pending.get(id);
    if (!asked) {
      const words = known(`refusal.${event.code}`, event.text || event.code);
      notice("bad", words); // whatever asked for it: it is seen in every view
      return tell("bad", words);
    }
    this.#pending.delete(id);
    this.book.learn(id, { state: "refused", text: event.text, code: event.code });
    const shown = this.desk.showFault(event, { text: asked.text, prefix: asked.reading.prefix }, true);
    tell("bad", shown ? `${t("state.refused")}: ${t("meaning.refused")}` : event.text || event.code);
  }

  #status(event) {
    this.vitals.queue(event.current, event.capacity);
    if (event.printers) this.printers.status(event.printers);
  }

  #askStatus() {
    this.connection.send(protocol.status(this.token()));
  }

  #askStatusSoon() {
    clearTimeout(this.#asking);
    this.#asking = setTimeout(() => this.#askStatus(), STATUS_AFTER_MS);
  }
}

/** What a message says of a job, in the book's words. */
function newsOf(event) {
  return {
    state: event.state,
    printer: event.printer,
    text: event.text,
    code: event.code,
    at: event.updated_at,
    submitted: event.submitted_at,
    attempts: event.attempts,
    reprintOf: event.reprint_of,
    movedFrom: event.moved_from,
  };
}

/** A readable id that no other page makes: the time, then forty bits of chance. */
function newId() {
  const chance = [...crypto.getRandomValues(new Uint8Array(5))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return `web-${Date.now().toString(36)}-${chance}`;
}

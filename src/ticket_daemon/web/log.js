// The message log: both directions, newest first, filtered, exported line by line. It keeps the last messages only and
// never a token.

import { $, make } from "./dom.js";
import { t } from "./i18n.js";
import { save } from "./journal.js";
import { forLog, gist, kindOf, NOISE } from "./protocol.js";
import { clock } from "./words.js";

const KEPT = 1000;
const SHOWN = 200;
const LONGEST_TEXT = 400;

export class Log {
  #entries = [];
  #asked = false;

  constructor() {
    for (const id of ["log-filter", "log-direction", "log-noise"]) $(id).addEventListener("input", () => this.show());
    $("log-clear").addEventListener("click", () => {
      this.#entries = [];
      this.show();
    });
    $("log-export").addEventListener("click", () => this.#export());
  }

  add(direction, wire) {
    this.#entries.push({ time: new Date().toISOString(), direction, message: forLog(wire) });
    if (this.#entries.length > KEPT) this.#entries.shift();
    if (this.#asked) return;
    this.#asked = true; // a burst of messages is drawn once
    requestAnimationFrame(() => {
      this.#asked = false;
      this.show();
    });
  }

  show() {
    const chosen = this.#chosen();
    const open = new Set([...$("messages").querySelectorAll("details[open]")].map((item) => item.entry));
    $("messages").replaceChildren(...chosen.slice(-SHOWN).reverse().map((entry) => row(entry, open.has(entry))));
    $("log-count").textContent = t("log.count", { shown: chosen.length, all: this.#entries.length });
    $("log-empty").hidden = chosen.length > 0;
  }

  #chosen() {
    const direction = $("log-direction").value;
    const wanted = $("log-filter").value.trim().toLowerCase();
    const noise = $("log-noise").checked;
    return this.#entries.filter(
      (entry) =>
        (!direction || entry.direction === direction) &&
        (noise || !NOISE.has(kindOf(entry.message))) &&
        (!wanted || JSON.stringify(entry.message).toLowerCase().includes(wanted)),
    );
  }

  #export() {
    const lines = this.#chosen().map((entry) => JSON.stringify(entry));
    const stamp = new Date().toISOString().slice(0, 19).replace(/[:T]/g, "-");
    save(new Blob([lines.map((line) => `${line}\n`).join("")], { type: "application/x-ndjson" }), `ticket-daemon-page-${stamp}.jsonl`);
  }
}

function row(entry, open) {
  const sent = entry.direction === "sent";
  const details = make(
    "details",
    { open },
    make(
      "summary",
      {},
      make("time", { dateTime: entry.time, textContent: clock(entry.time) }),
      make("span", { className: `arrow ${entry.direction}`, textContent: sent ? "→" : "←", ariaHidden: "true" }),
      make("span", { className: "hidden", textContent: t(sent ? "log.sent" : "log.received") }),
      make("strong", { textContent: kindOf(entry.message) }),
      entry.message.id === undefined ? null : make("code", { textContent: String(entry.message.id) }),
      make("span", { className: "gist", textContent: gist(entry.message) }),
    ),
  );
  details.entry = entry;
  const fill = () => {
    if (details.open && !details.querySelector("pre")) details.append(body(entry.message));
  };
  details.addEventListener("toggle", fill);
  fill();
  const item = make("li", {}, details);
  item.dataset.kind = kindOf(entry.message);
  item.dataset.direction = entry.direction;
  return item;
}

function body(message) {
  const short = (_, value) =>
    typeof value === "string" && value.length > LONGEST_TEXT ? `${value.slice(0, 60)}… (${value.length})` : value;
  const text = make("pre", { textContent: JSON.stringify(message, short, 2), tabIndex: 0 });
  return text;
}

// The daemon's own log, newest first: filtered by level, words and audit, looked at again every other second while it is
// seen, saved as a file. It knows lines of JSON; a line's words are the page's where it has them, else the daemon's event.

import * as api from "./api.js";
import { $, keep, make } from "./dom.js";
import { known, language, t } from "./i18n.js";
import { onView, viewNow } from "./router.js";
import { when } from "./words.js";

const LINES = 300;
const EVERY_MS = 2000;
const TYPING_MS = 250;
const PLAIN = new Set(["time", "level", "event", "logger", "audit", "error"]);

export class Journal {
  #tag = "";
  #lines = [];
  #timer = 0;
  #asked = "";
  #trouble = "";

  constructor() {
    onView(() => this.#again(0));
    document.addEventListener("visibilitychange", () => this.#again(0));
    for (const id of ["journal-level", "journal-audit"]) $(id).addEventListener("input", () => this.#again(0));
    $("journal-text").addEventListener("input", () => this.#again(TYPING_MS));
    $("journal-export").addEventListener("click", () => this.#save());
  }

  show() {
    $("journal-empty").hidden = this.#lines.length > 0 && !this.#trouble;
    $("journal-empty").textContent = this.#trouble || t("log.empty");
    $("journal-count").textContent = this.#lines.length ? t("journal.count", { count: this.#lines.length }) : "";
    const open = new Set([...$("journal").querySelectorAll("details[open]")].map((element) => element.dataset.line));
    keep($("journal"), this.#lines, {
      key: (line) => line.key,
      mark: () => language(),
      build: (line) => row(line, open.has(line.key)),
    });
  }

  #query() {
    const query = new URLSearchParams({ limit: String(LINES), level: $("journal-level").value });
    if ($("journal-text").value.trim()) query.set("text", $("journal-text").value.trim());
    if ($("journal-audit").checked) query.set("audit", "true");
    return query;
  }

  #again(pause) {
    clearTimeout(this.#timer);
    if (viewNow() === "log" && !document.hidden) this.#timer = setTimeout(() => this.#look(), pause);
  }

  async #look() {
    const query = this.#query().toString();
    const headers = this.#tag && query === this.#asked ? { "If-None-Match": this.#tag } : {};
    try {
      const answer = await api.ask(`/api/v1/log?${query}`, { headers });
      this.#trouble = "";
      if (answer.status !== 304) {
        this.#tag = answer.headers.get("ETag") ?? "";
        this.#asked = query;
        this.#lines = numbered((await answer.json()).lines);
      }
    } catch (refusal) {
      if (!(refusal instanceof api.Refusal)) throw refusal;
      this.#tag = "";
      this.#trouble = refusal.message;
    }
    this.show();
    this.#again(EVERY_MS);
  }

  async #save() {
    const query = this.#query();
    query.delete("limit");
    try {
      const answer = await api.ask(`/api/v1/log.jsonl?${query}`);
      const name = answer.headers.get("Content-Disposition")?.match(/filename="(.+?)"/)?.[1] ?? "ticket-daemon.jsonl";
      save(await answer.blob(), name);
    } catch (refusal) {
      if (!(refusal instanceof api.Refusal)) throw refusal;
      this.#trouble = refusal.message;
      this.show();
    }
  }
}

/** Let the browser keep `blob` as a file called `name`. */
export function save(blob, name) {
  const address = URL.createObjectURL(blob);
  make("a", { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 10000);
}

/** Lines with a key each: equal lines are told apart by how many of them are older. */
function numbered(lines) {
  const seen = new Map();
  const keyed = [...lines].reverse().map((line) => {
    const text = JSON.stringify(line);
    const count = (seen.get(text) ?? 0) + 1;
    seen.set(text, count);
    return { ...line, key: `${count} ${text}` };
  });
  return keyed.reverse();
}

function row(line, open) {
  const { key, ...plain } = line;
  const details = make(
    "details",
    { open },
    make(
      "summary",
      {},
      make("time", { dateTime: line.time, textContent: when(line.time) }),
      make("span", { className: `level ${line.level}`, textContent: known(`level.${line.level}`, line.level) }),
      make("strong", { textContent: said(line) }),
      line.audit ? make("span", { className: "tag", textContent: t("journal.audit_tag") }) : null,
      make("span", { className: "gist", textContent: gist(plain) }),
    ),
  );
  details.dataset.line = key;
  const fill = () => {
    if (details.open && !details.querySelector("pre")) details.append(make("pre", { textContent: pretty(plain), tabIndex: 0 }));
  };
  details.addEventListener("toggle", fill);
  fill();
  return make("li", {}, details);
}

/** What happened, in the page's words where it has them; a job's end is told apart by the state it ended in. */
const said = ({ event, state }) => known(`event.${event}.${state}`, known(`event.${event}`, event));

const gist = (line) =>
  Object.entries(line)
    .filter(([name]) => !PLAIN.has(name))
    .map(([name, value]) => `${name}=${typeof value === "string" ? value : JSON.stringify(value)}`)
    .join("  ");

/** The line with its traceback, if it has one, as the lines it was. */
function pretty({ error, ...line }) {
  return JSON.stringify(line, null, 2) + (error ? `\n\n${error}` : "");
}

// The desk where a ticket is written: samples, the check while typing, sending, and each fault at its line. It knows
// the editor's text and what was asked with it; it does not know sockets or jobs.

import { $, make } from "./dom.js";
import { Editor } from "./editor.js";
import { language, t } from "./i18n.js";
import { JsonFault, locate, places, pretty } from "./json-places.js";
import { Proof } from "./proof.js";
import * as protocol from "./protocol.js";
import { FIRST_SAMPLE, SAMPLES, sampleNamed } from "./samples.js";

const PAUSE_MS = 300; // after the last key, before the text is looked at
const DRAFT = "ticket-daemon.draft";

export class Desk {
  #pause = 0;
  #fault = null;

  /** `send(message)` → was it sent; `onTicket(reading)` prints what the editor holds. */
  constructor({ send, printer, onTicket }) {
    this.onTicket = onTicket;
    this.editor = new Editor({ onChange: () => this.#changed(), onSend: () => this.print() });
    this.proof = new Proof({
      send,
      printer,
      onFault: (question, event) => this.#previewFailed(question, event),
      onShown: ({ text }) => this.#previewShown(text),
    });
    $("send").addEventListener("click", () => this.print());
    $("preview").addEventListener("click", () => this.preview());
    $("live").addEventListener("change", () => $("live").checked && this.check(false));
    $("tidy").addEventListener("click", () => this.#tidy());
    $("fault-go").addEventListener("click", () => this.editor.goTo(this.#fault.offset));
    $("printer").addEventListener("change", () => this.check(false));
    $("sample").addEventListener("change", ({ target }) => this.load(target.value));
  }

  /** Begin with what this tab held before a reload, or with the first sample of the language. */
  open() {
    this.#listSamples();
    const draft = sessionStorage.getItem(DRAFT);
    if (draft === null) return this.load(FIRST_SAMPLE[language()]);
    this.editor.text = draft;
    $("sample").selectedIndex = -1;
  }

  load(name) {
    clearTimeout(this.#pause);
    $("sample").value = name;
    this.editor.text = pretty(sampleNamed(name));
    sessionStorage.removeItem(DRAFT);
    this.clearFault();
    this.check(false);
  }

  print() {
    const reading = this.#read(true);
    if (reading) this.onTicket(reading, this.editor.text);
  }

  preview() {
    const reading = this.#read(true);
    if (!reading) return;
    this.proof.ask(reading.document, { text: this.editor.text, prefix: reading.prefix, asked: true });
    $("proof").scrollIntoView({ block: "nearest", behavior: "smooth" });
  }

  /** Look at the text: mark what is wrong with it, else draw it when the preview is live. */
  check(asked) {
    const reading = this.#read(asked);
    if (!reading) return this.proof.stale();
    if (asked || $("live").checked) {
      this.proof.ask(reading.document, { text: this.editor.text, prefix: reading.prefix, asked });
    }
  }

  /** Show a fault that the daemon found at `path`. False when the text has changed since or there is no path. */
  showFault({ path, text: words }, { text, prefix }, asked) {
    if (!path || text !== this.editor.text) return false;
    // A fault's path begins at the document, or at the message around it when that is what is wrong.
    const inside = locate(text, prefix ? `${prefix}.${path}` : path);
    const outside = locate(text, path);
    this.#mark((!inside.exact && outside.exact ? outside : inside).start, bare(words, path), asked, path);
    return true;
  }

  clearFault() {
    this.editor.clearFault();
    this.#fault = null;
    $("fault").hidden = true;
  }

  retell() {
    const untouched = Object.values(FIRST_SAMPLE).includes($("sample").value) && sessionStorage.getItem(DRAFT) === null;
    const chosen = $("sample").value;
    this.#listSamples();
    $("sample").value = chosen;
    if (untouched && chosen !== FIRST_SAMPLE[language()]) return this.load(FIRST_SAMPLE[language()]);
    this.proof.retell();
    if (this.#fault) this.check(false);
  }

  #changed() {
    $("fault").hidden = true;
    clearTimeout(this.#pause);
    this.#pause = setTimeout(() => {
      sessionStorage.setItem(DRAFT, this.editor.text);
      this.check(false);
    }, PAUSE_MS);
  }

  #read(asked) {
    const { text } = this.editor;
    try {
      places(text);
    } catch (fault) {
      if (!(fault instanceof JsonFault)) throw fault;
      this.#mark(fault.offset, t("json.not_json", { detail: t(fault.code) }), asked);
      return null;
    }
    return protocol.reading(JSON.parse(text));
  }

  #mark(offset, words, asked, path) {
    const line = this.editor.showFault(offset, words);
    this.#fault = { offset };
    // Only what a person asked for is read aloud at once; a half-typed line is not news.
    $("fault").setAttribute("aria-live", asked ? "assertive" : "off");
    $("fault-text").replaceChildren(`${t("ticket.line", { line })}: `, words, path ? make("code", { textContent: path }) : "");
    $("fault-go").textContent = t("ticket.go_to_line", { line });
    $("fault").hidden = false;
    if (asked) this.editor.reveal(offset);
  }

  #previewShown(text) {
    if (text === this.editor.text) this.clearFault();
    else if (this.#fault) this.proof.stale();
  }

  #previewFailed(question, event) {
    if (question.text !== this.editor.text) return;
    if (this.showFault(event, question, question.asked)) return;
    $("fault").setAttribute("aria-live", question.asked ? "assertive" : "off");
    $("fault-text").replaceChildren(event.text);
    $("fault-go").textContent = "";
    $("fault").hidden = false;
  }

  #tidy() {
    const reading = this.#read(true);
    if (!reading) return;
    this.editor.text = pretty(JSON.parse(this.editor.text));
    this.#changed();
  }

  #listSamples() {
    $("sample").replaceChildren(
      ...Object.entries(SAMPLES).map(([group, samples]) =>
        make(
          "optgroup",
          { label: t(`group.${group}`) },
          ...Object.keys(samples).map((name) => make("option", { value: name, textContent: t(`sample.${name}`) })),
        ),
      ),
    );
  }
}

/** A daemon's sentence without the path, which stands beside it already. */
function bare(words, path) {
  const rest = words.startsWith(`${path}: `) ? words.slice(path.length + 2) : words;
  return rest.charAt(0).toUpperCase() + rest.slice(1);
}

// The preview beside the editor: what would come out, drawn by the daemon's own engine. One question is on its way at a
// time; what changes meanwhile is asked when the answer is here, so that fast typing never piles up.

import { $, make } from "./dom.js";
import { t } from "./i18n.js";
import { blobOf, screenPicture } from "./picture.js";
import * as protocol from "./protocol.js";

const ANSWER_WITHIN_MS = 10000;
const ID = "preview-";

export class Proof {
  #number = 0;
  #asked = null;
  #next = null;
  #timer = 0;
  #shown = null;
  #note = "preview.empty";

  /** `send(message)` → was it sent; `onFault(question, event)` is told of a document that cannot print. */
  constructor({ send, printer, onFault, onShown }) {
    this.send = send;
    this.printer = printer;
    this.onFault = onFault;
    this.onShown = onShown;
  }

  /** Ask for the picture of a document; `question` goes back to onFault or onShown with the answer. */
  ask(document, question) {
    if (document === undefined) return this.#say("preview.not_a_ticket");
    if (this.#asked) {
      this.#next = [document, question];
      return;
    }
    const id = `${ID}${++this.#number}`;
    if (!this.send(protocol.preview(id, document, this.printer()))) return this.#say("preview.offline");
    this.#asked = { id, document, question };
    if (!this.#shown) this.#say("preview.waiting");
    this.#timer = setTimeout(() => this.#settle(), ANSWER_WITHIN_MS);
  }

  /** Is this event the answer to the question on its way? Not every daemon gives a preview's id back. */
  answers(event) {
    if (!this.#asked || this.#asked.answered || !["preview", "error"].includes(event.kind)) return false;
    return event.id === undefined || event.id === this.#asked.id;
  }

  async take(event) {
    const { document, question } = this.#asked;
    this.#asked.answered = true; // the next question still waits until this picture is drawn
    if (event.kind === "preview") {
      const picture = await screenPicture(blobOf(event.png));
      this.#settle();
      this.#show(event, picture, protocol.spokenText(document));
      this.onShown(question);
    } else {
      this.#settle();
      this.stale();
      this.onFault(question, event);
    }
  }

  /** The text has moved on and cannot be drawn: what is shown is older. */
  stale() {
    if (this.#shown) $("proof").classList.add("stale");
    this.retell();
  }

  /** The link broke: no answer will come. */
  lost() {
    clearTimeout(this.#timer);
    this.#asked = this.#next = null;
  }

  retell() {
    $("proof-note").textContent = t(this.#note);
    if (!this.#shown) return;
    const { width, height, words } = this.#shown;
    const stale = $("proof").classList.contains("stale");
    $("proof-size").textContent = t(stale ? "preview.stale" : "preview.size", { width, height });
    $("proof-image").alt = t("preview.alt", { text: words });
  }

  #settle() {
    clearTimeout(this.#timer);
    this.#asked = null;
    if (!this.#next) return;
    const [document, question] = this.#next;
    this.#next = null;
    this.ask(document, question);
  }

  #say(key) {
    this.#note = key;
    this.#shown = null;
    $("proof-image").hidden = true;
    $("proof-note").hidden = false;
    $("proof-size").textContent = "";
    $("warnings").hidden = true;
    this.retell();
  }

  #show({ width, height, warnings = [] }, picture, words) {
    const image = $("proof-image");
    URL.revokeObjectURL(image.src);
    // The picture is wider than what it prints: it shows the paper's blank borders too.
    Object.assign(image, { src: picture.address, width: picture.width, height: picture.height, hidden: false });
    $("proof-note").hidden = true;
    $("proof").classList.remove("stale");
    this.#shown = { width, height, words };
    $("warnings").hidden = warnings.length === 0;
    $("warnings").replaceChildren(...warnings.map((warning) => make("li", { textContent: warning })));
    this.retell();
  }
}

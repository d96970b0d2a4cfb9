// The paper as it comes out: fetches a printed job's picture and lets it slide out of the slot, newest on top. It knows
// pictures and jobs; it does not know the wire. A picture is shown once per job, the last twenty stay, and a burst that
// prints faster than pictures are drawn shows its last ones only.

import * as api from "./api.js";
import { $, make } from "./dom.js";
import { t } from "./i18n.js";
import { icon } from "./icons.js";
import { screenPicture } from "./picture.js";
import { stateOf, when } from "./words.js";

const KEPT = 20;
const PENDING = 8; // pictures that may wait to be drawn
const SLIDE_MS_PER_PIXEL = 2.2;
const SLIDE_MS = [450, 1400];

export class Paper {
  #slips = new Map();
  #waiting = [];
  #busy = false;

  /** `look(id)` shows all about a job. */
  constructor(look) {
    this.look = look;
    $("paper-clear").addEventListener("click", () => this.#clear());
    document.addEventListener("visibilitychange", () => this.#work());
  }

  /** Show the paper of a job that has printed; `words` is its text if known, `old` that it came out earlier. */
  show(job, { words, old = false } = {}) {
    const known = this.#slips.get(job.id);
    if (known) {
      known.job = job;
      return;
    }
    const slip = { job, words, old, item: null, picture: null };
    this.#slips.set(job.id, slip); // before the wait, so that a second report of the same job finds it
    this.#waiting.push(slip);
    while (this.#waiting.length > PENDING) this.#waiting.shift();
    this.#work();
  }

  retell() {
    for (const slip of this.#slips.values()) if (slip.item) this.#tell(slip);
  }

  async #work() {
    if (this.#busy) return;
    this.#busy = true;
    try {
      while (this.#waiting.length && !document.hidden) await this.#comeOut(this.#waiting.shift());
    } finally {
      this.#busy = false;
    }
    this.#forgetOldest();
  }

  async #comeOut(slip) {
    try {
      slip.picture = await screenPicture(await api.picture(slip.job.id));
    } catch (refusal) {
      // Refused, or no picture that can be drawn: the slip says so.
      if (!(refusal instanceof api.Refusal || refusal instanceof DOMException)) throw refusal;
    }
    const slide = make("div", { className: "slide" });
    const sheet = make("button", { type: "button", className: "sheet", onclick: () => this.look(slip.job.id) });
    if (slip.picture) {
      const { address, width, height } = slip.picture;
      const image = make("img", { src: address, width, height });
      await image.decode().catch(() => {});
      sheet.append(image);
    } else {
      sheet.classList.add("none");
    }
    slide.append(make("p", { className: "caption" }), sheet);
    slip.item = make("li", { className: "slip" }, slide); // whole from here on: a change of language may meet it
    slip.item.dataset.job = slip.job.id;
    this.#tell(slip);
    $("paper-empty").hidden = true;
    $("paper-clear").hidden = false;
    $("papers").prepend(slip.item);
    $("tray").scrollTop = 0;
    if (!slip.old) this.#slide(slip.item, slide);
  }

  #tell({ item, job, words }) {
    const image = item.querySelector("img");
    if (image) image.alt = words ? t("paper.alt", { text: words }) : t("paper.alt_unknown", { id: job.id });
    else item.querySelector(".none").textContent = t("paper.missing");
    item.querySelector(".sheet").title = t("paper.open", { id: job.id });
    item.querySelector(".caption").replaceChildren(
      icon("good"),
      make("strong", { textContent: stateOf(job) }),
      make("time", { dateTime: job.at, textContent: when(job.at) }),
      make("span", { className: "where", textContent: job.printer ?? "", title: job.printer ?? "" }),
    );
  }

  #slide(item, slide) {
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) return;
    const height = slide.offsetHeight;
    const duration = Math.min(SLIDE_MS[1], Math.max(SLIDE_MS[0], height * SLIDE_MS_PER_PIXEL));
    const timing = { duration, easing: "cubic-bezier(.3,.1,.4,1)" };
    item.animate([{ height: "0px" }, { height: `${height}px` }], timing);
    slide.animate([{ transform: `translateY(-${height}px)` }, { transform: "none" }], timing);
  }

  // Only what is drawn or skipped is counted: a slip that went stays known by its id, so that a late report of the same
  // job does not bring it back.
  #forgetOldest() {
    const drawn = [...this.#slips.values()].filter((slip) => slip.item);
    for (const slip of drawn.slice(0, -KEPT)) drop(slip);
  }

  #clear() {
    for (const slip of this.#slips.values()) drop(slip);
    $("paper-empty").hidden = false;
    $("paper-clear").hidden = true;
    $("tray").focus();
  }
}

function drop(slip) {
  slip.item?.remove();
  if (slip.picture) URL.revokeObjectURL(slip.picture.address);
  slip.item = null;
}

// The paper as it comes out: fetches a printed job's picture and lets it slide out of the slot, newest on top. It knows
// pictures and ids; it does not know the wire. A picture is shown once per job, and the last twenty stay.

import { $, make } from "./dom.js";
import { t } from "./i18n.js";
import { screenPicture } from "./picture.js";

const KEPT = 20;
const SLIDE_MS_PER_PIXEL = 2.2;
const SLIDE_MS = [450, 1400];

export class Paper {
  #slips = new Map();

  constructor(token) {
    this.token = token;
    $("paper-clear").addEventListener("click", () => this.#clear());
  }

  /** Show the paper of a job that has printed; `words` is its text if known. */
  async show(id, words) {
    if (this.#slips.has(id)) return;
    const slip = { id, words, item: null, picture: null };
    this.#slips.set(id, slip); // before the wait, so that a second report of the same job finds it
    const blob = await this.#fetch(id);
    if (blob) slip.picture = await screenPicture(blob);
    await this.#comeOut(slip);
    this.#forgetOldest();
  }

  retell() {
    for (const slip of this.#slips.values()) if (slip.item) this.#tell(slip);
  }

  async #fetch(id) {
    const token = this.token();
    const headers = token ? { Authorization: `Bearer ${token}` } : {};
    try {
      const answer = await fetch(`/api/v1/jobs/${encodeURIComponent(id)}/paper.png`, { headers });
      return answer.ok ? await answer.blob() : null;
    } catch {
      return null; // the link broke meanwhile; the slip says that there is no picture
    }
  }

  async #comeOut(slip) {
    slip.item = make("li", { className: "slip" }, make("div", { className: "slide" }));
    slip.item.dataset.job = slip.id;
    const slide = slip.item.firstElementChild;
    if (slip.picture) {
      const { address, width, height } = slip.picture;
      const image = make("img", { src: address, width, height });
      await image.decode().catch(() => {});
      slide.append(make("a", { href: address, target: "_blank", className: "sheet" }, image));
    } else {
      slide.append(make("p", { className: "sheet none" }));
    }
    slide.append(make("p", { className: "caption", textContent: slip.id }));
    this.#tell(slip);
    $("paper-empty").hidden = true;
    $("paper-clear").hidden = false;
    $("papers").prepend(slip.item);
    $("tray").scrollTop = 0;
    this.#slide(slip.item, slide);
  }

  #tell({ item, id, words }) {
    const image = item.querySelector("img");
    if (image) {
      image.alt = words ? t("paper.alt", { text: words }) : t("paper.alt_unknown", { id });
      image.parentElement.title = t("paper.open", { id });
    } else {
      item.querySelector(".none").textContent = t("paper.missing");
    }
  }

  #slide(item, slide) {
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) return;
    const height = slide.offsetHeight;
    const duration = Math.min(SLIDE_MS[1], Math.max(SLIDE_MS[0], height * SLIDE_MS_PER_PIXEL));
    const timing = { duration, easing: "cubic-bezier(.3,.1,.4,1)" };
    item.animate([{ height: "0px" }, { height: `${height}px` }], timing);
    slide.animate([{ transform: `translateY(-${height}px)` }, { transform: "none" }], timing);
  }

  #forgetOldest() {
    for (const [id, slip] of [...this.#slips].slice(0, -KEPT)) this.#drop(id, slip);
  }

  #clear() {
    for (const slip of this.#slips.values()) this.#drop(null, slip);
    $("paper-empty").hidden = false;
    $("paper-clear").hidden = true;
    $("tray").focus();
  }

  // A cleared slip stays known by its id, so that a late report does not bring it back.
  #drop(id, slip) {
    slip.item?.remove();
    if (slip.picture) URL.revokeObjectURL(slip.picture.address);
    slip.item = null;
    if (id !== null) this.#slips.delete(id);
  }
}

// How the daemon says it is: /health, asked for as often as somebody looks. It knows when to ask; it does not know what
// the answer means. It promises that a page in the background asks nothing, and that where no view shows it and no
// server far away is configured, it is asked for once for each link.

import * as api from "./api.js";
import { onView, viewNow } from "./router.js";

const SEEN_EVERY_MS = 5000; // while the view of the service is open
const AFAR_EVERY_MS = 10000; // in other views, where the link to a fleet's server may break

export class Health extends EventTarget {
  #timer = 0;

  /** The last answer; null before the first, and while nobody answers. */
  now = null;

  constructor(connection) {
    super();
    onView((view) => view === "service" && this.#again(0));
    document.addEventListener("visibilitychange", () => this.#again(0));
    connection.addEventListener("state", () => (connection.state === "connected" || viewNow() === "service") && this.#again(0));
  }

  #again(pause) {
    clearTimeout(this.#timer);
    if (!document.hidden && pause !== undefined) this.#timer = setTimeout(() => this.#look(), pause);
  }

  async #look() {
    try {
      this.now = await api.get("/health");
    } catch (refusal) {
      if (!(refusal instanceof api.Refusal)) throw refusal;
      this.now = null;
    }
    this.dispatchEvent(new Event("change"));
    this.#again(viewNow() === "service" ? SEEN_EVERY_MS : this.now?.fleet ? AFAR_EVERY_MS : undefined);
  }
}

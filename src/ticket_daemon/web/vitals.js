// The bar's signs of life: the link and the queue's numbers. It shows what it is told and keeps no other state.

import { $ } from "./dom.js";
import { t } from "./i18n.js";

const COUNTDOWN_MS = 500;

export class Vitals {
  #queue = null;
  #countdown = 0;

  constructor(connection) {
    this.connection = connection;
    connection.addEventListener("state", () => this.#showLink());
    $("reconnect").addEventListener("click", () => connection.reconnect());
  }

  /** `current` waiting of `capacity`. */
  queue(current, capacity) {
    if (!Number.isFinite(current) || !Number.isFinite(capacity)) return;
    this.#queue = { current, capacity };
    const meter = $("queue-meter");
    meter.max = capacity;
    meter.high = capacity * 0.8;
    meter.optimum = 0;
    meter.value = current;
    $("queue-numbers").value = `${current} / ${capacity}`;
    meter.setAttribute("aria-valuetext", t("bar.queue_of", this.#queue));
    meter.title = t("bar.queue_of", this.#queue);
  }

  version(version) {
    if (version) $("version").textContent = version;
  }

  /** Say everything again, in the language chosen now. */
  retell() {
    this.#showLink();
    if (this.#queue) this.queue(this.#queue.current, this.#queue.capacity);
  }

  #showLink() {
    const { state, retryAt } = this.connection;
    clearInterval(this.#countdown);
    $("link").dataset.state = state;
    document.documentElement.dataset.link = state;
    const say = () => {
      const seconds = Math.max(1, Math.ceil((retryAt - Date.now()) / 1000));
      $("link-text").textContent = t(`link.${state}`, { seconds });
    };
    say();
    // The seconds tick for the eye alone: a reader that heard each one could hear nothing else.
    $("link-text").setAttribute("aria-live", "polite");
    if (state === "waiting") {
      $("link-text").setAttribute("aria-live", "off");
      this.#countdown = setInterval(say, COUNTDOWN_MS);
    }
    $("reconnect").hidden = state === "connected" || state === "connecting";
  }
}

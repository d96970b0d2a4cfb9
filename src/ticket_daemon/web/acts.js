// What a person can do with a job: look, hold, release, reprint, cancel. It knows which state allows what and asks before
// anything that cannot be taken back; it does not know where its buttons stand.

import * as api from "./api.js";
import { button } from "./dom.js";
import { t } from "./i18n.js";
import { attempt } from "./notice.js";
import { FINAL } from "./protocol.js";
import { question } from "./question.js";

export class Acts {
  /** `look(id)` shows a job's sheet, `showHeld()` the list of held jobs. */
  constructor({ look, showHeld }) {
    Object.assign(this, { look, showHeld });
  }

  /** The buttons for a job as it stands; `look` adds the one that shows its sheet. */
  buttons(job, { look = false } = {}) {
    const acts = {
      queued: ["hold", "cancel"],
      held: ["release", "reprint", "cancel"],
    }[job.state] ?? (FINAL.has(job.state) ? ["reprint"] : []);
    const all = look && job.state !== "refused" && job.state !== "sending" ? ["look", ...acts] : acts;
    return all.map((does) => {
      const words = t(does === "cancel" && job.state === "held" ? "jobs.discard" : `jobs.${does}`);
      return button(words, () => this.#do(does, job), { does, label: `${words}: ${job.id}`, className: "plain" });
    });
  }

  #do(does, job) {
    return { look: () => this.look(job.id), hold: () => this.#hold(job), release: () => this.#release(job), reprint: () => this.#reprint(job), cancel: () => this.#cancel(job) }[does]();
  }

  #hold(job) {
    return attempt(() => api.hold(job.id), t("done.hold", { id: job.id }));
  }

  async #release(job) {
    const doubtful = job.code === "unknown_outcome";
    const sure = !doubtful || (await question({ title: t("ask.release"), words: t("ask.release_words", { id: job.id }), yes: t("jobs.release") }));
    if (sure) await attempt(() => api.release(job.id), t("done.release", { id: job.id }));
  }

  async #reprint(job) {
    const wish = await question({
      title: t("ask.reprint"),
      words: t("ask.reprint_words", { id: job.id, printer: job.printer }),
      choices: [
        { name: "banner", words: t("ask.banner"), on: true },
        { name: "openDrawer", words: t("ask.drawer"), on: false },
      ],
      yes: t("jobs.reprint"),
    });
    if (wish) await attempt(() => api.reprint(job.id, wish), t("done.reprint", { id: job.id }));
  }

  async #cancel(job) {
    const held = job.state === "held";
    const sure = await question({
      title: t(held ? "ask.discard" : "ask.cancel"),
      words: t("ask.cancel_words", { id: job.id }),
      yes: t(held ? "jobs.discard" : "jobs.cancel"),
      grave: true,
    });
    if (sure) await attempt(() => api.cancel(job.id), t("done.cancel", { id: job.id }));
  }
}

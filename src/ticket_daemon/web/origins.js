// Which sites' pages may print here: those of the configuration, those a person allowed, those that were turned away. It
// shows what `/auth/origins` says and asks before it changes anything; where the daemon has no such list it hides.

import * as api from "./api.js";
import { $, button, keep, make } from "./dom.js";
import { language, t } from "./i18n.js";
import { icon } from "./icons.js";
import { attempt } from "./notice.js";
import { question } from "./question.js";
import { onView } from "./router.js";

const PATH = "/auth/origins";

export class Origins {
  #said = null;

  constructor() {
    onView((name) => name === "service" && this.#look());
    $("origin-form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#allow($("origin").value.trim()).then((allowed) => allowed && $("origin-form").reset());
    });
  }

  retell() {
    if (!this.#said) return;
    const { configured = [], paired = [], refused = [] } = this.#said;
    const rows = [
      ...refused.map((origin) => ({ origin, kind: "refused" })),
      ...paired.map((origin) => ({ origin, kind: "paired" })),
      ...configured.map((origin) => ({ origin, kind: "configured" })),
    ];
    $("origins").hidden = false;
    keep($("origins-list"), rows.length ? rows : [{ kind: "none", origin: "" }], {
      key: ({ origin }) => origin,
      mark: ({ kind }) => `${language()} ${kind}`,
      build: (row) => this.#row(row),
    });
  }

  #row({ origin, kind }) {
    if (kind === "none") return make("li", { className: "quiet", textContent: t("origins.none") });
    const act = {
      refused: () => button(t("origins.allow"), () => this.#allow(origin), { does: "allow", label: `${t("origins.allow")}: ${origin}` }),
      paired: () => button(t("origins.forbid"), () => this.#forbid(origin), { does: "forbid", label: `${t("origins.forbid")}: ${origin}` }),
      configured: () => null,
    }[kind]();
    return make(
      "li",
      { className: kind === "refused" ? "careful" : "good" },
      icon(kind === "refused" ? "alert" : "good"),
      make("div", {}, make("strong", { textContent: origin }), make("p", { className: "quiet", textContent: t(`origins.${kind}`) })),
      act,
    );
  }

  async #look() {
    try {
      this.#said = await api.get(PATH);
      this.retell();
    } catch (refusal) {
      if (!(refusal instanceof api.Refusal)) throw refusal;
      $("origins").hidden = true; // this daemon has no such list, or shows it to nobody who is not logged in
    }
  }

  async #allow(origin) {
    const sure = await question({ title: t("origins.ask"), words: t("origins.ask_words", { origin }), yes: t("origins.allow") });
    return sure && this.#change(() => api.post(PATH, { origin }), t("origins.allowed", { origin }));
  }

  async #forbid(origin) {
    const sure = await question({ title: t("origins.ask_forbid"), words: t("origins.ask_forbid_words", { origin }), yes: t("origins.forbid"), grave: true });
    return sure && this.#change(() => api.remove(`${PATH}?origin=${encodeURIComponent(origin)}`), t("origins.forbidden", { origin }));
  }

  #change(work, done) {
    return attempt(async () => {
      this.#said = await work();
      this.retell();
    }, done);
  }
}

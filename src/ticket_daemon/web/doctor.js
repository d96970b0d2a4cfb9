// What the daemon's doctor finds: each finding with what is wrong and what to do. It shows what `GET /api/v1/doctor` says
// and hides where the daemon has none.

import * as api from "./api.js";
import { $, make } from "./dom.js";
import { known, t } from "./i18n.js";
import { icon } from "./icons.js";
import { plain } from "./protocol.js";
import { onView } from "./router.js";
import { clock } from "./words.js";

const TONES = { problem: "bad", warning: "careful", ok: "good" }; // in the order in which they are shown
const ORDER = Object.keys(TONES);

export class Doctor {
  #findings = null;
  #at = null;
  #busy = false;

  constructor() {
    onView((name) => name === "service" && this.#findings === null && this.#examine());
    $("doctor-again").addEventListener("click", () => this.#examine());
  }

  retell() {
    this.#show();
  }

  async #examine() {
    if (this.#busy) return;
    this.#busy = true;
    $("doctor-again").disabled = true;
    $("doctor-note").textContent = t("doctor.busy");
    try {
      const said = await api.get("/api/v1/doctor");
      this.#findings = said.findings.map(plain).sort((one, other) => ORDER.indexOf(one.severity) - ORDER.indexOf(other.severity));
      this.#at = new Date().toISOString();
      this.#show();
    } catch (refusal) {
      if (!(refusal instanceof api.Refusal)) throw refusal;
      $("doctor").hidden = refusal.status === 404; // this daemon has no doctor
      $("doctor-note").textContent = refusal.message;
    }
    this.#busy = false;
    $("doctor-again").disabled = false;
  }

  #show() {
    if (this.#findings === null) return;
    $("doctor").hidden = false;
    const grave = this.#findings.filter(({ severity }) => severity !== "ok").length;
    $("doctor-note").textContent = `${t(grave === 0 ? "doctor.well" : grave === 1 ? "doctor.found_one" : "doctor.found", { count: grave })} · ${clock(this.#at)}`;
    $("findings").replaceChildren(...this.#findings.map(row));
  }
}

function row({ severity, text, advice }) {
  const tone = TONES[severity] ?? "quiet";
  return make(
    "li",
    { className: `finding ${tone}` },
    icon(tone === "careful" ? "alert" : tone),
    make(
      "div",
      {},
      make("p", {}, make("span", { className: "hidden", textContent: `${known(`finding.${severity}`, severity)}: ` }), make("strong", { textContent: text })),
      advice ? make("p", { className: "advice", textContent: advice }) : null,
    ),
  );
}

// What the daemon's doctor finds: each finding with what is wrong and what to do. It shows what `GET /api/v1/doctor` says
// and hides where the daemon has none.

import * as api from "./api.js";
import { $, make } from "./dom.js";
import { known, t } from "./i18n.js";
import { icon } from "./icons.js";
import { onView } from "./router.js";
import { clock } from "./words.js";

const TONES = { ok: "good", info: "quiet", warning: "careful", error: "bad", unknown: "quiet" };
const ORDER = ["error", "warning", "unknown", "info", "ok"];

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
      this.#findings = [...(said.findings ?? [])].sort((one, other) => rank(one) - rank(other));
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
    const grave = this.#findings.filter((finding) => ["error", "warning"].includes(levelOf(finding))).length;
    $("doctor-note").textContent = `${t(grave === 0 ? "doctor.well" : grave === 1 ? "doctor.found_one" : "doctor.found", { count: grave })} · ${clock(this.#at)}`;
    $("findings").replaceChildren(...this.#findings.map(row));
  }
}

const levelOf = (finding) => finding.status ?? finding.level ?? finding.severity ?? "unknown";
const rank = (finding) => (ORDER.indexOf(levelOf(finding)) + ORDER.length) % ORDER.length;

function row(finding) {
  const tone = TONES[levelOf(finding)] ?? "quiet";
  const advice = finding.advice ?? finding.hint ?? "";
  return make(
    "li",
    { className: `finding ${tone}` },
    icon(tone),
    make(
      "div",
      {},
      make(
        "p",
        {},
        make("span", { className: "hidden", textContent: `${known(`finding.${levelOf(finding)}`, levelOf(finding))}: ` }),
        make("strong", { textContent: finding.text ?? finding.message ?? finding.check ?? "" }),
      ),
      advice ? make("p", { className: "advice", textContent: advice }) : null,
    ),
  );
}

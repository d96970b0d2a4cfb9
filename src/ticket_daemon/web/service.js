// How the service itself is: health, figures, the round trip to it. It shows what it is told; it decides nothing.

import { $, make } from "./dom.js";
import { known, t } from "./i18n.js";
import { icon } from "./icons.js";
import { span } from "./words.js";

const TONES = { ok: "good", degraded: "careful", error: "bad" };

export class Service {
  #ping = undefined;

  constructor({ connection, health }) {
    this.health = health;
    health.addEventListener("change", () => this.#show());
    connection.addEventListener("state", () => {
      if (connection.state !== "connected") this.#showPing(undefined);
    });
    connection.addEventListener("latency", ({ detail }) => this.#showPing(detail));
    $("ping").addEventListener("click", async () => this.#showPing(await connection.ping()));
  }

  retell() {
    this.#show();
    this.#showPing(this.#ping);
  }

  #show() {
    const health = this.health.now;
    const status = health?.status ?? "unknown";
    const tone = TONES[status] ?? "quiet";
    $("service-state").className = `answer ${tone}`;
    $("service-state").replaceChildren(
      make("span", { className: "disc" }, icon(tone)),
      make(
        "div",
        { className: "answer-words" },
        make("p", { className: "answer-state", textContent: known(`health.${status}`, status) }),
        make("p", { className: "answer-because", textContent: health ? why(health) : t("refusal.offline") }),
      ),
    );
    $("service-facts").replaceChildren(...(health ? facts(health) : []));
  }

  #showPing(ms) {
    this.#ping = ms;
    $("ping-result").value = ms === undefined ? "" : ms === null ? t("service.ping_none") : `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms`;
  }
}

function why(health) {
  if (health.program) return t("health.why_program", { file: health.program.missing });
  if (health.storage?.status === "error") return t("health.why_storage", { detail: health.storage.detail });
  if (health.status === "ok") return t("health.why_ok");
  if (health.worker?.running === false) return t("health.why_worker");
  if (health.printers?.status !== "ok") return t("health.why_printers");
  if (health.tls?.status === "expired") return t("health.why_tls_over");
  return health.tls?.status === "expiring" ? t("health.why_tls", { days: health.tls.days_left }) : t("health.why_printers");
}

function facts({ queue = {}, worker = {}, printers = {}, build = {}, uptime_seconds: uptime }) {
  const lines = {
    "service.uptime": uptime === undefined ? null : span(uptime),
    "service.queue": t("bar.queue_of", { current: queue.current, capacity: queue.capacity }),
    "service.printed": worker.jobs_processed,
    "service.failed": worker.jobs_failed,
    "service.printers": printers.detected_count,
    "service.version": build.version,
    "service.env": known(`env.${build.env}`, build.env),
    "service.build": [build.date, build.time, build.commit].filter(Boolean).join(" "),
    "service.address": location.host,
  };
  return Object.entries(lines)
    .filter(([, value]) => value !== undefined && value !== null && value !== "")
    .map(([label, value]) => make("div", {}, make("dt", { textContent: t(label) }), make("dd", { textContent: String(value) })));
}

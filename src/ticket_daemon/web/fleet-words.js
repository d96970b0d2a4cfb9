// What is said of a shop's problems and of how long they have lasted. It knows kinds, codes and which words belong to
// them; it does not know lists or views. Lasting times go on by themselves.

import { make } from "./dom.js";
import { known, t } from "./i18n.js";
import { condition } from "./printers.js";
import { reasonOf, span, stateOf, when } from "./words.js";

const AGES_EVERY_MS = 10000;
const SOON = new Set(["nearly_full", "attention"]);

/** How a shop with these problems is to be seen: bad, careful, silent or good. */
export function toneOf(problems) {
  const [first] = problems;
  if (!first) return "good";
  return SOON.has(first.kind) ? "careful" : first.kind === "silent" ? "silent" : "bad";
}

/** A number as people write it. */
export const many = (count) => count.toLocaleString(document.documentElement.lang);

/** `one` for a single thing, else the sentence for `count` of them. */
export const counting = (key, count) => t(count === 1 ? `${key}_one` : key, { count: many(count) });

/** The sign, the words for a problem, why, and where: {icon, what, why, job, printer}. */
export function problemWords(problem) {
  const { kind, printer = "", job = "", code = "", reasons = [], count = 0 } = problem;
  const waiting = count ? counting("fleet.waiting", count) : "";
  if (kind === "held" && !job) return { icon: "held", what: counting("problem.held_more", count) };
  if (kind === "held") return { icon: "held", what: stateOf({ state: "held", code }), why: reasonOf({ state: "held", code }), job, printer };
  if (kind === "storage") return { icon: "bad", what: t("problem.storage"), why: code };
  if (kind === "full" || kind === "nearly_full") return { icon: kind === "full" ? "bad" : "careful", what: t(`problem.${kind}`), why: kind === "full" ? t("problem.full_why", { count: many(count) }) : waiting };
  if (kind === "stopped" || kind === "attention") {
    const how = condition({ state: kind === "stopped" ? "stopped" : "idle", reasons });
    return { icon: kind === "stopped" ? "bad" : "careful", what: known(how.word, how.reasons[0] ?? how.word), why: waiting, printer };
  }
  if (kind === "silent") return { icon: "quiet", what: t("problem.silent"), why: problem.since ? null : t("problem.silent_never") };
  return { icon: "alert", what: kind, printer };
}

/** An element that says for how long something has been so, in the words of `key`, and goes on doing it. */
export function lasting(key, moment, className = "quiet") {
  const time = new Date(typeof moment === "number" ? moment * 1000 : moment);
  if (Number.isNaN(time.getTime())) return null;
  const element = make("time", { className: `${className} lasting`, dateTime: time.toISOString(), title: when(time) });
  element.dataset.says = key;
  age(element);
  return element;
}

/** How long ago a moment was, in words. */
export function lasted(moment) {
  const seconds = (Date.now() - new Date(moment).getTime()) / 1000;
  return seconds < 10 ? t("fleet.moment") : span(seconds < 60 ? Math.floor(seconds / 10) * 10 : seconds);
}

function age(element) {
  element.textContent = t(element.dataset.says, { time: lasted(element.dateTime) });
}

setInterval(() => document.querySelectorAll("time.lasting").forEach(age), AGES_EVERY_MS);

// What is said of jobs, printers and times, in the page's language. It knows codes and which text belongs to them; where
// the daemon says something the page has no words for, the daemon's own sentence stands.

import { known, language, t } from "./i18n.js";

const MINUTE_MS = 60000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** A job's state in a word or two. Held by a person is another thing than held because nobody knows what came out. */
export const stateOf = ({ state, code }) => known(`state.${state}.${code}`, known(`state.${state}`, state));

/** Why a job stands as it does, as a sentence without a full stop. */
export function reasonOf(job) {
  if (job.code) return known(`code.${job.code}`, job.text || job.code);
  return known(`meaning.${job.state}`, job.text ?? "");
}

/** HH:MM:SS of a moment, in the 24 hours of a till. */
export function clock(moment) {
  const time = new Date(moment);
  return Number.isNaN(time.getTime()) ? "" : time.toLocaleTimeString(language(), { hour12: false });
}

/** The time of day, with the day before it where that is not today. */
export function when(moment) {
  const time = new Date(moment);
  if (Number.isNaN(time.getTime())) return "";
  if (time.toDateString() === new Date().toDateString()) return clock(moment);
  return `${time.toLocaleDateString(language(), { day: "numeric", month: "short" })} ${clock(moment).slice(0, 5)}`;
}

/** How long ago a moment was, roughly. */
export function ago(moment) {
  const passed = Date.now() - new Date(moment).getTime();
  if (!(passed >= 0) || passed < 10000) return t("time.now");
  const format = new Intl.RelativeTimeFormat(language(), { numeric: "always", style: "short" });
  if (passed < MINUTE_MS) return format.format(-Math.round(passed / 1000), "second");
  if (passed < HOUR_MS) return format.format(-Math.round(passed / MINUTE_MS), "minute");
  if (passed < DAY_MS) return format.format(-Math.round(passed / HOUR_MS), "hour");
  return format.format(-Math.round(passed / DAY_MS), "day");
}

/** Seconds as days, hours and minutes. */
export function span(seconds) {
  const [days, hours, minutes] = [Math.floor(seconds / 86400), Math.floor((seconds % 86400) / 3600), Math.floor((seconds % 3600) / 60)];
  if (days) return t("time.days", { days, hours });
  return hours ? t("time.hours", { hours, minutes }) : minutes ? t("time.minutes", { minutes }) : t("time.seconds", { seconds: Math.floor(seconds) });
}

// What came of something a person asked for, wherever on the page: one line that goes by itself, except a failure, which
// waits to be closed. It knows words and tones only.

import { $, button, make } from "./dom.js";
import { t } from "./i18n.js";
import { icon } from "./icons.js";

const STAYS_MS = 6000;
let timer = 0;

/** Say `words` in a `tone` of good, bad or careful. */
export function notice(tone, words) {
  clearTimeout(timer);
  $("notice").className = `notice ${tone}`;
  $("notice").replaceChildren(
    icon(tone),
    make("span", { className: "words", textContent: words }),
    button(t("notice.close"), hide, { className: "link" }),
  );
  if (tone !== "bad") timer = setTimeout(hide, STAYS_MS);
}

/** Do `work()`; say `done` when it went well and the refusal's words when not. True when it went well. */
export async function attempt(work, done) {
  try {
    await work();
  } catch (refusal) {
    if (!("status" in refusal)) throw refusal;
    notice("bad", refusal.message);
    return false;
  }
  if (done) notice("good", done);
  return true;
}

function hide() {
  $("notice").replaceChildren();
  $("notice").className = "notice";
}

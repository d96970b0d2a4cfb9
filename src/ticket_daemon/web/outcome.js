// What became of the last thing the person asked for, in one line beside the button. It knows words and tones only.

import { $, make } from "./dom.js";

const MARKS = { good: "✓", bad: "✕", careful: "!", busy: "…", quiet: "–" };

/** Say `words` in a `tone` of good, bad, careful, busy or quiet; `action` is an optional {words, act}. */
export function tell(tone, words, action) {
  $("outcome").className = `outcome ${tone}`;
  $("outcome").replaceChildren(
    make("span", { className: "mark", textContent: MARKS[tone], ariaHidden: "true" }),
    make("span", { className: "words", textContent: words }),
    action ? make("button", { type: "button", className: "link", textContent: action.words, onclick: action.act }) : "",
  );
}

export const quiet = () => $("outcome").replaceChildren();

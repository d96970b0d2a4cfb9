// A question that has to be answered first: a dialog with words, choices to tick and two buttons. It knows the browser's
// own <dialog>, which keeps the focus inside and gives it back; it does not know what is asked.

import { button, make } from "./dom.js";
import { t } from "./i18n.js";

/**
 * Ask `title` with `words` below it. `choices` are {name, words, on}; `yes` is the button that agrees, `grave` paints it
 * as a warning. A promise of {name: ticked} when agreed to, else of null.
 */
export function question({ title, words = "", choices = [], yes, grave = false }) {
  const boxes = choices.map(({ name, on }) => Object.assign(make("input", { type: "checkbox", checked: Boolean(on), id: `choice-${name}` }), { name }));
  const heading = make("h2", { id: "question-title", textContent: title });
  const agree = button(yes, () => dialog.close("yes"), { className: grave ? "grave" : "primary", does: "yes" });
  const dialog = make(
    "dialog",
    { className: "question" },
    heading,
    words ? make("p", { id: "question-words", textContent: words }) : null,
    ...choices.map((choice, index) => make("label", { className: "check" }, boxes[index], make("span", { textContent: choice.words }))),
    make("div", { className: "answers" }, button(t("question.no"), () => dialog.close(""), { className: "", does: "no" }), agree),
  );
  dialog.setAttribute("aria-labelledby", heading.id);
  if (words) dialog.setAttribute("aria-describedby", "question-words");
  document.body.append(dialog);
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "yes" ? Object.fromEntries(boxes.map((box) => [box.name, box.checked])) : null);
    });
    dialog.addEventListener("click", (event) => event.target === dialog && dialog.close(""));
    dialog.showModal();
    agree.focus();
  });
}

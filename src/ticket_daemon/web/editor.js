// The ticket editor: a plain textarea with a gutter, coloured JSON behind it and the mark of a fault. It knows text and
// lines; it does not know tickets or the wire. The textarea stays the one source of the text, so that undo, selection,
// screen readers and phones work as everywhere.

import { $, make } from "./dom.js";
import { lineOf } from "./json-places.js";

// Above this much text the colours would cost more than a keystroke may; plain text remains.
const COLOURED_CHARACTERS = 60000;
const TOKEN = /("(?:[^"\\\n]|\\.)*"?)(\s*:)?|(-?\d[\d.eE+-]*)|\b(true|false|null)\b/g;

export class Editor {
  #area = $("editor");
  #gutter = $("gutter");
  #ink = $("ink");
  #lens = $("lens");
  #frame = $("editor-frame");
  #faultLine = -1;
  #faultWords = "";
  #drawn = [];
  #asked = 0;

  constructor({ onChange, onSend }) {
    this.#area.addEventListener("input", () => {
      this.clearFault();
      this.#drawSoon();
      onChange();
    });
    this.#area.addEventListener("scroll", () => this.#follow(), { passive: true });
    this.#area.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
        event.preventDefault();
        onSend();
      } else if (event.key === "Enter" && !event.shiftKey && !event.altKey && !event.isComposing) {
        this.#indent(event);
      }
    });
    new ResizeObserver(() => this.#follow()).observe(this.#area);
  }

  get text() {
    return this.#area.value;
  }

  set text(value) {
    this.#area.value = value;
    this.clearFault();
    this.#area.scrollTop = 0;
    this.#area.scrollLeft = 0;
    this.#draw();
  }

  /** Mark the line that holds `offset` and say `words` beside it. */
  showFault(offset, words) {
    const { line } = lineOf(this.text, offset);
    this.#faultLine = line;
    this.#faultWords = words;
    this.#area.setAttribute("aria-invalid", "true");
    this.#draw();
    return line + 1;
  }

  clearFault() {
    if (this.#faultLine < 0) return;
    this.#faultLine = -1;
    this.#area.removeAttribute("aria-invalid");
    this.#drawSoon();
  }

  /** Put the caret at `offset` and bring it into view. */
  goTo(offset) {
    this.#area.focus();
    this.#area.setSelectionRange(offset, offset);
    this.#reveal(lineOf(this.text, offset).line);
  }

  /** Bring the line of `offset` into view without moving the caret. */
  reveal(offset) {
    this.#reveal(lineOf(this.text, offset).line);
  }

  #reveal(line) {
    const height = this.#lineHeight();
    const top = line * height;
    if (top < this.#area.scrollTop || top > this.#area.scrollTop + this.#area.clientHeight - 3 * height) {
      this.#area.scrollTop = Math.max(0, top - this.#area.clientHeight / 3);
    }
    this.#area.scrollLeft = 0;
    this.#follow();
  }

  #lineHeight() {
    return parseFloat(getComputedStyle(this.#area).lineHeight);
  }

  #indent(event) {
    const start = this.#area.selectionStart;
    const line = this.text.slice(this.text.lastIndexOf("\n", start - 1) + 1, start);
    const deeper = /[[{]\s*$/.test(line) ? "  " : "";
    const indent = line.match(/^[ \t]*/)[0] + deeper;
    if (!indent) return;
    event.preventDefault();
    // execCommand keeps the browser's undo history; nothing newer does.
    document.execCommand("insertText", false, `\n${indent}`);
  }

  /** Before the next paint, once for however many changes: inserting a text may tell of each line of it. */
  #drawSoon() {
    this.#asked ||= requestAnimationFrame(() => this.#draw());
  }

  #draw() {
    cancelAnimationFrame(this.#asked);
    this.#asked = 0;
    const text = this.text;
    const coloured = text.length <= COLOURED_CHARACTERS;
    const lines = text.split("\n");
    this.#frame.classList.toggle("coloured", coloured);
    this.#drawInk(coloured ? lines : []);
    this.#drawNumbers(lines.length);
    for (const column of [this.#ink, this.#gutter]) {
      for (const marked of column.querySelectorAll(".at-fault")) marked.classList.remove("at-fault");
      column.children[this.#faultLine]?.classList.add("at-fault");
    }
    this.#follow();
  }

  /** Draw anew only the lines between what stayed the same above and below. */
  #drawInk(lines) {
    const before = this.#drawn;
    const most = Math.min(before.length, lines.length);
    let above = 0;
    while (above < most && before[above] === lines[above]) above += 1;
    let below = 0;
    while (below < most - above && before.at(-1 - below) === lines.at(-1 - below)) below += 1;
    for (let gone = before.length - above - below; gone > 0; gone -= 1) this.#ink.children[above].remove();
    const rows = lines.slice(above, lines.length - below).map(inkLine);
    const place = this.#ink.children[above];
    if (place) place.before(...rows);
    else this.#ink.append(...rows);
    this.#drawn = lines;
  }

  #drawNumbers(count) {
    while (this.#gutter.childElementCount > count) this.#gutter.lastElementChild.remove();
    for (let number = this.#gutter.childElementCount + 1; number <= count; number += 1) {
      this.#gutter.append(make("span", { textContent: String(number) }));
    }
  }

  #follow() {
    const { scrollTop, scrollLeft } = this.#area;
    this.#ink.style.transform = `translate(${-scrollLeft}px, ${-scrollTop}px)`;
    this.#gutter.style.transform = `translateY(${-scrollTop}px)`;
    this.#placeLens(scrollTop);
  }

  #placeLens(scrollTop) {
    const height = this.#lineHeight();
    const top = (this.#faultLine + 1) * height - scrollTop + parseFloat(getComputedStyle(this.#area).paddingTop);
    const seen = this.#faultLine >= 0 && top > height / 2 && top < this.#area.clientHeight;
    this.#lens.hidden = !seen;
    if (!seen) return;
    this.#lens.textContent = this.#faultWords;
    this.#lens.style.top = `${top}px`;
    const below = top + this.#lens.offsetHeight <= this.#area.clientHeight;
    this.#lens.classList.toggle("above", !below);
    if (!below) this.#lens.style.top = `${top - height - this.#lens.offsetHeight}px`;
  }
}

function inkLine(line) {
  const row = make("div", { className: "row" });
  let done = 0;
  for (const match of line.matchAll(TOKEN)) {
    const [all, string, colon, number] = match;
    row.append(line.slice(done, match.index));
    const kind = string ? (colon ? "key" : "string") : number ? "number" : "word";
    row.append(make("span", { className: kind, textContent: string ?? all }));
    if (colon) row.append(colon);
    done = match.index + all.length;
  }
  row.append(line.slice(done) || (line ? "" : " "));
  return row;
}

// All shops: the answer in large words, what there is to do as numbers, and the most urgent shops. It knows pictures and
// what is wished for; it does not know how they travel. It promises that what somebody stands on keeps the focus while
// the list moves.

import { $, keep, make } from "./dom.js";
import { counting, lasting, many, problemWords, toneOf } from "./fleet-words.js";
import { language, t } from "./i18n.js";
import { icon } from "./icons.js";

const STEP = 100; // rows more, each time they are asked for
const TYPED_MS = 150;
// What a filter is called, the count that stands on it, and the tone that count has unless it is nought.
const TILES = [
  ["", "shops", ""],
  ["urgent", "urgent", "bad"],
  ["held", "held", "bad"],
  ["stopped", "stopped", "bad"],
  ["full", "full", "bad"],
  ["silent", "silent", "silent"],
  ["soon", "soon", "careful"],
];

export class List {
  #picture = null;
  #typing = 0;
  wish = { words: "", show: "", limit: STEP };

  /** `wished()` is called when somebody wants to see something else. */
  constructor(wished) {
    this.wished = wished;
    $("words").addEventListener("input", ({ target }) => {
      clearTimeout(this.#typing);
      this.#typing = setTimeout(() => this.#want({ words: target.value.trim(), limit: STEP }), TYPED_MS);
    });
    $("shops-more").addEventListener("click", () => this.#want({ limit: this.wish.limit + STEP }));
    $("shops").addEventListener("keydown", (event) => this.#move(event));
    $("words").addEventListener("keydown", (event) => this.#move(event));
    document.addEventListener("keydown", (event) => {
      if (event.key !== "/" || event.target.closest("input, select, textarea") || document.documentElement.dataset.view !== "home") return;
      event.preventDefault();
      $("words").select();
    });
  }

  #want(change) {
    this.wish = { ...this.wish, ...change };
    this.wished();
    this.#tiles();
  }

  /** Show a picture that has rows; without one, the last again. */
  show(picture = this.#picture) {
    if (!picture) return;
    this.#picture = picture;
    const { counts, rows, matching } = picture;
    const standing = document.activeElement.closest(".shop-row")?.dataset.store; // a shop's row moves, or is made anew
    this.#verdict(counts, picture.link);
    this.#tiles();
    keep($("shops"), rows, { key: (row) => row.store, mark: (row) => JSON.stringify([language(), row]), build: shopRow });
    if (standing) $("shops").querySelector(`[data-store="${CSS.escape(standing)}"] .shop-name`)?.focus({ preventScroll: true });
    $("shops-count").textContent = rows.length === matching ? many(matching) : t("fleet.count", { shown: many(rows.length), all: many(matching) });
    $("shops-more").hidden = rows.length >= matching;
    $("shops-empty").hidden = rows.length > 0 || counts.shops === 0;
    $("shops-empty").textContent = t("fleet.no_match");
  }

  #verdict(counts, link) {
    const { shops, there, urgent, silent, soon, printers } = counts;
    const only = urgent > 0 && urgent === silent;
    const tone = urgent ? (only ? "silent" : "bad") : soon ? "careful" : shops ? "good" : "none";
    const words = !shops ? t("fleet.none") : only ? counting("fleet.silent", silent) : urgent ? counting("fleet.urgent", urgent) : t("fleet.well");
    const hint = shops ? "" : link.state === "connected" ? t("fleet.none_hint") : (link[language()] ?? "");
    const facts = shops ? [t("fleet.there", { there: many(there), shops: many(shops) }), counting("fleet.printers_count", printers)] : [];
    keep($("verdict"), [{ tone, words, hint, facts }], {
      key: () => "verdict",
      mark: JSON.stringify,
      build: () =>
        make(
          "div",
          { className: `answer ${tone}` },
          make("span", { className: "disc" }, icon({ bad: "alert", silent: "quiet", none: "paper", careful: "good" }[tone] ?? tone)),
          make(
            "div",
            { className: "answer-words" },
            make("p", { className: "answer-state", textContent: words }),
            hint ? make("p", { className: "answer-because", textContent: hint }) : null,
            make("p", { className: "answer-facts quiet" }, ...facts.map((fact) => make("span", { textContent: fact }))),
          ),
        ),
    });
    if ($("verdict-said").textContent !== words) $("verdict-said").textContent = words;
    document.title = `${urgent ? `(${many(urgent)}) ` : ""}${t("page.title")}`;
  }

  #tiles() {
    const counts = this.#picture?.counts;
    if (!counts) return;
    keep($("tiles"), TILES, {
      key: ([show]) => show,
      mark: ([show, count]) => JSON.stringify([language(), counts[count], this.wish.show === show]),
      build: ([show, count, tone]) => {
        const pressed = this.wish.show === show;
        const tile = make(
          "button",
          { type: "button", className: `tile ${counts[count] ? tone : ""}`, onclick: () => this.#want({ show: pressed ? "" : show, limit: STEP }) },
          make("span", { className: "tile-count", textContent: many(counts[count]) }),
          make("span", { className: "tile-name", textContent: t(`fleet.show.${show}`) }),
        );
        tile.setAttribute("aria-pressed", pressed);
        tile.dataset.does = `show-${show}`;
        return make("li", {}, tile);
      },
    });
  }

  /** Up and down go from shop to shop, and from the search to the first; Escape empties the search. */
  #move(event) {
    const search = $("words");
    if (event.key === "Escape" && event.target !== search) search.focus();
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    event.preventDefault();
    const links = [search, ...$("shops").querySelectorAll(".shop-name")];
    const here = links.indexOf(document.activeElement);
    links[Math.min(Math.max(here + (event.key === "ArrowDown" ? 1 : -1), 0), links.length - 1)].focus();
  }
}

function shopRow(row) {
  const { store, problems = [], more = 0, current = 0, capacity = 0, printers = 0, there = true } = row;
  const element = make(
    "li",
    { className: `shop-row ${toneOf(problems)}` },
    make("a", { className: "shop-name", href: `#/shop/${store}`, textContent: store }),
    problems.length
      ? make("ul", { className: "problems" }, ...problems.map(problemLine), more ? make("li", { className: "quiet more", textContent: counting("fleet.others", more) }) : null)
      : make("p", { className: "problems quiet", textContent: t("fleet.well_row") }),
    make(
      "p",
      { className: "quiet shop-facts" },
      there ? make("span", { textContent: counting("fleet.printers_count", printers) }) : null,
      there ? make("span", { textContent: t("fleet.queue", { current: many(current), capacity: many(capacity) }) }) : null,
    ),
  );
  element.dataset.store = store;
  return element;
}

/** One problem as a line: what it is, where, why, since when. */
export function problemLine(problem) {
  const { icon: sign, what, why, job, printer } = problemWords(problem);
  const silent = problem.kind === "silent";
  const line = make(
    "li",
    { className: `problem ${toneOf([problem])}` },
    icon(sign),
    make(
      "span",
      { className: "problem-words" },
      make("strong", { textContent: what }),
      printer ? make("span", { className: "where", textContent: printer }) : null,
      job ? make("span", { className: "job-id", textContent: job, title: job }) : null,
      why ? make("span", { className: "why", textContent: why }) : null,
      problem.since ? lasting(silent ? "problem.silent_why" : "fleet.since", problem.since) : null,
    ),
  );
  line.dataset.kind = problem.kind;
  return line;
}

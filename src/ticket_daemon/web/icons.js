// The page's few signs, drawn as SVG so that they take the colour of the words beside them. They never stand alone: a
// word says the same, and readers do not hear them.

const SVG = "http://www.w3.org/2000/svg";
const PATHS = {
  good: "M5 12.5l4.5 4.5L19 7.5",
  bad: "M7 7l10 10M17 7L7 17",
  careful: "M12 5.5v8M12 18v.5",
  alert: "M12 4.5L21 19.5H3zM12 10v4.2M12 17v.1",
  held: "M9 6.5v11M15 6.5v11",
  busy: "M12 3.5a8.5 8.5 0 1 0 0 17a8.5 8.5 0 1 0 0-17M12 7.5V12l3 2",
  quiet: "M6 12h12",
  paper: "M7 4h10v16l-2.5-1.5L12 20l-2.5-1.5L7 20zM10 9h4M10 13h4",
};

/** The sign called `name`: good, bad, careful, alert, held, busy, quiet or paper. */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  for (const [key, value] of Object.entries({ viewBox: "0 0 24 24", class: "icon", "aria-hidden": "true" })) {
    svg.setAttribute(key, value);
  }
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", PATHS[name] ?? PATHS.quiet);
  svg.append(path);
  return svg;
}

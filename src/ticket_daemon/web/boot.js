// Runs before the first paint, so that neither theme, language nor view (one of the page's `data-views`, else "home")
// flickers. The module that the page's `data-then` names is asked for once something is seen: reading and running it, and
// what it asks for, would keep the first paint waiting on a machine with few cores.
"use strict";
(() => {
  const stored = (key) => {
    try {
      return localStorage.getItem(key);
    } catch {
      return null; // storage may be forbidden by policy; the defaults do
    }
  };
  const LATEST_MS = 400; // a page that nobody is shown (a window behind others) paints nothing, and is to work all the same
  const root = document.documentElement;
  const wish = stored("ticket-daemon.theme");
  const dark = wish === "dark" || (wish !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
  root.dataset.theme = dark ? "dark" : "light";
  root.lang = stored("ticket-daemon.lang") === "en" ? "en" : "es";
  const { src } = document.currentScript;
  const { views = "", then } = root.dataset;
  const view = location.hash.replace(/^#\/?/, "").split(/[?/]/)[0];
  root.dataset.view = views.split(" ").includes(view) && view ? view : "home";
  if (!then) return;
  const begin = () => import(new URL(then, src)); // again is no harm: a module runs once
  addEventListener("DOMContentLoaded", () => {
    if (document.hidden) return begin();
    new PerformanceObserver(begin).observe({ type: "paint", buffered: true });
    setTimeout(begin, LATEST_MS);
  });
})();

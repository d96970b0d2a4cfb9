// Runs before the first paint, so that neither theme, language nor view (one of `data-views`, else "home") flickers. The
// module that `data-then` names is asked for once something is seen: reading and running it would keep the first paint
// waiting.
"use strict";
(() => {
  const stored = (key) => {
    try {
      return localStorage.getItem(key);
    } catch {
      return null; // storage may be forbidden by policy; the defaults do
    }
  };
  const root = document.documentElement;
  const wish = stored("ticket-daemon.theme");
  const dark = wish === "dark" || (wish !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
  root.dataset.theme = dark ? "dark" : "light";
  root.lang = stored("ticket-daemon.lang") === "en" ? "en" : "es";
  const { src, dataset } = document.currentScript;
  const view = location.hash.replace(/^#\/?/, "").split(/[?/]/)[0];
  root.dataset.view = (dataset.views ?? "").split(" ").includes(view) && view ? view : "home";
  if (!dataset.then) return;
  const begin = () => import(new URL(dataset.then, src));
  addEventListener("DOMContentLoaded", () => {
    // A page in the background paints nothing, and is to work all the same.
    if (document.hidden) begin();
    else requestAnimationFrame(() => setTimeout(begin));
  });
})();

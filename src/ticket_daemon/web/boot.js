// Runs before the first paint, so that neither theme nor language flickers. The rest is in app.js.
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
})();

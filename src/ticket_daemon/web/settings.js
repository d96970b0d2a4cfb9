// The drawer of settings: it closes by itself, and the theme in it is remembered. boot.js painted the first one.

import { $ } from "./dom.js";

const THEME = "ticket-daemon.theme";

/** Make the drawer and its theme work. */
export function setUpSettings() {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const paint = () => {
    const wish = $("theme").value;
    document.documentElement.dataset.theme = wish === "dark" || (wish === "auto" && dark.matches) ? "dark" : "light";
  };
  $("theme").value = localStorage.getItem(THEME) ?? "auto";
  $("theme").addEventListener("change", ({ target }) => {
    localStorage.setItem(THEME, target.value);
    paint();
  });
  dark.addEventListener("change", paint);

  const settings = $("settings");
  const close = () => (settings.open = false);
  document.addEventListener("click", ({ target }) => settings.contains(target) || close());
  settings.addEventListener("keydown", ({ key }) => {
    if (key !== "Escape") return;
    close();
    settings.querySelector("summary").focus();
  });
}

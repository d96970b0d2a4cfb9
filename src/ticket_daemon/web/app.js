// The page put together: who hears what. It holds no state of its own beyond the token, theme and language controls.

import { Connection } from "./connection.js";
import { Desk } from "./desk.js";
import { $ } from "./dom.js";
import { language, speak } from "./i18n.js";
import { Log } from "./log.js";
import { quiet } from "./outcome.js";
import { Paper } from "./paper.js";
import { Printers } from "./printers.js";
import { signed } from "./protocol.js";
import { Shop } from "./shop.js";
import { Vitals } from "./vitals.js";

const TOKEN = "ticket-daemon.token";
const THEME = "ticket-daemon.theme";

const scheme = location.protocol === "https:" ? "wss:" : "ws:";
const connection = new Connection(`${scheme}//${location.host}/ws`);
const token = () => $("token").value.trim();
const log = new Log();
const vitals = new Vitals(connection);
const paper = new Paper(token);
const printers = new Printers(showLed);
const chosenPrinter = () => $("printer").value;
const desk = new Desk({
  printer: chosenPrinter,
  send: (message) => connection.send(signed(message, token())),
  onTicket: (reading, text) => shop.print(reading, text),
});
const shop = new Shop({
  connection, desk, paper, printers, vitals, token, chosenPrinter,
});

connection.addEventListener("sent", ({ detail }) => log.add("sent", detail));
connection.addEventListener("received", ({ detail }) => {
  log.add("received", detail.wire);
  shop.receive(detail);
});
connection.addEventListener("state", ({ detail: state }) => {
  const connected = state === "connected";
  for (const id of ["send", "preview", "ping", "printers-refresh"]) $(id).disabled = !connected;
  if (connected) {
    shop.greet();
    desk.check(false);
  } else {
    desk.proof.lost();
  }
  showLed();
});

function showLed() {
  $("led").dataset.state = connection.state === "connected" ? printers.lamp : "off";
}

function setUpControls() {
  $("language").value = language();
  $("language").addEventListener("change", ({ target }) => {
    speak(target.value);
    quiet();
    for (const part of [vitals, desk, paper]) part.retell();
    for (const part of [log, printers, shop.jobs]) part.show();
  });

  $("token").value = sessionStorage.getItem(TOKEN) ?? "";
  $("token").addEventListener("input", () => {
    if (token()) sessionStorage.setItem(TOKEN, token());
    else sessionStorage.removeItem(TOKEN);
  });
  $("token").addEventListener("change", () => connection.state === "connected" && shop.greet());

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

  $("printers-refresh").addEventListener("click", () => shop.refresh());
  const settings = $("settings");
  const closeSettings = () => (settings.open = false);
  document.addEventListener("click", ({ target }) => settings.contains(target) || closeSettings());
  settings.addEventListener("keydown", ({ key }) => {
    if (key !== "Escape") return;
    closeSettings();
    settings.querySelector("summary").focus();
  });
}

speak(language());
setUpControls();
desk.open();
log.show();
vitals.retell();
connection.start();

// The page of many shops put together: who hears what, and which of its two views is seen. It holds no state of its own.

import { Connection } from "./connection.js";
import { $ } from "./dom.js";
import { List } from "./fleet-list.js";
import { OneShop } from "./fleet-shop.js";
import { lasted } from "./fleet-words.js";
import { language, speak, t, teach } from "./i18n.js";
import { setUpSettings } from "./settings.js";
import { FLEET } from "./texts-fleet.js";
import { Vitals } from "./vitals.js";

const AGE_EVERY_MS = 1000;

teach(FLEET);
const scheme = location.protocol === "https:" ? "wss:" : "ws:";
const connection = new Connection(`${scheme}//${location.host}/ws`);
const vitals = new Vitals(connection);
const list = new List(look);
const oneShop = new OneShop();
let link = { state: "connecting" };

/** The shop that the address names, "" for all. */
const storeNow = () => decodeURIComponent(location.hash.match(/^#\/shop\/([^?]+)/)?.[1] ?? "");

function look() {
  connection.send({ tipo: "look", ...list.wish, store: storeNow() });
}

function received({ detail }) {
  if (detail.kind !== "fleet") return;
  vitals.version(detail.version);
  link = detail.link;
  showLink();
  const store = storeNow();
  if (detail.rows) list.show(detail);
  else if (store && (!detail.shop || detail.shop.store === store)) oneShop.show(store, detail);
}

/** How it stands with the NATS server: the page keeps what it knew, and says how old that is. */
function showLink() {
  const { state, server = "" } = link;
  document.documentElement.dataset.nats = state;
  $("nats").dataset.state = state === "lost" ? "waiting" : state;
  $("nats").title = server;
  const said = t(`nats.${state}`);
  if ($("nats-text").textContent !== said) $("nats-text").textContent = said;
  $("nats-gone").hidden = state !== "lost";
  $("nats-gone").textContent = state === "lost" ? `${t("nats.gone", { time: lasted(link.since * 1000) })} ${sentence(link[language()])}` : "";
}

const sentence = (words = "") => (words ? `${words[0].toUpperCase()}${words.slice(1)}.` : "");

function showView(byHand) {
  const store = storeNow();
  const view = store ? "shop" : "home";
  document.documentElement.dataset.view = view;
  look();
  if (store) oneShop.show(store, { shop: null });
  if (!byHand) return;
  scrollTo(0, 0);
  document.querySelector(`[data-heading-of="${view}"]`)?.focus({ preventScroll: true });
}

function setUp() {
  $("language").value = language();
  $("language").addEventListener("change", ({ target }) => {
    speak(target.value);
    vitals.retell();
    showLink();
    list.show();
    if (storeNow()) oneShop.show(storeNow());
  });
  setUpSettings();
  addEventListener("hashchange", () => showView(true));
  $("skip").addEventListener("click", (event) => {
    event.preventDefault();
    document.querySelector(`[data-heading-of="${storeNow() ? "shop" : "home"}"]`)?.focus();
  });
  document.addEventListener("keydown", ({ key, target }) => {
    if (key === "Escape" && storeNow() && !target.closest("details[open], select")) location.hash = "#/";
  });
  setInterval(() => link.state === "lost" && showLink(), AGE_EVERY_MS);
}

connection.addEventListener("received", received);
connection.addEventListener("state", ({ detail }) => detail === "connected" && look());
speak(language());
setUp();
showView(false);
vitals.retell();
showLink();
connection.start();

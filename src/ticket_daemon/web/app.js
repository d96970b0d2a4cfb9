// The page put together: who hears what. It holds no state of its own beyond the token and language controls.

import { Acts } from "./acts.js";
import { Afar } from "./afar.js";
import * as api from "./api.js";
import { Book } from "./book.js";
import { Burst } from "./burst.js";
import { Cards } from "./cards.js";
import { Connection } from "./connection.js";
import { Desk } from "./desk.js";
import { Doctor } from "./doctor.js";
import { $ } from "./dom.js";
import { Health } from "./health.js";
import { language, speak } from "./i18n.js";
import { Jobs } from "./jobs.js";
import { Journal } from "./journal.js";
import { Log } from "./log.js";
import { Origins } from "./origins.js";
import { quiet } from "./outcome.js";
import { Paper } from "./paper.js";
import { Printers } from "./printers.js";
import { signed } from "./protocol.js";
import * as router from "./router.js";
import { Service } from "./service.js";
import { followSession } from "./session.js";
import { SetUp } from "./setup.js";
import { setUpSettings } from "./settings.js";
import { Sheet } from "./sheet.js";
import { Shop } from "./shop.js";
import { Verdict } from "./verdict.js";
import { Vitals } from "./vitals.js";

const TOKEN = "ticket-daemon.token";

const token = () => $("token").value.trim();
api.carry(token);

const scheme = location.protocol === "https:" ? "wss:" : "ws:";
const connection = new Connection(`${scheme}//${location.host}/ws`);
const book = new Book();
const printers = new Printers();
const sheet = new Sheet(book);
const look = (id) => sheet.look(id);
const acts = new Acts({ look, showHeld: () => jobs.showHeld() });
sheet.acts = acts;
const jobs = new Jobs({ book, acts });
const health = new Health(connection);
const afar = new Afar(health);
const verdict = new Verdict({ book, printers, acts, afar });
const cards = new Cards({ book, printers, acts });
const setup = new SetUp(printers);
const paper = new Paper(look);
const log = new Log();
const journal = new Journal();
const vitals = new Vitals(connection);
const service = new Service({ connection, health });
const doctor = new Doctor();
const burst = new Burst(book);
const origins = new Origins();
const chosenPrinter = () => $("printer").value;
const desk = new Desk({
  printer: chosenPrinter,
  send: (message) => connection.send(signed(message, token())),
  onTicket: (reading, text) => shop.print(reading, text),
});
const shop = new Shop({ connection, book, desk, paper, printers, vitals, token, chosenPrinter });

connection.addEventListener("sent", ({ detail }) => log.add("sent", detail));
connection.addEventListener("received", ({ detail }) => {
  log.add("received", detail.wire);
  shop.receive(detail);
});
connection.addEventListener("state", ({ detail: state }) => {
  const connected = state === "connected";
  for (const id of ["send", "preview", "ping", "printers-refresh", "burst-start"]) $(id).disabled = !connected;
  if (connected) {
    shop.greet();
    desk.check(false);
  } else {
    desk.proof.lost();
  }
  showLed();
});
printers.addEventListener("change", showLed);

function showLed() {
  $("led").dataset.state = connection.state === "connected" ? printers.lamp : "off";
}

function setUpControls() {
  $("language").value = language();
  $("language").addEventListener("change", ({ target }) => {
    speak(target.value);
    quiet();
    for (const part of [vitals, desk, paper, service, doctor, burst, origins, sheet]) part.retell();
    for (const part of [log, journal, afar, verdict, cards, setup, jobs]) part.show();
  });

  $("token").value = sessionStorage.getItem(TOKEN) ?? "";
  $("token").addEventListener("input", () => {
    if (token()) sessionStorage.setItem(TOKEN, token());
    else sessionStorage.removeItem(TOKEN);
  });
  $("token").addEventListener("change", () => connection.state === "connected" && shop.greet());

  setUpSettings();
  $("printers-refresh").addEventListener("click", () => shop.lookAnew());
}

speak(language());
setUpControls();
followSession(connection);
router.start();
desk.open();
for (const part of [log, journal, verdict, jobs]) part.show();
vitals.retell();
connection.start();

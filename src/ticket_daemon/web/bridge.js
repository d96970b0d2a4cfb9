// The bridge: a window of the daemon's own that a point of sale opens where its browser lets it reach this machine in no
// other way. It knows the page that opened it and one WebSocket; it does not know messages. It promises to speak to no
// other page than its opener, to name that page's origin, as the browser vouches for it, to the daemon, which decides,
// and to close when the opener does.
//
// Opener to bridge: {bridge: "ticket-daemon", action: "connect" | "send" | "close", data?}.
// Bridge to opener: {bridge: "ticket-daemon", event: "ready" | "open" | "message" | "close", data?, code?, reason?}.

import { say } from "./texts-door.js";

const NAME = "ticket-daemon";
const ORIGIN_REFUSED = 4403;
const LOOK_EVERY_MS = 1000;

const page = window.opener;
let origin = null;
let socket = null;

document.title = say("bridge.title");

function show(state, hint = "bridge.keep") {
  const line = document.getElementById("state");
  line.dataset.state = state;
  line.textContent = say(`bridge.${state}`, { origin });
  document.getElementById("hint").textContent = hint ? say(hint) : "";
}

function tell(event, more = {}) {
  page.postMessage({ bridge: NAME, event, ...more }, origin);
}

function connect() {
  socket?.close();
  const scheme = location.protocol === "https:" ? "wss:" : "ws:";
  const link = new WebSocket(`${scheme}//${location.host}/ws?for=${encodeURIComponent(origin)}`);
  socket = link;
  link.onmessage = ({ data }) => {
    if (link !== socket) return;
    // Only a daemon that greets has let the page in: one that refuses opens the link as well, to say why.
    if (document.getElementById("state").dataset.state !== "open") {
      show("open");
      tell("open");
    }
    tell("message", { data });
  };
  link.onclose = ({ code, reason }) => {
    if (link !== socket) return;
    socket = null;
    show(code === ORIGIN_REFUSED ? "refused" : "closed", code === ORIGIN_REFUSED ? "bridge.pair" : "bridge.keep");
    tell("close", { code, reason });
  };
}

function hear({ data, source, origin: from }) {
  if (source !== page || data?.bridge !== NAME || from === "null") return;
  if (origin !== null && from !== origin) return; // another page has taken the opener's place
  origin = from;
  if (data.action === "connect") connect();
  else if (data.action === "send" && socket?.readyState === WebSocket.OPEN) socket.send(data.data);
  else if (data.action === "close") socket?.close(1000);
}

if (page) {
  show("waiting");
  addEventListener("message", hear);
  setInterval(() => page.closed && window.close(), LOOK_EVERY_MS);
  // That there is a bridge is no secret, and whose window opened it is not known before it speaks.
  page.postMessage({ bridge: NAME, event: "ready" }, "*");
} else {
  show("alone", "");
}

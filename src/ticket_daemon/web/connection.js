// One WebSocket that comes back by itself. It knows opening, closing, growing pauses and pings; it does not know what
// messages mean. It promises that its state is always one of connecting, connected, waiting, refused, and that a
// silent link is noticed: no sign of life after a ping means a new connection.

import * as protocol from "./protocol.js";

const PAUSES_MS = [500, 1000, 2000, 4000, 8000, 15000];
const PING_EVERY_MS = 20000;
const ANSWER_WITHIN_MS = 8000;
const ORIGIN_REFUSED = 4403;
const SESSION_OVER = 4401;

export class Connection extends EventTarget {
  #socket = null;
  #failures = 0;
  #timer = 0;
  #heartbeat = 0;
  #deadline = 0;
  #pings = new Map();
  #pingNumber = 0;

  state = "connecting";
  retryAt = 0;
  reason = "";

  constructor(url) {
    super();
    this.url = url;
  }

  start() {
    this.#open();
    addEventListener("online", () => this.reconnect());
    document.addEventListener("visibilitychange", () => {
      if (!document.hidden && this.state === "waiting") this.reconnect();
    });
  }

  /** Try now instead of waiting for the pause to end. */
  reconnect() {
    if (this.state === "connected" || this.state === "connecting") return;
    this.#open();
  }

  /** Send a message object. False when there is no link. */
  send(message) {
    if (this.#socket?.readyState !== WebSocket.OPEN) return false;
    this.#socket.send(JSON.stringify(message));
    this.#tell("sent", message);
    return true;
  }

  /** A promise of the round trip in ms; null when no answer came. */
  ping() {
    const id = `ping-${++this.#pingNumber}`;
    const begun = performance.now();
    return new Promise((resolve) => {
      const giveUp = setTimeout(() => this.#pings.delete(id) && resolve(null), ANSWER_WITHIN_MS);
      this.#pings.set(id, () => {
        clearTimeout(giveUp);
        resolve(performance.now() - begun);
      });
      if (!this.send(protocol.ping(id))) {
        clearTimeout(giveUp);
        this.#pings.delete(id);
        resolve(null);
      }
    });
  }

  #open() {
    clearTimeout(this.#timer);
    this.#become("connecting");
    const socket = new WebSocket(this.url);
    this.#socket = socket;
    socket.onopen = () => {
      this.reason = "";
      this.#become("connected");
      this.#heartbeat = setInterval(() => this.#check(), PING_EVERY_MS);
    };
    socket.onmessage = ({ data }) => this.#receive(data);
    socket.onclose = (event) => socket === this.#socket && this.#closed(event);
  }

  #receive(data) {
    clearTimeout(this.#deadline);
    const event = protocol.read(data);
    if (event === null) return;
    this.#failures = 0; // only a daemon that speaks counts as back
    this.#tell("received", event);
    if (event.kind === "pong") {
      const answered = this.#pings.get(event.id);
      this.#pings.delete(event.id);
      answered?.();
    }
  }

  #check() {
    this.ping().then((ms) => ms !== null && this.#tell("latency", ms));
    clearTimeout(this.#deadline);
    this.#deadline = setTimeout(() => this.#socket?.close(), ANSWER_WITHIN_MS);
  }

  #closed(event) {
    clearInterval(this.#heartbeat);
    clearTimeout(this.#deadline);
    this.reason = event.reason || "";
    if (event.code === SESSION_OVER) this.#tell("over", event);
    const pause = PAUSES_MS[Math.min(this.#failures, PAUSES_MS.length - 1)];
    this.#failures += 1;
    // A little chance keeps a shop's pages from all knocking at once.
    const wait = pause * (0.85 + Math.random() * 0.3);
    this.retryAt = Date.now() + wait;
    this.#become(event.code === ORIGIN_REFUSED ? "refused" : "waiting");
    this.#timer = setTimeout(() => this.#open(), event.code === ORIGIN_REFUSED ? PAUSES_MS.at(-1) : wait);
  }

  #become(state) {
    this.state = state;
    this.#tell("state", state);
  }

  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}

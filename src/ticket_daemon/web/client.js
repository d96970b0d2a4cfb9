// Ticket Daemon's client, MIT licence. It knows the wire's words, how to come back, and why a browser may not reach the
// daemon; it does not know what a ticket looks like. It promises that a ticket is sent until it is acknowledged, always
// under the same id so that it prints once, and that its promise ends with what became of it. client.d.ts says the rest.

const PAUSES_MS = [250, 500, 1000, 2000, 4000, 8000, 15000];
const REFUSED = 4403; // close code: this origin is not allowed
const TOO_LARGE = 1009; // close code: a frame over the limit
const PRINTED = ["confirmed", "sent", "spooled"];
const FINAL = [...PRINTED, "failed", "expired", "cancelled"];
/** Refusals that pass: the same ticket is sent again. */
const PASSING = ["queue_full", "rate_limited", "shutting_down"];

export class TicketError extends Error {
  constructor(code, message, more) {
    super(message || code);
    this.name = "TicketError";
    this.code = code;
    Object.assign(this, more);
  }
}

/** `crypto.randomUUID` is missing on http pages. */
export const newId = () =>
  globalThis.crypto?.randomUUID?.() ??
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");

export const connect = (options) => new Daemon(options);

export class Daemon extends EventTarget {
  #options;
  #prefix; // each daemon's by themselves
  #socket = null;
  #failures = 0;
  #timers = {};
  #pending = new Map(); // id -> entry, in the order of asking
  #asked = new Map(); // key -> the questions that wait for their answer
  #listeners = new Set();
  #sentTopics = "";
  #pausedUntil = 0;
  #greeted = deferred();

  state = "connecting";
  reason = "";
  info = null;
  ready = this.#greeted.promise;

  constructor({ url = "ws://127.0.0.1:8766/ws", token, store = defaultStore(), resendWithin = 900, pingAfter = 20000, ...more } = {}) {
    super();
    this.#prefix = `ticket-daemon ${url} `;
    this.#options = { url, token, store, resendWithin, pingAfter, WebSocket: globalThis.WebSocket, ...more };
    globalThis.addEventListener?.("online", this.#wake);
    globalThis.document?.addEventListener("visibilitychange", this.#wake);
    permission().then((status) => status && (status.onchange = this.#wake));
    this.#recall();
    this.#open();
  }

  // --- tickets ---

  print(document, { id = newId(), printer, ttl_s, copies, ...how } = {}) {
    const known = this.#pending.get(id);
    const message = { tipo: "ticket", id, printer, ttl_s, copies, ...content(document) };
    return this.#follow(known ?? this.#add(id, message), how);
  }

  reprint(id, { new_id = newId(), banner, open_drawer, ...how } = {}) {
    const message = { tipo: "reprint", id, new_id, banner, open_drawer };
    return this.#follow(this.#pending.get(new_id) ?? this.#add(new_id, message), how);
  }

  wait(id, how = {}) {
    let entry = this.#pending.get(id);
    if (!entry) {
      entry = this.#add(id, null);
      if (this.state === "connected") this.#watch(entry);
    }
    return this.#follow(entry, how);
  }

  get pending() {
    return [...this.#pending.keys()];
  }

  // --- jobs and printers ---

  job(id, how) {
    return this.#query({ tipo: "job", id }, how).then(asJob);
  }
  jobs({ limit, pending, ...how } = {}) {
    return this.#query({ tipo: "get_jobs", limit, pending }, how).then((answer) => answer.jobs.map(asJob));
  }
  cancel(id, how) {
    return this.#steer({ tipo: "cancel", id }, ["cancelled"], how);
  }
  hold(id, how) {
    return this.#steer({ tipo: "hold", id }, ["held"], how);
  }
  release(id, { open_drawer, ...how } = {}) {
    return this.#steer({ tipo: "release", id, open_drawer }, ["queued", "printing", ...FINAL], how);
  }
  status(how) {
    return this.#query({ tipo: "status" }, how).then(({ mensaje, tipo, ...rest }) => ({ ...rest, text: mensaje }));
  }
  printers(how) {
    return this.#query({ tipo: "get_printers" }, how).then(({ tipo, ...rest }) => rest);
  }
  preview(document, { printer, ...how } = {}) {
    const message = { tipo: "preview", id: newId(), printer, ...content(document) };
    return this.#query(message, how).then(({ png, width, height, warnings }) => {
      return { png: `data:image/png;base64,${png}`, width, height, warnings };
    });
  }

  subscribe(listener) {
    this.#listeners.add(listener);
    this.#tellTopics();
    return () => {
      this.#listeners.delete(listener);
      this.#tellTopics();
    };
  }

  on(type, listener) {
    const hear = ({ detail }) => listener(detail);
    this.addEventListener(type, hear);
    return () => this.removeEventListener(type, hear);
  }

  diagnose(options) {
    return diagnose({ url: this.#options.url, WebSocket: this.#options.WebSocket, ...options });
  }

  openBridge(features = "popup,width=420,height=280") {
    const { origin, href } = new URL(httpOf(this.#options.url, "/bridge"));
    const popup = globalThis.open(href, "ticket-daemon-bridge", features);
    if (!popup) throw new TicketError("popup_blocked");
    this.#options.WebSocket = bridgeTo(popup, origin);
    this.#drop("bridge");
    this.#open();
  }

  reconnect() {
    if (this.state === "waiting" || this.state === "refused") this.#open();
  }

  close() {
    this.#become("closed");
    globalThis.removeEventListener?.("online", this.#wake);
    globalThis.document?.removeEventListener("visibilitychange", this.#wake);
    this.#options.store = null; // what waits here goes on where the store is opened again
    for (const entry of this.#pending.values()) this.#failed(entry, given("closed", entry));
    this.#drop("closed");
  }

  // --- the connection ---

  #wake = () => globalThis.document?.hidden || this.reconnect();

  #open() {
    this.#stopTimers();
    this.#become("connecting");
    let socket;
    try {
      socket = this.#socket = new this.#options.WebSocket(this.#options.url);
    } catch (error) {
      return this.#closed({ reason: error.message }); // mixed content
    }
    socket.onmessage = ({ data }) => socket === this.#socket && this.#receive(data);
    socket.onclose = (event) => socket === this.#socket && this.#closed(event);
    socket.onerror = () => {}; // close follows
  }

  /** Give a connection up without waiting for the other side to close it. */
  #drop(reason) {
    const socket = this.#socket;
    this.#closed({ reason });
    socket?.close();
  }

  #closed({ code, reason }) {
    this.#stopTimers();
    this.#socket = null;
    this.#sentTopics = "";
    this.reason = reason || "";
    const sent = [...this.#pending.values()].filter((entry) => entry.step === "sent");
    for (const entry of sent) entry.step = "new";
    if (code === TOO_LARGE && sent.length) {
      const size = (entry) => JSON.stringify(entry.message).length;
      const largest = sent.reduce((one, other) => (size(other) > size(one) ? other : one));
      this.#failed(largest, new TicketError("too_large", this.reason, { id: largest.id, accepted: false }));
    }
    const asked = [...this.#asked.values()].flat();
    this.#asked.clear();
    for (const question of asked) question.reject(new TicketError("disconnected"));
    if (this.state === "closed") return;
    const pause = code === REFUSED ? PAUSES_MS.at(-1) : PAUSES_MS[Math.min(this.#failures++, PAUSES_MS.length - 1)];
    // By chance: a shop's pages must not all knock at once.
    this.#timers.open = setTimeout(() => this.#open(), pause * (0.75 + Math.random() / 2));
    this.#become(code === REFUSED ? "refused" : "waiting");
  }

  #become(state) {
    if (this.state === state || this.state === "closed") return;
    this.state = state;
    this.#tell("state", state);
  }

  #tell(type, detail) {
    this.dispatchEvent(Object.assign(new Event(type), { detail }));
  }

  #stopTimers() {
    for (const timer of Object.values(this.#timers)) clearTimeout(timer);
    this.#timers = {};
  }

  #send(message) {
    const { token } = this.#options;
    this.#socket.send(JSON.stringify(token ? { ...message, auth_token: token } : message));
  }

  #beat() {
    clearTimeout(this.#timers.beat);
    clearTimeout(this.#timers.silence);
    const { pingAfter } = this.#options;
    this.#timers.beat = setTimeout(() => {
      this.#send({ tipo: "ping" });
      this.#timers.silence = setTimeout(() => this.#drop("silent"), pingAfter * 0.4);
    }, pingAfter);
  }

  #receive(text) {
    this.#beat();
    const message = JSON.parse(text);
    const entry = this.#pending.get(message.id);
    switch (message.tipo) {
      case "info":
        if (message.protocol) this.#welcome(message);
        else this.#answer("", message);
        break;
      case "ack":
        if (entry) this.#acked(entry, message);
        break;
      case "result":
        this.#tell("result", asResult(message));
        if (entry) this.#ended(entry, asResult(message));
        break;
      case "error":
        this.#refused(message);
        break;
      case "job":
        this.#answer(message.id, message);
        break;
      case "job_event":
        for (const listener of this.#listeners) listener.job?.(asJob(message));
        if (entry) entry.held &&= message.state === "held" && entry.held;
        if (entry?.finalOnly && FINAL.includes(message.state)) this.#ended(entry, asResult(message));
        break;
      case "printer_status": {
        const { tipo, ...news } = message;
        for (const listener of this.#listeners) listener.printer?.(news);
        break;
      }
      case "preview":
        this.#answer(message.id, message);
        break;
      case "status":
      case "printers":
      case "jobs":
        this.#answer("", message);
    }
  }

  #welcome({ version, protocol }) {
    this.#failures = 0; // only one that speaks is back
    this.info = { version, protocol };
    this.#greeted.resolve(this.info);
    this.#become("connected");
    this.#tellTopics();
    for (const entry of this.#pending.values()) if (entry.step === "acked") this.#watch(entry);
    this.#pump();
  }

  #tellTopics() {
    const wanted = (topic, key) => [...this.#listeners].some((listener) => listener[key]) && topic;
    const waiting = [...this.#pending.values()].some((entry) => entry.finalOnly);
    const topics = [waiting ? "jobs" : wanted("jobs", "job"), wanted("printers", "printer")].filter(Boolean);
    if (this.state !== "connected" || this.#sentTopics === topics.join()) return;
    this.#sentTopics = topics.join();
    this.#ask({ tipo: "subscribe", topics }).catch(() => {});
  }

  // --- tickets under way ---

  #add(id, message, kept) {
    const step = message ? "new" : "acked";
    const entry = { id, message, step, at: Date.now(), settled: deferred(), final: deferred(), ...kept };
    this.#pending.set(id, entry);
    this.#keep(entry);
    if (!kept) this.#pump();
    return entry;
  }

  /** A caller's own promise of an entry. */
  #follow(entry, { onAck, finalOnly, timeout, signal } = {}) {
    if (finalOnly) {
      entry.finalOnly = true;
      this.#tellTopics();
    }
    if (onAck) {
      if (entry.ack) onAck(entry.ack);
      else (entry.onAck ??= []).push(onAck);
    }
    entry.followers = (entry.followers ?? 0) + 1;
    if (entry.held && !finalOnly) return Promise.resolve(entry.held);
    return bounded((finalOnly ? entry.final : entry.settled).promise, { timeout, signal }, (code) => {
      const error = given(code, entry);
      if (--entry.followers === 0) this.#failed(entry, error); // nobody else waits: it is not sent any more
      return error;
    });
  }

  #pump() {
    if (this.state !== "connected") return;
    const wait = this.#pausedUntil - Date.now();
    clearTimeout(this.#timers.pump);
    if (wait > 0) {
      this.#timers.pump = setTimeout(() => this.#pump(), wait);
      return;
    }
    for (const entry of this.#pending.values()) {
      if (entry.step !== "new") continue;
      entry.step = "sent";
      this.#send(entry.message);
    }
  }

  #watch(entry) {
    this.#ask({ tipo: "job", id: entry.id, watch: true }).catch((error) => {
      if (error.code !== "disconnected") this.#failed(entry, error);
    });
  }

  #acked(entry, { mensaje, pos, current, capacity, printer, duplicate, warnings = [] }) {
    entry.step = "acked";
    entry.message = null;
    this.#keep(entry);
    entry.ack = { id: entry.id, text: mensaje, pos, current, capacity, printer, duplicate, warnings };
    for (const hear of entry.onAck ?? []) hear(entry.ack);
    this.#tell("ack", entry.ack);
  }

  #ended(entry, result) {
    entry.settled.resolve(result);
    if (entry.finalOnly && !FINAL.includes(result.state)) {
      entry.held = result;
      return;
    }
    this.#forget(entry);
    entry.final.resolve(result);
  }

  #refused(message) {
    const { id, code, mensaje, path, retry_after_s } = message;
    const error = new TicketError(code, sentence(mensaje), { id, path, retry_after_s, accepted: false });
    const entry = [...this.#pending.values()].find((one) => one.step === "sent" && one.message.id === id);
    if (!entry) return this.#answer(this.#asked.has(id) ? id : "", null, error);
    if (!PASSING.includes(code)) return this.#failed(entry, error);
    entry.step = "new";
    this.#pausedUntil = Date.now() + (retry_after_s ?? 1) * 1000;
    this.#pump();
  }

  #failed(entry, error) {
    this.#forget(entry);
    entry.settled.reject(error);
    entry.final.reject(error);
  }

  // --- what is kept over a reload ---

  #keep({ id, message, at }) {
    const { store } = this.#options;
    try {
      store?.setItem(this.#prefix + id, JSON.stringify({ at, message }));
    } catch {
      this.#unkeep(id); // full: not kept before its ack
    }
  }

  #unkeep(id) {
    try {
      this.#options.store?.removeItem(this.#prefix + id);
    } catch {
      // costs a question at the next load
    }
  }

  #forget(entry) {
    this.#pending.delete(entry.id);
    this.#unkeep(entry.id);
    if (entry.finalOnly) this.#tellTopics();
  }

  /** Tickets from before a reload go on; one that is old and was never acked is asked after, not printed. */
  #recall() {
    const { store, resendWithin } = this.#options;
    const keys = Array.from({ length: store?.length ?? 0 }, (_, index) => store.key(index));
    const kept = [];
    for (const key of keys.filter((one) => one?.startsWith(this.#prefix))) {
      try {
        kept.push({ id: key.slice(this.#prefix.length), ...JSON.parse(store.getItem(key)) });
      } catch {
        this.#unkeep(key.slice(this.#prefix.length));
      }
    }
    for (const { id, at, message } of kept.sort((one, other) => one.at - other.at)) {
      const age = (Date.now() - at) / 1000;
      const again = message && age < Math.min(resendWithin, message.ttl_s ?? Infinity);
      if (again && message.ttl_s) message.ttl_s -= age;
      this.#add(id, again ? message : null, { at });
    }
  }

  // --- questions ---

  /** A question that changes nothing: asked again after a lost connection. */
  async #query(message, how) {
    for (;;) {
      try {
        return await this.#ask(message, how);
      } catch (error) {
        if (error.code !== "disconnected" || this.state === "closed") throw error;
      }
    }
  }

  /** Those that share an id are asked one after the other: answers carry nothing else. */
  #ask(message, how = {}) {
    const key = message.id ?? "";
    const question = { message, ...deferred() };
    this.#begin(question, key).catch(question.reject);
    return bounded(question.promise, how, (code) => {
      question.over = true;
      return new TicketError(code);
    });
  }

  async #begin(question, key) {
    const ticket = this.#pending.get(key);
    if (ticket && ticket.step !== "acked") {
      await Promise.race([ticket.settled.promise, new Promise((resolve) => (ticket.onAck ??= []).push(resolve))]).catch(() => {});
    }
    while (this.state !== "connected") {
      if (this.state === "closed") throw new TicketError("closed");
      await new Promise((resolve) => this.addEventListener("state", resolve, { once: true }));
    }
    if (question.over) return;
    const line = this.#asked.get(key) ?? [];
    this.#asked.set(key, [...line, question]);
    if (line.length === 0) this.#send(question.message);
  }

  #answer(key, message, error) {
    const [question, ...rest] = this.#asked.get(key) ?? [];
    if (!question) return;
    if (rest.length) this.#asked.set(key, rest);
    else this.#asked.delete(key);
    if (error) question.reject(error);
    else question.resolve(message);
    if (rest.length) this.#send(rest[0].message);
  }

  /** What changes a job is not asked twice blindly: after a lost connection the job says whether it was done. */
  async #steer(message, reached, how) {
    for (let again = false; ; again = true) {
      try {
        if (again) {
          const job = await this.job(message.id, how);
          if (reached.includes(job.state)) return job;
        }
        return asJob(await this.#ask(message, how));
      } catch (error) {
        if (error.code !== "disconnected" || this.state === "closed") throw error;
      }
    }
  }
}

const given = (code, { id, step }) => new TicketError(code, "", { id, accepted: { new: false, sent: null, acked: true }[step] });

/** Without the word that v1 clients split on. */
const sentence = (text) => text?.replace(/^[A-Z]+: /, "");

const asResult = ({ id, state, code, printer, moved_from, duration_ms, mensaje }) => {
  return { id, printed: PRINTED.includes(state), state, code, printer, moved_from, duration_ms, text: sentence(mensaje) };
};

const asJob = ({ tipo, mensaje, ...job }) => ({ ...job, printed: PRINTED.includes(job.state), text: sentence(mensaje) });

/** A promise with its ends outside; one that nobody waits for may fail in silence. */
function deferred() {
  let ends;
  const promise = new Promise((resolve, reject) => (ends = { resolve, reject }));
  promise.catch(() => {});
  return { promise, ...ends };
}

/** `promise`, unless `timeout` or `signal` ends it with what `give` makes of "timeout" or "aborted". */
function bounded(promise, { timeout, signal } = {}, give) {
  if (timeout === undefined && !signal) return promise;
  return new Promise((resolve, reject) => {
    const end = (code) => reject(give(code));
    const stop = () => end("aborted");
    const timer = timeout === undefined ? 0 : setTimeout(end, timeout, "timeout");
    if (signal?.aborted) stop();
    signal?.addEventListener("abort", stop, { once: true });
    const clean = () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", stop);
    };
    promise.then(resolve, reject).finally(clean);
  });
}

function defaultStore() {
  try {
    return globalThis.localStorage ?? null;
  } catch {
    return null;
  }
}

const httpOf = (url, path) => {
  const address = new URL(url);
  return `${address.protocol.replace("ws", "http")}//${address.host}${path}`;
};

/** Pages of this machine or network are not asked, whatever the permission says. */
const NEAR = /^(localhost$|127\.|10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|\[(::1|f[cd]))/;

/** The browser's permission for this machine's network, or null where there is no such thing or no need of it. */
async function permission() {
  if (NEAR.test(globalThis.location?.hostname)) return null;
  for (const name of ["loopback-network", "local-network-access"]) {
    try {
      return await globalThis.navigator.permissions.query({ name });
    } catch {
      // not known by that name
    }
  }
  return null;
}

/** A WebSocket's likeness through the daemon's own window, which tells the daemon for whom it speaks. */
function bridgeTo(popup, origin) {
  let ready = false;
  return class {
    constructor() {
      addEventListener("message", this);
      this.watch = setInterval(() => popup.closed && this.#end({ code: 1006, reason: "popup" }), 500);
      if (ready) this.#ask("connect");
    }
    #ask(action, data) {
      popup.postMessage({ bridge: "ticket-daemon", action, data }, origin);
    }
    handleEvent({ source, data: { bridge, event, ...more } = {} }) {
      if (source !== popup || bridge !== "ticket-daemon") return;
      ready = true;
      if (event === "ready") this.#ask("connect");
      if (event === "message") this.onmessage(more);
      if (event === "close") this.#end(more);
    }
    #end(event) {
      clearInterval(this.watch);
      removeEventListener("message", this);
      this.onclose?.(event);
    }
    send(data) {
      this.#ask("send", data);
    }
    close() {
      this.onclose = null;
      this.#end();
      if (!popup.closed) this.#ask("close");
    }
  };
}

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** A page sees the same of almost every trouble, so why is found out from around it. */
export async function diagnose({
  url = "ws://127.0.0.1:8766/ws",
  WebSocket = globalThis.WebSocket,
  onPrompt = () => {},
  promptAfter = 3000,
  hungAfter = 8000,
} = {}) {
  const before = (await permission())?.state ?? "unsupported";
  const begun = Date.now();
  let blocked = false;
  const witness = () => (blocked = true);
  globalThis.document?.addEventListener("securitypolicyviolation", witness);
  let verdict = await attempt(url, WebSocket, before === "prompt" ? [promptAfter, onPrompt] : [hungAfter, null]);
  if (verdict === "failed") {
    await sleep(80); // the policy's event comes after the socket's
    verdict = blocked ? "csp_blocked" : await why(url, Date.now() - begun > promptAfter);
  }
  globalThis.document?.removeEventListener("securitypolicyviolation", witness);
  return { verdict, permission: before };
}

/** One try: "ok", what the browser or the daemon says by itself, or "failed". */
const attempt = (url, WebSocket, [patience, onSilence]) =>
  new Promise((resolve) => {
    let socket;
    const end = (verdict) => {
      clearTimeout(timer);
      resolve(verdict);
      socket?.close();
    };
    const timer = setTimeout(() => (onSilence ? onSilence() : end("hung")), patience);
    try {
      socket = new WebSocket(url);
    } catch (error) {
      return end(error.name === "SecurityError" ? "mixed_content" : "invalid_url");
    }
    socket.onmessage = () => end("ok");
    socket.onclose = ({ code }) => end(code === REFUSED ? "origin_refused" : "failed");
    socket.onerror = () => setTimeout(end, 80, "failed"); // a blocked one never closes
  });

async function why(url, waited) {
  const { top, self, document, isSecureContext, fetch } = globalThis;
  const policy = document?.permissionsPolicy ?? document?.featurePolicy;
  if (top !== self && policy?.allowsFeature("loopback-network") === false) return "frame_not_delegated";
  const now = (await permission())?.state;
  if (now === "denied") return isSecureContext === false ? "insecure_context" : "permission_denied";
  if (now === "prompt" && waited) return "prompt_dismissed";
  const health = httpOf(url, "/health");
  const soon = (more) => fetch(health, { signal: AbortSignal.timeout(3000), ...more });
  try {
    const { origin_allowed } = await (await soon()).json();
    if (origin_allowed === false) return "origin_refused";
    return url.startsWith("wss") ? "certificate" : "wrong_path";
  } catch {
    return soon({ mode: "no-cors" }).then(() => "refusing", () => "not_running");
  }
}

// --- tickets ---

const NEWER = ["pdf417", "datamatrix", "aztec", "columns"];

export class Ticket {
  commands = [];

  constructor(model = "Generic 80mm", profile = {}) {
    this.profile = { model, ...profile };
  }

  add(type, data = {}) {
    this.commands.push({ type, data });
    return this;
  }

  text(text, { align, label, label_style, separator, new_line, ...content_style } = {}) {
    const before = label === undefined ? undefined : { text: label, label_style, separator };
    return this.add("text", { content: { text, align, content_style }, label: before, new_line });
  }
  separator(char, length) {
    return this.add("separator", { char, length });
  }
  row(...cells) {
    return this.add("columns", { cells: cells.map((cell) => (typeof cell === "object" ? cell : { text: `${cell}` })) });
  }
  table(columns, rows, { show_headers, paper_width, ...options } = {}) {
    const named = columns.map(([name, width, align]) => ({ name, width, align }));
    return this.add("table", { definition: { columns: named, paper_width }, rows, show_headers, options });
  }
  image(code, options) {
    return this.add("image", { code, ...options });
  }
  barcode(symbology, data, options) {
    return this.add("barcode", { symbology, data, ...options });
  }
  feed(lines = 1) {
    return this.add("feed", { lines });
  }
  cut(mode, feed) {
    return this.add("cut", { mode, feed });
  }
  pulse(options) {
    return this.add("pulse", { ...options });
  }
  beep(times, lapse) {
    return this.add("beep", { times, lapse });
  }
  raw(hex, options) {
    return this.add("raw", { hex, ...options });
  }

  toJSON() {
    const version = this.commands.some(({ type }) => NEWER.includes(type)) ? "1.1" : "1.0";
    return { version, profile: this.profile, commands: this.commands };
  }
}

for (const type of ["qr", "pdf417", "datamatrix", "aztec"]) {
  Ticket.prototype[type] = function (data, options) {
    return this.add(type, { data, ...options });
  };
}

// --- what a ticket may be besides a document ---

const CONTENTS = ["html", "text", "pdf", "picture", "printer"];

function content(ticket) {
  if (globalThis.Element && ticket instanceof Element) return { formato: "html", contenido: look(ticket) };
  const formato = !ticket?.toJSON && CONTENTS.find((name) => Object.hasOwn(ticket ?? {}, name)); // a Ticket has methods of these names
  if (!formato) return { datos: ticket?.toJSON?.() ?? ticket };
  const given = ticket[formato];
  return { formato, contenido: typeof given === "string" ? given : base64(new Uint8Array(given.buffer ?? given)) };
}

function base64(bytes) {
  let text = "";
  for (let at = 0; at < bytes.length; at += 32768) text += String.fromCharCode(...bytes.subarray(at, at + 32768));
  return btoa(text);
}

// An element as it looks now: its computed style written into each of its parts, canvases as pictures.
function look(element) {
  const copy = element.cloneNode(true);
  const [from, to] = [element, copy].map((root) => [root, ...root.querySelectorAll("*")]);
  from.forEach((part, index) => {
    const style = getComputedStyle(part);
    to[index].style?.setProperty("all", "revert");
    for (const name of style) to[index].style?.setProperty(name, style.getPropertyValue(name));
    if (part instanceof HTMLCanvasElement) {
      const picture = document.createElement("img");
      picture.src = part.toDataURL();
      picture.style.cssText = to[index].style.cssText;
      to[index].replaceWith(picture);
    }
  });
  return `<!doctype html><meta charset="utf-8"><body style="margin:0">${copy.outerHTML}`;
}

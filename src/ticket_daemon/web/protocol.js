// The wire's words (tipo, datos, mensaje…) and nothing else: what a message looks like on the way out, and what it
// says on the way in. It knows no socket and no element of the page. Every other module speaks the names given here.

export const PRINTED = new Set(["confirmed", "sent", "spooled"]);
export const FINAL = new Set([...PRINTED, "failed", "expired", "cancelled"]);
export const NOISE = new Set(["ping", "pong", "preview", "status", "get_jobs", "jobs"]);

const SECRET = "auth_token";

const withToken = (message, token) => (token ? { ...message, [SECRET]: token } : message);
const withoutEmpty = (message) =>
  Object.fromEntries(Object.entries(message).filter(([, value]) => value !== undefined && value !== ""));

/** A ticket to print. `printer` is a destination's name; empty lets the daemon choose. */
export const ticket = (id, document, printer, token) =>
  withToken(withoutEmpty({ tipo: "ticket", id, printer, datos: document }), token);

export const preview = (id, document, printer, token) =>
  withToken(withoutEmpty({ tipo: "preview", id, printer, datos: document }), token);
export const ping = (id) => ({ tipo: "ping", id });
export const status = (token) => withToken({ tipo: "status" }, token);
export const printers = (token) => withToken({ tipo: "get_printers" }, token);
export const job = (id, token) => withToken({ tipo: "job", id, watch: true }, token);
export const jobs = ({ limit, pending }, token) => withToken(withoutEmpty({ tipo: "get_jobs", limit, pending }), token);
export const subscribe = (topics, token) => withToken({ tipo: "subscribe", topics }, token);

/** The same message with the page's token, unless it carries one of its own. */
export const signed = (message, token) => (SECRET in message ? message : withToken(message, token));

/**
 * What stands in the editor: a document, or a whole message written by hand.
 * `prefix` is where the document begins inside the text, for finding a fault's place again.
 */
export function reading(value) {
  const whole = isObject(value) && typeof value.tipo === "string";
  if (!whole) return { whole: false, document: value, prefix: "", kind: "ticket" };
  return {
    whole: true,
    message: value,
    kind: value.tipo,
    id: value.id === undefined ? undefined : String(value.id),
    printer: value.printer,
    document: value.datos,
    prefix: "datos",
  };
}

/** A whole message with another id: the way to print the same ticket a second time on purpose. */
export const withId = (message, id) => ({ ...message, id });

/** A frame's text as an event with English names, or null where it is no message of ours. */
export function read(text) {
  let wire;
  try {
    wire = JSON.parse(text);
  } catch {
    return null;
  }
  if (!isObject(wire) || typeof wire.tipo !== "string") return null;
  return { ...plain(wire), wire };
}

/** A message, or one in a list of them, in English names. */
export function plain({ tipo, mensaje, ...rest }) {
  if (rest.id !== undefined && rest.id !== null) rest.id = String(rest.id);
  return { ...rest, kind: tipo, text: sentence(mensaje) };
}

/** A message for people without the category word that v1 clients split on. */
const sentence = (text) => String(text ?? "").replace(/^[A-Z]+: /, "");

/** What the log keeps of a message: everything but the token. */
export const forLog = (wire) => (SECRET in wire ? { ...wire, [SECRET]: "•••" } : wire);
export const kindOf = (wire) => wire.tipo ?? "?";

/** One line that says what a message is about. */
export function gist(wire) {
  const parts = [];
  if (wire.state || wire.status) parts.push(wire.state ?? wire.status);
  if (wire.code) parts.push(wire.code);
  if (wire.printer) parts.push(typeof wire.printer === "string" ? wire.printer : "");
  if (wire.mensaje) parts.push(wire.mensaje);
  if (wire.datos?.commands?.length) parts.push(`commands × ${wire.datos.commands.length}`);
  if (wire.topics) parts.push(wire.topics.join(", "));
  return parts.filter(Boolean).join(" · ");
}

/** The words that a document prints, for those who cannot see the paper. */
export function spokenText(document) {
  const words = [];
  const add = (value) => {
    if (typeof value === "string" || typeof value === "number") words.push(String(value));
  };
  for (const command of Array.isArray(document?.commands) ? document.commands : []) {
    const data = command?.data ?? {};
    if (command?.type === "text") {
      const label = isObject(data.label) ? data.label.text : data.label;
      const content = isObject(data.content) ? data.content.text : data.content;
      add(label ? `${label}: ${content ?? ""}` : content);
    } else if (command?.type === "table") {
      for (const row of Array.isArray(data.rows) ? data.rows : []) add(Array.isArray(row) ? row.join(" ") : undefined);
    } else if (command?.type === "columns") {
      for (const cell of Array.isArray(data.cells) ? data.cells : []) add(cell?.text);
    } else if (["qr", "barcode", "pdf417", "datamatrix", "aztec"].includes(command?.type)) {
      add(`[${command.type}: ${data.data ?? ""}]`);
    }
  }
  const text = words.join(", ").replace(/\s+/g, " ").trim();
  return text.length > 600 ? `${text.slice(0, 600)}…` : text;
}

function isObject(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

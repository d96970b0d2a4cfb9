// Where things stand in JSON text. It knows JSON's grammar and paths such as `commands[3].data.align`; it does not know
// tickets. It promises the offset of the first fault of any text, and for any path the place of the deepest part of it
// that exists: a missing field is shown on the object that misses it.

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const SPACE = /[ \t\r\n]*/y;
const WORDS = ["true", "false", "null"];
const MAX_DEPTH = 200;

/** Text that is not JSON: `offset` says where, `code` what was missing there. */
export class JsonFault extends Error {
  constructor(code, offset) {
    super(code);
    this.code = code;
    this.offset = offset;
  }
}

/**
 * The tree of places of `text`: {start, end, members?: Map(name -> node with keyStart), items?: [node]}.
 * Throws JsonFault.
 */
export function places(text) {
  let at = 0;

  const skip = () => {
    SPACE.lastIndex = at;
    SPACE.exec(text);
    at = SPACE.lastIndex;
  };
  const match = (pattern) => {
    pattern.lastIndex = at;
    const found = pattern.exec(text);
    if (found) at = pattern.lastIndex;
    return found?.[0];
  };
  const fail = (code, offset = at) => {
    throw new JsonFault(code, offset);
  };

  function value(depth) {
    skip();
    if (depth > MAX_DEPTH) fail("json.deep");
    const start = at;
    const sign = text[at];
    if (sign === "{") return object(start, depth);
    if (sign === "[") return list(start, depth);
    if (sign === '"') {
      if (match(STRING) === undefined) fail("json.string", start);
    } else {
      const word = WORDS.find((w) => text.startsWith(w, at));
      if (word) at += word.length;
      else if (match(NUMBER) === undefined) fail("json.value");
    }
    return { start, end: at };
  }

  function object(start, depth) {
    const members = new Map();
    at += 1;
    skip();
    if (text[at] === "}") return { start, end: ++at, members };
    for (;;) {
      skip();
      const keyStart = at;
      const key = match(STRING);
      if (key === undefined) fail(text[at] === '"' ? "json.string" : "json.key");
      skip();
      if (text[at] !== ":") fail("json.colon");
      at += 1;
      members.set(JSON.parse(key), { ...value(depth + 1), keyStart });
      skip();
      if (text[at] === "}") return { start, end: ++at, members };
      if (text[at] !== ",") fail("json.comma_object");
      at += 1;
    }
  }

  function list(start, depth) {
    const items = [];
    at += 1;
    skip();
    if (text[at] === "]") return { start, end: ++at, items };
    for (;;) {
      items.push(value(depth + 1));
      skip();
      if (text[at] === "]") return { start, end: ++at, items };
      if (text[at] !== ",") fail("json.comma_list");
      at += 1;
    }
  }

  const root = value(0);
  skip();
  if (at < text.length) fail("json.rest");
  return root;
}

/** `commands[3].data.align` as ["commands", 3, "data", "align"]. */
export const steps = (path) =>
  [...path.matchAll(/\[(\d+)\]|([^.[\]]+)/g)].map(([, index, name]) => (index === undefined ? name : Number(index)));

/** The place of `path` in `text`: {start, end, exact}; `exact` is false where only an ancestor exists. */
export function locate(text, path) {
  let node = places(text);
  for (const step of steps(path)) {
    const next = typeof step === "number" ? node.items?.[step] : node.members?.get(step);
    if (next === undefined) return { start: node.keyStart ?? node.start, end: node.end, exact: false };
    node = next;
  }
  return { start: node.keyStart ?? node.start, end: node.end, exact: true };
}

/** Zero-based line and column of an offset. */
export function lineOf(text, offset) {
  const before = text.slice(0, offset);
  const line = before.split("\n").length - 1;
  return { line, column: offset - (before.lastIndexOf("\n") + 1) };
}

/** JSON that people like to read: what fits in `width` characters stays on one line. */
export function pretty(value, width = 60, indent = "", taken = indent.length) {
  const flat = oneLine(value);
  if (taken + flat.length <= width || typeof value !== "object" || value === null) return flat;
  const inner = `${indent}  `;
  const member = ([key, item]) => {
    const name = `${JSON.stringify(key)}: `;
    return name + pretty(item, width, inner, inner.length + name.length);
  };
  const parts = Array.isArray(value)
    ? value.map((item) => pretty(item, width, inner))
    : Object.entries(value).map(member);
  const [open, close] = Array.isArray(value) ? "[]" : "{}";
  return `${open}\n${parts.map((part) => inner + part).join(",\n")}\n${indent}${close}`;
}

function oneLine(value) {
  if (Array.isArray(value)) return `[${value.map(oneLine).join(", ")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const members = Object.entries(value).map(([key, item]) => `${JSON.stringify(key)}: ${oneLine(item)}`);
  return members.length ? `{ ${members.join(", ")} }` : "{}";
}

// Requests to the daemon over HTTP, for what is asked once: steering a job, trying a printer, the log. It knows paths,
// the token and how a refusal looks; it does not know what is shown. It promises that every failure is a Refusal with
// words for a person.

import { known, t } from "./i18n.js";
import { plain } from "./protocol.js";

/** What the daemon refused, or that it could not be reached: `status` 0. `message` is for people. */
export class Refusal extends Error {
  constructor(status, code, words) {
    super(words);
    this.status = status;
    this.code = code;
  }
}

let token = () => "";

/** Have every request carry what `read()` says, if it says anything. */
export const carry = (read) => (token = read);

/** The answer to a request as it came; Refusal unless it is a success or 304. */
export async function ask(path, { method = "GET", body, headers = {} } = {}) {
  const secret = token();
  const all = { ...headers, ...(secret ? { Authorization: `Bearer ${secret}` } : {}) };
  if (body !== undefined) all["Content-Type"] = "application/json";
  let answer;
  try {
    answer = await fetch(path, { method, headers: all, body: body === undefined ? undefined : JSON.stringify(body), cache: "no-store" });
  } catch {
    throw new Refusal(0, "offline", t("refusal.offline"));
  }
  if (answer.ok || answer.status === 304) return answer;
  const said = await answer.json().catch(() => ({}));
  const { code = "", text } = plain(said);
  throw new Refusal(answer.status, code, known(`refusal.${code}`, text || t("refusal.status", { status: answer.status })));
}

export const get = async (path, headers) => (await ask(path, { headers })).json();
export const post = async (path, body = {}) => (await ask(path, { method: "POST", body })).json();
export const remove = async (path) => (await ask(path, { method: "DELETE" })).json();

const job = (id, verb = "") => `/api/v1/jobs/${encodeURIComponent(id)}${verb}`;
const printer = (name, verb) => `/api/v1/printers/${encodeURIComponent(name)}/${verb}`;

export const hold = (id) => post(job(id, "/hold"));
export const release = (id) => post(job(id, "/release"));
export const cancel = (id) => remove(job(id));
export const reprint = (id, { banner, openDrawer }) => post(job(id, "/reprint"), { banner, open_drawer: openDrawer });
export const details = (id) => get(job(id));
export const tryOut = (name, what, body) => post(printer(name, what), body);
export const picture = async (id) => (await ask(job(id, "/paper.png"))).blob();

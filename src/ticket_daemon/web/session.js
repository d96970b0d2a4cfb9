// The log-in's other end: whether this page has a session, leaving it, and going to the log-in when it is over. It knows the
// paths of `/auth`; passwords are the log-in page's business.

import * as api from "./api.js";
import { $ } from "./dom.js";
import { attempt } from "./notice.js";

const LOGIN = "/login";

/** Follow the session of this page on `connection`. */
export function followSession(connection) {
  connection.addEventListener("over", () => location.assign(LOGIN));
  $("settings").addEventListener("toggle", () => $("settings").open && look());
  $("log-out").addEventListener("click", () =>
    attempt(async () => {
      await api.post("/auth/logout");
      location.assign(LOGIN);
    }),
  );
}

async function look() {
  try {
    $("log-out").hidden = !(await api.get("/auth/session")).logged_in;
  } catch (refusal) {
    if (!(refusal instanceof api.Refusal)) throw refusal;
    $("log-out").hidden = true; // a daemon without a log-in
  }
}

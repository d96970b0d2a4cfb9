// The log-in window. Without it the form is sent as it is; with it a wrong password is told without leaving the page.

import { say } from "./texts-door.js";

const form = document.getElementById("form");
const said = document.getElementById("said");
const password = document.getElementById("password");
const enter = document.getElementById("enter");

document.title = say("title");
for (const element of document.querySelectorAll("[data-t]")) element.textContent = say(element.dataset.t);

const refused = new URLSearchParams(location.search).get("refused");
if (refused) said.textContent = say(refused === "rate_limited" ? "wrong.later" : "wrong.unauthorized");

// A link on another site brings no session along, though there may be one: then there is nothing to ask for.
fetch("/auth/session")
  .then((answer) => answer.json())
  .then(({ logged_in: inside }) => inside && location.replace("/"))
  .catch(() => {}); // the form says so when it is sent

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  enter.disabled = true;
  said.textContent = await tried();
  enter.disabled = false;
  if (said.textContent) password.select();
});

/** Try the password; what to say when it was refused. */
async function tried() {
  try {
    const answer = await fetch("/auth/login", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ password: password.value }),
    });
    if (answer.ok) {
      location.replace("/");
      return "";
    }
    const { code, mensaje, retry_after_s: seconds } = await answer.json();
    const known = code === "unauthorized" || code === "rate_limited";
    return known ? say(`wrong.${code}`, { seconds }) : mensaje;
  } catch {
    return say("wrong.unreachable");
  }
}

// Setting the shop up from the page: printers that were found or have an address, tokens for points of sale, the page's
// password. Everything is written into the configuration file by the daemon, which checks it first.

import * as api from "./api.js";
import { $, button, keep, make } from "./dom.js";
import { known, language, t } from "./i18n.js";
import { attempt, notice } from "./notice.js";
import { question } from "./question.js";
import { onView } from "./router.js";

const PATH = "/auth/setup";
const one = (kind, name) => `${PATH}/${kind}/${encodeURIComponent(name)}`;

export class SetUp {
  #said = null;
  #scanned = [];

  constructor(printers) {
    this.printers = printers;
    printers.addEventListener("change", () => this.show());
    $("add-form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#addByAddress();
    });
    $("scan").addEventListener("click", () => this.#scan());
    $("token-form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#makeToken($("token-name").value.trim());
    });
    $("password-form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#setPassword($("new-password").value);
    });
    onView((name) => (name === "service" || name === "home") && this.#look());
  }

  async #look() {
    try {
      this.#said = await api.get(PATH);
    } catch {
      this.#said = null; // nobody is logged in, or may not: the forms stay away
    }
    this.show();
  }

  show() {
    for (const id of ["set-up", "keys"]) $(id).hidden = !this.#said;
    const listed = new Set([...this.printers.all, ...this.printers.found].map((printer) => printer.uri));
    const found = [...this.printers.found, ...this.#scanned.filter((printer) => !listed.has(printer.uri))];
    $("found").hidden = found.length === 0;
    keep($("found-list"), found, {
      key: (printer) => `${printer.source} ${printer.uri} ${printer.name}`,
      mark: (printer) => JSON.stringify([language(), Boolean(this.#said), printer]),
      build: (printer) => this.#foundRow(printer),
    });
    if (!this.#said) return;
    const { printers, tokens, file, has_password: locked } = this.#said;
    $("set-up-file").textContent = t("setup.file", { file });
    $("password-note").textContent = t(locked ? "setup.password_set" : "setup.password_none");
    keep($("configured-list"), printers.filter((printer) => !printer.uri.startsWith("virtual:")), {
      key: ({ name }) => name,
      mark: (printer) => JSON.stringify([language(), printer]),
      build: (printer) => this.#configuredRow(printer),
    });
    keep($("token-list"), tokens, {
      key: (name) => name,
      mark: () => language(),
      build: (name) =>
        make("li", {}, make("strong", { textContent: name }), button(t("setup.revoke"), () => this.#revoke(name), { label: `${t("setup.revoke")}: ${name}` })),
    });
  }

  // --- printers ---

  #foundRow(printer) {
    const { name, model, driver, uri, port, source, profile, usable } = printer;
    const facts = [model || driver, profile && t("found.profile", { profile }), port || uri, source && known(`source.${source}`, source)];
    return make(
      "li",
      {},
      make("strong", { textContent: name }),
      make("span", { className: "quiet", textContent: [...new Set(facts.filter(Boolean))].join(" · ") }),
      usable ? make("span", { className: "usable", textContent: t("found.usable") }) : null,
      this.#said ? button(t("setup.add"), () => this.#add({ name, uri, profile: profile || "" }), { label: `${t("setup.add")}: ${name}` }) : null,
    );
  }

  #configuredRow({ name, uri, profile, default: usual }) {
    return make(
      "li",
      {},
      make("strong", { textContent: name }),
      make("span", { className: "quiet", textContent: [uri, profile, usual && t("setup.is_default")].filter(Boolean).join(" · ") }),
      usual ? null : button(t("setup.make_default"), () => this.#change(name, { default: true }), { label: `${t("setup.make_default")}: ${name}` }),
      button(t("setup.remove"), () => this.#remove(name), { label: `${t("setup.remove")}: ${name}` }),
    );
  }

  async #addByAddress() {
    const given = $("add-address").value.trim();
    const uri = given.includes("://") ? given : `socket://${given}`;
    const name = $("add-name").value.trim();
    if (await this.#add({ name, uri, profile: $("add-profile").value })) $("add-form").reset();
  }

  async #add(printer) {
    notice("busy", t("setup.asking", { name: printer.name }));
    if (!printer.profile) printer.profile = await detected(printer.uri);
    const first = !(this.#said?.printers ?? []).some(({ default: usual, uri }) => usual && !uri.startsWith("virtual:"));
    const added = await this.#keepSaid(() => api.post(`${PATH}/printers`, first ? { ...printer, default: true } : printer), t("setup.added", { name: printer.name }));
    if (added) await this.#tryOut(printer.name);
    return added;
  }

  async #tryOut(name) {
    if (!(await question({ title: t("setup.test_title"), words: t("setup.test_words", { name }), yes: t("setup.test_yes") }))) return;
    if (!(await attempt(() => api.tryOut(name, "test")))) return;
    const well = await question({ title: t("setup.well_title"), words: t("setup.well_words"), yes: t("setup.well_yes") });
    notice(well ? "good" : "careful", t(well ? "setup.well" : "setup.not_well"));
  }

  async #scan() {
    $("scan").disabled = true;
    notice("busy", t("setup.scanning"));
    await attempt(async () => {
      const { network, printers } = await api.post("/api/v1/printers/scan");
      this.#scanned = printers;
      notice("good", t("setup.scanned", { network, count: printers.length }));
    });
    $("scan").disabled = false;
    this.show();
  }

  #change(name, values) {
    return this.#keepSaid(async () => (await api.ask(one("printers", name), { method: "PATCH", body: values })).json(), t("setup.changed"));
  }

  async #remove(name) {
    const sure = await question({ title: t("setup.remove_title", { name }), words: t("setup.remove_words"), yes: t("setup.remove"), grave: true });
    if (sure) await this.#keepSaid(() => api.remove(one("printers", name)), t("setup.removed", { name }));
  }

  // --- tokens and the password ---

  async #makeToken(name) {
    const made = await this.#keepSaid(() => api.post(`${PATH}/tokens`, { name }));
    if (!made) return;
    $("token-form").reset();
    $("new-token").hidden = false;
    $("new-token-text").textContent = this.#said.token;
    if (this.#said.has_password || $("token").value) return;
    $("token").value = this.#said.token; // from now on this page needs one as well
    for (const kind of ["input", "change"]) $("token").dispatchEvent(new Event(kind, { bubbles: true }));
  }

  async #revoke(name) {
    const sure = await question({ title: t("setup.revoke_title", { name }), words: t("setup.revoke_words"), yes: t("setup.revoke"), grave: true });
    if (sure) await this.#keepSaid(() => api.remove(one("tokens", name)), t("setup.revoked", { name }));
  }

  async #setPassword(password) {
    if (await this.#keepSaid(() => api.post(`${PATH}/password`, { password }), t("setup.password_done"))) location.reload();
  }

  /** Do `work`, whose answer is how things stand now. True when it went well. */
  async #keepSaid(work, done) {
    const well = await attempt(async () => (this.#said = await work()), done);
    this.show();
    return well;
  }
}

/** The profile of what the printer at an address says it is; "" where it says nothing. */
async function detected(uri) {
  try {
    return (await api.post(`${PATH}/detect`, { uri })).profile;
  } catch {
    return "";
  }
}

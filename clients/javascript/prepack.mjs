// What the package holds and another folder owns: the daemon serves the same client.js, and there is one licence.
import { copyFileSync } from "node:fs";

const root = new URL("../../", import.meta.url);
copyFileSync(new URL("src/ticket_daemon/web/client.js", root), new URL("client.js", import.meta.url));
copyFileSync(new URL("LICENSE", root), new URL("LICENSE", import.meta.url));

// How the client is used, for the type checker alone: what stands here must compile, and what is marked must not.
import { connect, diagnose, newId, Ticket, TicketError } from "./client.js";
import type { Ack, Diagnosis, Job, Result, Store } from "./client.js";

const memory: Store = sessionStorage;
const daemon = connect({ url: "ws://127.0.0.1:8766/ws", token: "secret", store: memory, resendWithin: 60 });

const ticket = new Ticket("TM-T20III", { paper_width: 80 })
  .text("CAFÉ LA NUBE", { align: "center", bold: true, size: "2x2" })
  .separator("=")
  .table([["Cant", 4, "right"], ["Producto", 30]], [[2, "Café"], ["1", null]], { header_bold: false })
  .row("TOTAL", { text: "5.30 €", width: 10, align: "right", style: { bold: true } })
  .barcode("ean13", "400638133393", { hri_position: "below" })
  .qr("https://example.com", { correction: "Q" })
  .image("iVBORw0KGgo=", { dithering: "floyd-steinberg" })
  .pulse({ pin: 1 })
  .cut("full", 3);

export async function sell(): Promise<string> {
  const controller = new AbortController();
  try {
    const result: Result = await daemon.print(ticket, {
      id: newId(),
      printer: "caja",
      ttl_s: 120,
      copies: 2,
      timeout: 5000,
      signal: controller.signal,
      onAck: (ack: Ack) => console.log(ack.pos, ack.warnings),
    });
    if (result.state === "held") await daemon.reprint(result.id, { banner: true, open_drawer: false });
    const where: string = result.moved_from ? `${result.printer} (${result.moved_from})` : result.printer;
    return result.printed ? where : result.text;
  } catch (error) {
    if (error instanceof TicketError && error.code === "invalid_document") return error.path ?? "";
    throw error;
  }
}

export async function look(): Promise<Diagnosis> {
  const stop = daemon.subscribe({ job: (job: Job) => console.log(job.state), printer: ({ reasons }) => reasons.length });
  daemon.on("state", (state) => state === "refused");
  daemon.on("result", ({ printed }) => printed);
  document.addEventListener("click", () => daemon.openBridge());
  stop();
  const [job] = await daemon.jobs({ limit: 5 });
  const [open] = await daemon.jobs({ pending: true, limit: 1000, timeout: 1000 });
  const [change] = open?.history ?? [];
  console.log(open?.moved_from, change?.moved_to);
  if (job) await daemon.cancel(job.id).then(({ state }) => state);
  const { png } = await daemon.preview(ticket, { printer: "caja" });
  document.images[0].src = png;
  const { verdict } = await diagnose({ onPrompt: () => alert("…") });
  return verdict === "ok" ? daemon.diagnose() : { verdict, permission: "unsupported" };
}

// @ts-expect-error: no such alignment
ticket.text("x", { align: "middle" });
// @ts-expect-error: an id is text
daemon.wait(7);
// @ts-expect-error: no such news
daemon.on("news", () => {});

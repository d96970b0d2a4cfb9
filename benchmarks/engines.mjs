// The JavaScript engines of the render benchmark: node engines.mjs FOLDER, where FOLDER has them installed.
//
// The first line of standard input is the receipt's data (benchmarks/receipts.py); each further one asks for a batch:
// {"engine": "encoder" | "receiptline", "logo": true | false, "first": number, "count": how many}. It is answered with
// {"us": microseconds of processor time for one receipt, the median of the batch}.

import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import { join } from "node:path";

const require = createRequire(join(process.argv[2], "package.json"));
const Encoder = require("@point-of-sale/receipt-printer-encoder");
const receiptline = require("receiptline");
const { PNG } = require("pngjs");

const COLUMNS = 48;
const encoder = new Encoder({ printerModel: "epson-tm-t20iii" }); // one for all: making it costs more than a receipt
let data;

const own = (number) => {
  const padded = String(number).padStart(6, "0");
  return { ticket: `Ticket 2024-${padded}   Mesa 7`, ean: String(data.first_ean + number), link: data.link + padded };
};

const engines = {
  encoder(number, logo) {
    const { ticket, ean, link } = own(number);
    const to = encoder.initialize();
    if (logo) {
      const { width, height, data: pixels } = PNG.sync.read(Buffer.from(data.logo, "base64"));
      to.align("center").image({ width, height, data: pixels }, width, height, "atkinson");
    }
    to.align("center").bold(true).size(2, 2).line(data.title).size(1, 1).bold(false);
    for (const line of [...data.head, ticket]) to.line(line);
    to.align("left").rule();
    const layout = data.columns.map(([, width, align], place) => ({ width, align, marginRight: place < 2 ? 1 : 0 }));
    to.bold(true).table(layout, [data.columns.map(([name]) => name)]).bold(false);
    to.table(layout, data.rows).rule().align("right");
    for (const [name, amount] of data.totals) {
      to.bold(name === "TOTAL").line(`${name}  ${amount.padStart(10)}`);
    }
    to.bold(false).align("center").barcode(ean, "ean13", { height: 64, width: 2, text: "below" });
    to.qrcode(link, { model: 2, size: 6, errorlevel: "m" });
    for (const line of data.thanks) to.line(line);
    return to.cut("partial").encode().length;
  },

  receiptline(number, logo) {
    const { ticket, ean, link } = own(number);
    const [names, widths] = [0, 1].map((place) => data.columns.map((column) => column[place]));
    const lines = [
      ...(logo ? [`{image:${data.logo}}`] : []),
      `^^^"${data.title}"`,
      ...data.head,
      ticket,
      "-",
      `{width:${widths.join(" ")};border:space}`,
      `"  ${names[0]}"|"${names[1]}" | "${names[2]}"`,
      ...data.rows.map(([count, name, amount]) => `  ${count}|${name} | ${amount}`),
      "{width:*}",
      "-",
      ...data.totals.map(([name, amount]) => `| ${name === "TOTAL" ? `"${name}  ${amount}"` : `${name}  ${amount}`}`),
      `{code:${ean};option:ean,2,64,hri}`,
      `{code:${link};option:qrcode,6,m}`,
      ...data.thanks,
      "=",
    ];
    return receiptline.transform(lines.join("\n"), { cpl: COLUMNS, encoding: "multilingual", command: "escpos" }).length;
  },
};

for await (const line of createInterface({ input: process.stdin })) {
  const asked = JSON.parse(line);
  if (data === undefined) {
    data = asked;
    continue;
  }
  const times = [];
  for (let number = asked.first; number < asked.first + asked.count; number++) {
    const before = process.cpuUsage();
    engines[asked.engine](number, asked.logo);
    const { user, system } = process.cpuUsage(before);
    times.push(user + system);
  }
  times.sort((a, b) => a - b);
  console.log(JSON.stringify({ us: times[times.length >> 1] }));
}

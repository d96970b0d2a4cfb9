// Sample tickets: two shops in Spanish, one in English, one per command, and a whole v1 message. It knows documents;
// it does not know printers or the page. Each is a function so that nobody changes a sample that is shown again.

import * as protocol from "./protocol.js";

const PROFILE = { model: "Generic 80mm", paper_width: 80, code_table: "PC858" };
const TACO =
  "iVBORw0KGgoAAAANSUhEUgAAAIAAAABUAQAAAABi6gJfAAABqklEQVR42t2Uv24UMRCHP8+t7jZSpNuSAnFb8ACUFChnUVFSUlJRp6RBu6nS" +
  "8gh5ErT8kULJA1BYoqF0gRQrcvZH4b29g7QnITGV59PP4/F4xk78acb/Bz7ORMU4W00LSVJ6xEN3COISSNsZLAJAWEuSAboLAG36UoLGPMVf" +
  "UBTfnk3+OzwYDF/fQjdy5wmABJm1FGkfbCRDS/eLc1gT3kRAeXMRFpI0oLVk0D6/OgV4CglQ2v5gK0kjupQMvBgAXO+n64+LkogPE2hOC3gS" +
  "S2LEpoA6TYrQFrDMAErqp6rJXUsod24H+mvJQHPl/QswbKx2oC1Bc70DTQOGGxr4Wc6NYPCqhe8AVGXLSw8f1N+CJTAIAONwAy4D0iDpc9qE" +
  "TnKSlXd+XI7pAWkhSXkbJQ2aszR/MmWmcaXZQieDet8+zYAx3mupZu/VASPfU7R7rwIjwe1MIgaemwO9AcQegCtIGHHWn+MABSlKY6dxJa3K" +
  "XU5gHADIGAGWkAOuhh7DzTHeH05D1cLrQ2AegDOMT5T2OdoQbqC8wlxlGdXxR52//jEdI6j7N5/jb+maARK69NMvAAAAAElFTkSuQmCC";

const paper = (...commands) => ({ version: "1.0", profile: PROFILE, commands });
const modern = (...commands) => ({ version: "1.1", profile: PROFILE, commands }); // what 1.0 does not have
const command = (type, data = {}) => ({ type, data });
const text = (words, style, align) =>
  command("text", {
    content: { text: words, ...(style && { content_style: style }), ...(align && { align }) },
  });
const centred = (words, style) => text(words, style, "center");
const labelled = (label, words, style) =>
  command("text", { label: { text: label, label_style: { bold: true } }, content: { text: words, ...style } });
const line = (char = "-") => command("separator", { char });
const feed = (lines) => command("feed", { lines });
const cut = () => command("cut", { mode: "partial" });
const column = (name, width, align) => ({ name, width, align });

const taqueria = () =>
  paper(
    centred("TAQUERÍA EL PASTORCITO", { bold: true, size: "1x2" }),
    centred("Av. Insurgentes Sur 1457, CDMX"),
    centred("Tel. 55 5555 0134"),
    line("="),
    labelled("Folio", "A-004821"),
    labelled("Mesa", "7    Atendió: Lupita"),
    line(),
    command("table", {
      definition: { columns: [column("Cant", 4, "right"), column("Producto", 29, "left"), column("Importe", 10, "right")] },
      rows: [
        ["5", "Taco al pastor", "$110.00"],
        ["2", "Gringa de suadero", "$96.00"],
        ["1", "Alambre con piña y queso", "$135.00"],
        ["2", "Agua de jamaica 1/2 L", "$56.00"],
        ["1", "Café de olla", "$32.00"],
      ],
    }),
    line(),
    text("TOTAL  $429.00", { bold: true, size: "2x2" }, "right"),
    text("Efectivo $500.00   Cambio $71.00", null, "right"),
    feed(1),
    centred("¡Gracias por su visita!", { bold: true }),
    centred("La propina no está incluida"),
    cut(),
  );

const abarrotes = () =>
  paper(
    centred("ABARROTES DOÑA CHELO", { bold: true, size: "2x1" }),
    centred("RFC: XAXX010101000"),
    centred("Calle Niños Héroes 23, Zapopan, Jal."),
    line("="),
    command("table", {
      definition: {
        columns: [column("Artículo", 22, "left"), column("Cant", 6, "right"), column("P.U.", 7, "right"), column("Total", 9, "right")],
      },
      rows: [
        ["Leche entera 1 L", 2, "28.50", "57.00"],
        ["Frijol negro 900 g", 1, "42.90", "42.90"],
        ["Jitomate saladet kg", "1.25", "34.00", "42.50"],
        ["Huevo blanco 18 pz", 1, "59.00", "59.00"],
        ["Jabón de lavandería", 3, "16.50", "49.50"],
      ],
    }),
    line(),
    text("Subtotal   $250.90", null, "right"),
    text("Descuento   −$10.00", null, "right"),
    text("TOTAL $240.90", { bold: true, size: "2x1" }, "right"),
    line(),
    labelled("Pago", "Tarjeta •••• 4417"),
    labelled("Ahorró", "$10.00 con su monedero"),
    feed(1),
    centred("Conserve su ticket para cualquier aclaración", { font: "B" }),
    command("pulse", { pin: 0 }),
    cut(),
  );

const receipt = () =>
  paper(
    centred("HARBOUR STREET COFFEE", { bold: true, size: "1x2" }),
    centred("18 Harbour Street"),
    line("="),
    labelled("Order", "#1042"),
    labelled("Served by", "Maya"),
    line(),
    command("table", {
      definition: { columns: [column("Qty", 4, "right"), column("Item", 29, "left"), column("Amount", 10, "right")] },
      rows: [
        ["2", "Flat white", "£7.20"],
        ["1", "Cold brew, oat milk", "£4.40"],
        ["1", "Almond croissant", "£3.60"],
        ["1", "Crème brûlée doughnut", "£3.90"],
      ],
    }),
    line(),
    text("TOTAL  £19.10", { bold: true, size: "2x2" }, "right"),
    text("Card **** 4417 approved", null, "right"),
    feed(1),
    centred("Thank you, see you soon", { bold: true }),
    centred("VAT included where it applies", { font: "B" }),
    cut(),
  );

const styles = () =>
  paper(
    text("Normal"),
    text("Negrita / bold", { bold: true }),
    text("Subrayado 1 / underline", { underline: "1pt" }),
    text("Subrayado 2 / underline", { underline: "2pt" }),
    text("Inverso / inverse", { inverse: true }),
    text("Letra B / font B", { font: "B" }),
    text("Doble ancho 2x1", { size: "2x1" }),
    text("Doble alto 1x2", { size: "1x2" }),
    text("3x3", { size: "3x3", bold: true }),
    text("Izquierda / left", null, "left"),
    text("Centro / center", null, "center"),
    text("Derecha / right", null, "right"),
    text("áéíóú ñ Ñ ¿? ¡! ü € «»"),
    cut(),
  );

const labels = () =>
  paper(
    labelled("Cliente", "Público en general"),
    labelled("Fecha", "09/01/2026 14:32"),
    command("text", {
      label: { text: "Mesa", separator: " No. ", label_style: { inverse: true } },
      content: { text: "12", content_style: { bold: true, size: "2x2" } },
    }),
    command("text", { content: { text: "Una parte " }, new_line: false }),
    command("text", { content: { text: "y otra", content_style: { bold: true } }, new_line: false }),
    text(" en el mismo renglón."),
    cut(),
  );

const table = () =>
  paper(
    command("table", {
      definition: {
        columns: [column("Clave", 8, "left"), column("Descripción", 24, "left"), column("Precio", 9, "right")],
      },
      rows: [
        ["A-100", "Un texto largo que se parte en varios renglones sin cortar palabras", 12.5],
        ["A-101", "Corto", 1299],
        ["A-102", "Fila con una celda menos"],
      ],
      options: { header_bold: true, word_wrap: true, column_spacing: 2 },
    }),
    cut(),
  );

const separators = () =>
  paper(
    line("-"),
    line("="),
    line("* "),
    command("separator", { char: "~", length: 24 }),
    text("Tres renglones en blanco:"),
    feed(3),
    text("y un corte completo"),
    command("cut", { mode: "full", feed: 3 }),
  );

const image = () =>
  paper(
    command("image", { code: TACO, pixel_width: 256, align: "center", dithering: "threshold", scaling: "nns" }),
    centred("Taquería El Pastorcito", { bold: true }),
    cut(),
  );

const barcode = () =>
  paper(
    centred("EAN-13"),
    command("barcode", { symbology: "ean13", data: "750105531257", height: 80 }),
    feed(1),
    centred("Code 128"),
    command("barcode", { symbology: "code128", data: "FOLIO-004821", width: 2 }),
    cut(),
  );

const qr = () =>
  paper(
    command("qr", {
      data: "https://example.com/factura?folio=A-004821",
      human_text: "Facture su compra",
      pixel_width: 240,
      correction: "M",
    }),
    cut(),
  );

const columns = () =>
  modern(
    command("columns", {
      cells: [
        { text: "TOTAL", style: { bold: true, size: "2x2" } },
        { text: "$429.00", width: 20, align: "right", style: { bold: true, size: "2x2" } },
      ],
    }),
    command("columns", { cells: [{ text: "Efectivo" }, { text: "$500.00", align: "center" }, { text: "Cambio $71.00", align: "right" }] }),
    cut(),
  );

const pdf417 = () => modern(command("pdf417", { data: "CFDI|XAXX010101000|429.00|A-004821", pixel_width: 420, human_text: "Factura A-004821" }), cut());
const datamatrix = () => modern(command("datamatrix", { data: "SN-0042-2026", pixel_width: 160, human_text: "SN-0042-2026" }), cut());
const aztec = () => modern(command("aztec", { data: "ENTRADA 21:30 FILA 7", pixel_width: 180, human_text: "Entrada 21:30, fila 7" }), cut());

const raw = () =>
  paper(
    text("Bytes tal cual:"),
    command("raw", {
      hex: "1B 45 01 48 6F 6C 61 1B 45 00 0A",
      format: "hex",
      comment: "ESC E 1 (negrita), «Hola», ESC E 0, LF",
      safe_mode: true,
    }),
    cut(),
  );

const pulse = () => paper(command("pulse", { pin: 0, on_time: 50, off_time: 100 }));
const beep = () => paper(command("beep", { times: 2, lapse: 1 }));

// The example that clients of the first Ticket Daemon know by heart, with nothing changed.
const first = () => ({
  ...protocol.ticket("pos1-20260109-001", {
    version: "1.0",
    profile: { model: "80mm EC-PM-80250", paper_width: 80 },
    commands: [
      centred("TICKET DE PRUEBA", { bold: true, size: "2x2" }),
      cut(),
    ],
  }),
});

/** group -> sample name -> what the editor shows. Names are keys of the text table (`sample.<name>`). */
export const SAMPLES = {
  receipts: { taqueria, abarrotes, receipt },
  commands: { styles, labels, table, columns, separators, image, barcode, qr, pdf417, datamatrix, aztec, raw, pulse, beep },
  messages: { first },
};

export const sampleNamed = (name) => Object.values(SAMPLES).find((group) => name in group)?.[name]();
export const FIRST_SAMPLE = { es: "taqueria", en: "receipt" };

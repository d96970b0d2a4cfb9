// Writes the byte files beside it. To make them again, in an empty directory:
//   npm install @point-of-sale/receipt-printer-encoder@4.0.1 receiptline@4.0.4 && node .../make.mjs
import fs from 'fs';
import { createRequire } from 'module';
import path from 'path';
import { fileURLToPath } from 'url';

const require = createRequire(path.join(process.cwd(), 'x.js'));
const ReceiptPrinterEncoder = require('@point-of-sale/receipt-printer-encoder').default
  ?? require('@point-of-sale/receipt-printer-encoder');
const receiptline = require('receiptline');
const here = path.dirname(fileURLToPath(import.meta.url));
const write = (name, bytes) => fs.writeFileSync(path.join(here, `${name}.bin`), Buffer.from(bytes));

const receipt = new ReceiptPrinterEncoder({
  language: 'esc-pos', columns: 42, codepageMapping: 'epson', feedBeforeCut: 4,
  codepageCandidates: ['cp437', 'cp852', 'cp858'],
});
write('rpe_receipt', receipt.initialize().codepage('auto')
  .align('center').bold(true).size(2, 2).line('CAFÉ ÑANDÚ').size(1, 1).bold(false).line('Crème brûlée & Żółw')
  .align('left').rule()
  .table(
    [{ width: 28, align: 'left' }, { width: 12, align: 'right', marginLeft: 2 }],
    [['Espresso', '1.80 €'], ['Té con limón', '2.10 €'], [(e) => e.bold(true).text('TOTAL').bold(false), '3.90 €']],
  )
  .rule({ style: 'double' }).underline(true).line('Underlined').underline(false).invert(true).line('Inverse')
  .invert(false).align('center').barcode('501234567890', 'ean13', { height: 60, text: true }).newline()
  .barcode('ABC-1234', 'code128', { height: 60 }).newline()
  .qrcode('https://example.com/rpe', { model: 2, size: 6, errorlevel: 'm' }).newline()
  .pdf417('PDF417 by RPE').newline(2).pulse().cut().encode());

const box = new ReceiptPrinterEncoder({ language: 'esc-pos', columns: 32, codepageMapping: 'xprinter' });
write('rpe_box_58', box.initialize().codepage('cp437')
  .box({ width: 32, style: 'single', align: 'center' }, 'in a box')
  .align('right').line('32 columns').align('left')
  .text('A long line that has to be wrapped by the encoder itself').newline().encode());

const text = `{width:*,4,10}
^^^RECEIPT LINE
12 High St.
---
Coffee |2 |5.00
Tea |1 |2.20
---
{width:10,*}
^TOTAL |^7.20
{width:auto}
{code:4901234567894;option:ean,2,60,hri}
{code:https://receiptline.example;option:qrcode,5,m}
=
`;
write('receiptline_escpos', Buffer.from(receiptline.transform(`${text}Größe ñ Ж Ω ¥1,000\n`, {
  cpl: 48, encoding: 'multilingual', command: 'escpos', upsideDown: false, spacing: true, cutting: true,
}), 'binary'));
write('receiptline_generic', Buffer.from(receiptline.transform(text, {
  cpl: 32, encoding: 'cp437', command: 'generic', cutting: false,
}), 'binary'));

/**
 * Ticket Daemon's client for web pages and node. It knows how to come back after a lost connection and why a browser
 * may not reach the daemon. It promises that a ticket that was asked for is sent until it is acknowledged, always under
 * the same id so that it is printed once, and that its promise ends with what became of it, also over a lost connection,
 * a daemon that was killed, and a reload of the page.
 */

export type State =
  | "queued" | "printing"
  /** The printer itself said that it has printed. */
  | "confirmed"
  /** The link took every byte; this printer cannot say more. */
  | "sent"
  /** The system's print spooler took it. */
  | "spooled"
  | "failed" | "expired" | "cancelled"
  /** Waits for a person: look at the paper, then reprint, release or cancel. */
  | "held";

export type ErrorCode =
  /** The daemon's own codes: docs/protocol.md has what each means and what to do. */
  | "invalid_json" | "invalid_message" | "unknown_type" | "missing_datos" | "invalid_document" | "unknown_printer"
  | "unauthorized" | "rate_limited" | "queue_full" | "id_conflict" | "unknown_job" | "not_cancellable" | "too_large"
  | "storage_unavailable" | "shutting_down" | "internal"
  /** The caller's own: `timeout` and `signal` of the call, `close()`, a question whose connection was lost. */
  | "timeout" | "aborted" | "closed" | "disconnected" | "popup_blocked"
  | (string & {});

/** Why something was refused or given up. Decide by `code`; `message` is for people, in the daemon's language. */
export class TicketError extends Error {
  constructor(code: ErrorCode, message?: string, more?: object);
  readonly code: ErrorCode;
  readonly id?: string;
  /** Where in the document, such as `commands[3].data.align`. */
  readonly path?: string;
  /** Seconds after which the same may be sent again. */
  readonly retry_after_s?: number;
  /** Whether the daemon has the ticket: null when that is not known. Given up, it is not sent any more. */
  readonly accepted?: boolean | null;
}

/** What became of a ticket. */
export interface Result {
  id: string;
  /** Whether it is on paper, as far as can be known: confirmed, sent or spooled. */
  printed: boolean;
  state: State;
  /** Why not, for programs: `printer_offline`, `expired`, `unknown_outcome`, … */
  code?: string;
  /** Where it came out, or would have. */
  printer: string;
  /** The printer it was accepted for, where another one stood in. */
  moved_from?: string;
  /** From acceptance to the end. */
  duration_ms: number;
  /** For people, in the daemon's language. */
  text: string;
}

/** What a ticket may be besides a document; binary ones as bytes or base64. An `Element` prints as it looks. */
export type Content =
  | { html: string } | { text: string }
  | { pdf: ArrayBuffer | Uint8Array | string } | { picture: ArrayBuffer | Uint8Array | string }
  | { printer: ArrayBuffer | Uint8Array | string };

/** The ticket is on disk: from here on it survives a crash, a power cut, a closed page. */
export interface Ack {
  id: string;
  /** Place in that printer's queue, from 1; 0 when it has ended already. */
  pos: number;
  current: number;
  capacity: number;
  printer: string;
  /** This id was accepted before; nothing is printed a second time. */
  duplicate: boolean;
  /** What will print otherwise than one may think. */
  warnings: string[];
  text: string;
}

export interface Job {
  id: string;
  state: State;
  printed: boolean;
  printer: string;
  /** RFC 3339, UTC. */
  submitted_at: string;
  updated_at: string;
  attempts: number;
  code?: string;
  reprint_of?: string;
  /** The printer it was accepted for, where another one stands in. */
  moved_from?: string;
  history?: Change[];
  text: string;
}

/** One change in a job's life. */
export interface Change {
  state: State;
  at: string;
  code?: string;
  /** With the code `moved`: from which printer to which. */
  moved_from?: string;
  moved_to?: string;
}

export interface PrinterEvent {
  printer: string;
  state: "idle" | "processing" | "stopped";
  /** `offline`, `media-empty`, `media-low`, `cover-open`, `error`, … */
  reasons: string[];
}

export interface Printer {
  name: string;
  port: string;
  driver: string;
  status: "ready" | "offline" | "paused" | "error" | "unknown";
  is_default: boolean;
  is_virtual: boolean;
  printer_type: "thermal" | "virtual" | "network" | "unknown";
}

/** What is kept over a reload; `localStorage` is one. */
export interface Store {
  readonly length: number;
  key(index: number): string | null;
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

export interface Options {
  /** `ws://127.0.0.1:8766/ws` unless said otherwise. */
  url?: string;
  /** The shop's token, where one is set. It is never kept in the store. */
  token?: string;
  /**
   * Where tickets under way are kept over a reload: `localStorage` unless said otherwise; null keeps nothing. Whole
   * documents until their ack, ids until their end.
   */
  store?: Store | null;
  /** Seconds (900) within which a ticket from before a reload that was never acknowledged is sent again. */
  resendWithin?: number;
  /** For programs without a WebSocket of their own, such as node before 22: `import WebSocket from "ws"`. */
  WebSocket?: unknown;
  /** Milliseconds (20000) of silence after which the daemon is asked for a sign of life. */
  pingAfter?: number;
}

export interface Bounds {
  /** Milliseconds after which the call ends with the code `timeout`. Without it, it waits for as long as it takes. */
  timeout?: number;
  /** Ends the call with the code `aborted`. */
  signal?: AbortSignal;
}

export interface Following extends Bounds {
  /** Called when the ticket is on disk. */
  onAck?: (ack: Ack) => void;
  /** Wait on where a ticket is held for a person, until it was released or cancelled. */
  finalOnly?: boolean;
}

export interface PrintOptions extends Following {
  /** Yours, best made from the sale: the same id is never printed twice. Made up where it is missing. */
  id?: string;
  /** A configured printer's name; else the document's model, else the default printer. */
  printer?: string;
  /** Seconds after which it must not print any more. */
  ttl_s?: number;
  /** 1 to 20. */
  copies?: number;
}

export interface ReprintOptions extends Following {
  /** The new job's id. */
  new_id?: string;
  /** A line REIMPRESIÓN over it. */
  banner?: boolean;
  /** Open the cash drawer if the ticket does. */
  open_drawer?: boolean;
}

export interface Listener {
  /** A job changed. */
  job?(event: Job): void;
  /** A printer changed; called at once for each printer there is. */
  printer?(event: PrinterEvent): void;
}

export type ConnectionState = "connecting" | "connected" | "waiting" | "refused" | "closed";

/** A connection that comes back by itself. */
export function connect(options?: Options): Daemon;

/** An id for a ticket; works on http pages too, where `crypto.randomUUID` is missing. */
export function newId(): string;

export class Daemon extends EventTarget {
  constructor(options?: Options);
  /** `waiting` for the next try; `refused`: this page's origin is not allowed (it is tried again every 15 s or so). */
  readonly state: ConnectionState;
  /** Why the last connection ended, in the daemon's words. */
  readonly reason: string;
  readonly info: { version: string; protocol: number } | null;
  /** When the first connection is made. */
  readonly ready: Promise<{ version: string; protocol: number }>;
  /** The ids of tickets that have not ended, those from before a reload included. */
  readonly pending: string[];

  /**
   * Print a document. Ends with what became of it, also when it did not print (see `printed`); a ticket that was refused
   * throws TicketError. `queue_full`, `rate_limited` and `shutting_down` are not told: it is sent again when they say.
   */
  print(document: Ticket | Content | Element | object, options?: PrintOptions): Promise<Result>;
  /** Print a job once more, as a new job. */
  reprint(id: string, options?: ReprintOptions): Promise<Result>;
  /** What becomes of a job that was accepted before, perhaps by another page. */
  wait(id: string, options?: Following): Promise<Result>;

  job(id: string, bounds?: Bounds): Promise<Job>;
  /**
   * The newest jobs, newest first; with `pending` those that have not ended: what prints, what waits in the order of its
   * queue, what is held. `limit` is 50 unless said otherwise, 1000 at most.
   */
  jobs(options?: { limit?: number; pending?: boolean } & Bounds): Promise<Job[]>;
  /** Do not print a job that waits or is held. */
  cancel(id: string, bounds?: Bounds): Promise<Job>;
  /** Keep a waiting job back. */
  hold(id: string, bounds?: Bounds): Promise<Job>;
  /** Let a held job go on. */
  release(id: string, options?: { open_drawer?: boolean } & Bounds): Promise<Job>;
  status(bounds?: Bounds): Promise<{
    current: number;
    capacity: number;
    printers: { name: string; state: PrinterEvent["state"]; reasons: string[]; waiting: number }[];
    text: string;
  }>;
  printers(bounds?: Bounds): Promise<{
    printers: Printer[];
    summary: { status: "ok" | "warning" | "error"; detected_count: number; thermal_count: number; default_name?: string };
  }>;
  /** A picture of the paper: `png` is a data: URL, sizes are in dots. */
  preview(
    document: Ticket | object,
    options?: { printer?: string } & Bounds,
  ): Promise<{ png: string; width: number; height: number; warnings: string[] }>;

  /** Be told of changes, over lost connections too. Returns what ends it. */
  subscribe(listener: Listener): () => void;
  /** Returns what ends it. */
  on(type: "state", listener: (state: ConnectionState) => void): () => void;
  on(type: "ack", listener: (ack: Ack) => void): () => void;
  on(type: "result", listener: (result: Result) => void): () => void;

  diagnose(options?: DiagnoseOptions): Promise<Diagnosis>;
  /**
   * Through a window that the daemon serves, for a page whose browser lets it reach this machine in no other way. Call it
   * in a click, or it is blocked (`popup_blocked`); it works for as long as the window stays open. The origins that are
   * allowed are the same.
   */
  openBridge(features?: string): void;
  /** Try now instead of waiting for the pause to end. */
  reconnect(): void;
  /** End the connection. What waits here ends with the code `closed`; its tickets go on and stay in the store. */
  close(): void;
}

export type Verdict =
  | "ok"
  /** The daemon runs and does not know this page's origin: add it to `allowed_origins`, or pair it. */
  | "origin_refused"
  /** The browser's question was answered with no: the padlock's menu has it. */
  | "permission_denied"
  /** The question was closed without an answer: ask again. */
  | "prompt_dismissed"
  /** A public http page may not reach this machine at all: serve it over https. */
  | "insecure_context"
  /** An https page may not use ws:// to that name: use 127.0.0.1, or wss://. */
  | "mixed_content"
  /** The page's Content-Security-Policy: add the daemon's address to connect-src. */
  | "csp_blocked"
  /** The frame needs `allow="loopback-network"`. */
  | "frame_not_delegated"
  /** Connected, and nothing was said. */
  | "hung"
  /** wss:// with a certificate that this browser does not trust. */
  | "certificate"
  /** A daemon is there, and not at that path. */
  | "wrong_path"
  /** Something is there and does not let itself be read: perhaps another program. */
  | "refusing"
  /** Nobody there (over wss:// perhaps the certificate). */
  | "not_running"
  | "invalid_url";

export interface Diagnosis {
  verdict: Verdict;
  /** What the browser's permission was before: `unsupported` where there is no such thing. */
  permission: PermissionState | "unsupported";
}

export interface DiagnoseOptions {
  url?: string;
  WebSocket?: unknown;
  /** Called when the browser's question waits for an answer: tell the user where to look. */
  onPrompt?: () => void;
  /** Milliseconds (3000) after which a question counts as unanswered. */
  promptAfter?: number;
  /** Milliseconds (8000) after which silence counts as an answer. */
  hungAfter?: number;
}

/** Why the daemon can or cannot be reached from this page. */
export function diagnose(options?: DiagnoseOptions): Promise<Diagnosis>;

// --- tickets ---

export type Align = "left" | "center" | "right";
export type Font = "A" | "B";

export interface Style {
  bold?: boolean;
  /** Width x height, each 1 to 8: `"2x2"`. */
  size?: string;
  underline?: "0pt" | "1pt" | "2pt" | boolean;
  /** White on black. */
  inverse?: boolean;
  font?: Font;
}

export interface ProfileOptions {
  /** Millimetres. */
  paper_width?: 58 | 72 | 80 | 100 | 112 | 120;
  dpi?: 203 | 300 | 600;
  code_table?: string;
  has_qr?: boolean;
  /** Printable dots. */
  width?: number;
}

export interface TextOptions extends Style {
  align?: Align;
  /** Text before it on the same line, then the separator (`": "`). */
  label?: string;
  label_style?: Style;
  separator?: string;
  /** False: the next text goes on beside it. */
  new_line?: boolean;
}

export interface Cell {
  text: string;
  /** Columns; what the others leave is shared where it is missing. */
  width?: number;
  align?: Align;
  style?: Style;
}

export interface TableOptions {
  show_headers?: boolean;
  header_bold?: boolean;
  word_wrap?: boolean;
  column_spacing?: number;
  align?: Align;
  font?: Font;
  auto_reduce?: boolean;
  paper_width?: number;
}

export interface SymbolOptions {
  /** Dots at most. */
  pixel_width?: number;
  align?: Align;
  /** A line for people below it. */
  human_text?: string;
}

/** A document as it grows: every call adds a command and returns the ticket. docs/document.md has all fields. */
export class Ticket {
  constructor(model?: string, profile?: ProfileOptions);
  readonly profile: { model: string } & ProfileOptions;
  readonly commands: { type: string; data: object }[];
  /** Any command, as it stands in the document. */
  add(type: string, data?: object): this;
  text(text: string, options?: TextOptions): this;
  /** A rule of `char` across the paper, or `length` columns of it. */
  separator(char?: string, length?: number): this;
  /** Cells side by side. */
  row(...cells: (string | number | Cell)[]): this;
  /** `columns`: name, width in characters, alignment. */
  table(
    columns: ([name: string, width: number] | [name: string, width: number, align: Align])[],
    rows: (string | number | null)[][],
    options?: TableOptions,
  ): this;
  /** A picture: base64 or a data: URL of a PNG, JPEG, BMP, GIF or WebP file. */
  image(
    code: string,
    options?: {
      pixel_width?: number;
      align?: Align;
      threshold?: number;
      dithering?: "atkinson" | "threshold" | "floyd-steinberg";
      scaling?: "bilinear" | "nns";
    },
  ): this;
  barcode(
    symbology:
      | "upca" | "upce" | "ean13" | "ean8" | "code39" | "code93" | "code128" | "itf" | "codabar" | "gs1-128",
    data: string,
    options?: {
      width?: number;
      height?: number;
      hri_position?: "none" | "above" | "below" | "both";
      hri_font?: Font;
      align?: Align;
    },
  ): this;
  qr(data: string, options?: SymbolOptions & { correction?: "L" | "M" | "Q" | "H"; logo?: string; circle_shape?: boolean }): this;
  pdf417(data: string, options?: SymbolOptions): this;
  datamatrix(data: string, options?: SymbolOptions): this;
  aztec(data: string, options?: SymbolOptions): this;
  /** Empty lines. */
  feed(lines?: number): this;
  /** `feed` lines, then the blade. */
  cut(mode?: "partial" | "full", feed?: number): this;
  /** The cash drawer; times in ms. */
  pulse(options?: { pin?: 0 | 1; on_time?: number; off_time?: number }): this;
  beep(times?: number, lapse?: number): this;
  /** The printer's own bytes, in hexadecimal. */
  raw(hex: string, options?: { format?: "hex" | "base64"; comment?: string; safe_mode?: boolean }): this;
  toJSON(): { version: string; profile: object; commands: object[] };
}

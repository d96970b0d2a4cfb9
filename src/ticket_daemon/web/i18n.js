// Every text of the page, in Spanish and English, in one table. It knows sentences and the chosen language; it does not
// know who shows them. A key without a text shows itself, so that a gap is seen and not hidden.

const STORED = "ticket-daemon.lang";

export const TEXTS = {
  "page.title": ["Ticket Daemon: prueba de tickets", "Ticket Daemon: ticket bench"],
  "page.skip": ["Ir al editor", "Skip to the editor"],
  "bar.queue": ["Cola", "Queue"],
  "bar.queue_of": ["{current} de {capacity} en espera", "{current} of {capacity} waiting"],
  "bar.ping": ["Ping", "Ping"],
  "bar.ping_none": ["sin respuesta", "no answer"],
  "bar.language": ["Idioma", "Language"],
  "bar.theme": ["Tema", "Theme"],
  "bar.theme_auto": ["Automático", "Automatic"],
  "bar.theme_light": ["Claro", "Light"],
  "bar.theme_dark": ["Oscuro", "Dark"],
  "bar.settings": ["Ajustes", "Settings"],
  "bar.token": ["Clave de acceso (auth_token)", "Access token (auth_token)"],
  "bar.token_note": [
    "Solo si el servidor la pide. Se guarda en esta pestaña y se borra al cerrarla.",
    "Only if the server asks for one. Kept in this tab, gone when it closes.",
  ],
  "link.connecting": ["Conectando…", "Connecting…"],
  "link.connected": ["Conectado", "Connected"],
  "link.waiting": ["Sin conexión, reintento en {seconds} s", "No connection, retrying in {seconds} s"],
  "link.refused": ["Origen no permitido por el servidor", "Origin refused by the server"],
  "link.now": ["Reintentar", "Retry now"],

  "ticket.heading": ["Ticket", "Ticket"],
  "ticket.sample": ["Ejemplo", "Sample"],
  "ticket.printer": ["Impresora", "Printer"],
  "ticket.printer_auto": ["La que elija el servidor", "Let the server choose"],
  "ticket.editor": ["Documento JSON del ticket", "The ticket's JSON document"],
  "ticket.editor_note": [
    "Ctrl+Enter imprime. Tab sale del editor.",
    "Ctrl+Enter prints. Tab leaves the editor.",
  ],
  "ticket.send": ["Imprimir", "Print"],
  "ticket.preview": ["Vista previa", "Preview"],
  "ticket.live": ["en vivo", "live"],
  "ticket.tidy": ["Ordenar JSON", "Tidy JSON"],
  "ticket.go_to_line": ["Ir a la línea {line}", "Go to line {line}"],
  "ticket.line": ["Línea {line}", "Line {line}"],
  "group.receipts": ["Recibos completos", "Whole receipts"],
  "group.commands": ["Un comando a la vez", "One command at a time"],
  "group.messages": ["Mensaje completo", "Whole message"],
  "sample.taqueria": ["Taquería (español)", "Taquería (Spanish)"],
  "sample.abarrotes": ["Abarrotes (español)", "Grocery (Spanish)"],
  "sample.receipt": ["Cafetería (inglés)", "Coffee shop (English)"],
  "sample.styles": ["text: estilos", "text: styles"],
  "sample.labels": ["text: etiqueta y contenido", "text: label and content"],
  "sample.table": ["table", "table"],
  "sample.separators": ["separator, feed, cut", "separator, feed, cut"],
  "sample.image": ["image", "image"],
  "sample.barcode": ["barcode", "barcode"],
  "sample.qr": ["qr", "qr"],
  "sample.raw": ["raw: bytes", "raw: bytes"],
  "sample.pulse": ["pulse: abrir cajón", "pulse: open the drawer"],
  "sample.beep": ["beep: avisar", "beep: sound"],
  "sample.first": ["Mensaje v1 tal cual", "v1 message as it stands"],

  "preview.heading": ["Vista previa", "Preview"],
  "preview.empty": ["Aquí se ve el papel mientras usted escribe.", "The paper appears here as you type."],
  "preview.waiting": ["Dibujando…", "Drawing…"],
  "preview.size": ["{width} × {height} puntos", "{width} × {height} dots"],
  "preview.alt": ["Vista previa: {text}", "Preview: {text}"],
  "preview.stale": ["Del último ticket válido", "From the last valid ticket"],
  "preview.offline": ["Vista previa al volver la conexión.", "Preview once the connection is back."],
  "preview.not_a_ticket": ["Este mensaje no lleva ticket.", "This message carries no ticket."],
  "preview.warnings": ["Avisos", "Warnings"],

  "paper.heading": ["Papel", "Paper"],
  "paper.empty": [
    "Imprima un ticket: el papel sale por esta ranura.",
    "Print a ticket: the paper comes out of this slot.",
  ],
  "paper.alt": ["Ticket impreso: {text}", "Printed ticket: {text}"],
  "paper.alt_unknown": ["Ticket impreso {id}", "Printed ticket {id}"],
  "paper.missing": ["No hay imagen de este ticket.", "There is no picture of this ticket."],
  "paper.open": ["Abrir la imagen del ticket {id}", "Open the picture of ticket {id}"],
  "paper.clear": ["Recoger", "Clear"],

  "jobs.heading": ["Trabajos", "Jobs"],
  "jobs.empty": ["Todavía no hay trabajos en esta sesión.", "No jobs in this session yet."],
  "jobs.id": ["Trabajo", "Job"],
  "jobs.printer": ["Impresora", "Printer"],
  "jobs.state": ["Estado", "State"],
  "jobs.time": ["Hora", "Time"],
  "jobs.actions": ["Acciones", "Actions"],
  "jobs.cancel": ["Cancelar", "Cancel"],
  "jobs.reprint": ["Reimprimir", "Reprint"],
  "jobs.cancel_of": ["Cancelar {id}", "Cancel {id}"],
  "jobs.reprint_of": ["Reimprimir {id}", "Reprint {id}"],

  "state.sending": ["Enviando", "Sending"],
  "state.refused": ["Rechazado", "Refused"],
  "state.queued": ["En espera", "Waiting"],
  "state.printing": ["Imprimiendo", "Printing"],
  "state.confirmed": ["Impreso", "Printed"],
  "state.sent": ["Enviado", "Sent"],
  "state.spooled": ["En el sistema", "With the system"],
  "state.failed": ["Falló", "Failed"],
  "state.expired": ["Caducó", "Expired"],
  "state.cancelled": ["Cancelado", "Cancelled"],
  "state.held": ["Retenido", "Held"],
  "meaning.queued": ["guardado en disco, espera su turno", "kept on disk, waiting its turn"],
  "meaning.printing": ["la impresora lo está recibiendo", "on its way into the printer"],
  "meaning.confirmed": ["la impresora confirmó que salió", "the printer confirmed that it came out"],
  "meaning.sent": ["la impresora recibió todo; no sabe confirmar", "the printer took every byte; it cannot confirm"],
  "meaning.spooled": ["lo tomó la cola del sistema operativo", "the operating system's spooler took it"],
  "meaning.failed": ["no se imprimió", "it was not printed"],
  "meaning.expired": ["pasó su tiempo sin imprimirse", "its time ran out before it could print"],
  "meaning.cancelled": ["se canceló antes de imprimirse", "it was cancelled before it printed"],
  "meaning.held": ["espera a que una persona decida", "waits for a person to decide"],
  "meaning.refused": ["el servidor no lo aceptó", "the server did not accept it"],
  "meaning.sending": ["todavía sin acuse del servidor", "not acknowledged by the server yet"],

  "outcome.queued": ["En cola, lugar {pos}.", "Queued, place {pos}."],
  "outcome.duplicate": [
    "Ya se había aceptado un ticket con el id «{id}»: no se imprime dos veces.",
    "A ticket with the id “{id}” was accepted before: it is not printed twice.",
  ],
  "outcome.new_id": ["Imprimir con otro id", "Print with another id"],
  "outcome.took": ["{ms} ms", "{ms} ms"],
  "outcome.offline": ["No hay conexión: el ticket no se envió.", "No connection: the ticket was not sent."],
  "outcome.sent_message": ["Mensaje enviado; la respuesta está en el registro.", "Message sent; the answer is in the log."],

  "printers.heading": ["Impresoras", "Printers"],
  "printers.refresh": ["Actualizar", "Refresh"],
  "printers.empty": ["El servidor no ha dicho qué impresoras tiene.", "The server has named no printers yet."],
  "printers.default": ["predeterminada", "default"],
  "printers.waiting": ["{count} en espera", "{count} waiting"],
  "printers.nothing_waiting": ["nada en espera", "nothing waiting"],
  "printer.ready": ["Lista", "Ready"],
  "printer.idle": ["Lista", "Ready"],
  "printer.processing": ["Imprimiendo", "Printing"],
  "printer.stopped": ["Detenida", "Stopped"],
  "printer.offline": ["Fuera de línea", "Offline"],
  "printer.paused": ["En pausa", "Paused"],
  "printer.error": ["Con error", "In error"],
  "printer.unknown": ["Sin datos", "Unknown"],
  "type.thermal": ["térmica", "thermal"],
  "type.virtual": ["virtual", "virtual"],
  "type.network": ["de red", "network"],
  "type.unknown": ["tipo desconocido", "unknown type"],
  "reason.media-empty": ["sin papel", "out of paper"],
  "reason.media-low": ["poco papel", "paper low"],
  "reason.media-jam": ["papel atascado", "paper jam"],
  "reason.cover-open": ["tapa abierta", "cover open"],
  "reason.offline": ["fuera de línea", "offline"],
  "reason.paused": ["en pausa", "paused"],
  "reason.drawer-open": ["cajón abierto", "drawer open"],

  "log.heading": ["Registro de mensajes", "Message log"],
  "log.count": ["{shown} de {all}", "{shown} of {all}"],
  "log.filter": ["Filtrar", "Filter"],
  "log.filter_hint": ["texto, id, tipo…", "text, id, type…"],
  "log.direction": ["Dirección", "Direction"],
  "log.both": ["Ambas direcciones", "Both directions"],
  "log.out": ["Enviados", "Sent"],
  "log.in": ["Recibidos", "Received"],
  "log.noise": ["pings, estado y vistas previas", "pings, status and previews"],
  "log.clear": ["Vaciar", "Clear"],
  "log.export": ["Exportar .jsonl", "Export .jsonl"],
  "log.empty": ["Nada que mostrar.", "Nothing to show."],
  "log.sent": ["enviado", "sent"],
  "log.received": ["recibido", "received"],

  "json.value": ["aquí debe ir un valor", "a value is missing here"],
  "json.key": ["aquí debe ir un nombre entre comillas", "a name in quotes is missing here"],
  "json.colon": ["faltan dos puntos (:)", "a colon (:) is missing"],
  "json.comma_object": ["falta una coma o cerrar con }", "a comma or a closing } is missing"],
  "json.comma_list": ["falta una coma o cerrar con ]", "a comma or a closing ] is missing"],
  "json.string": ["el texto entre comillas no está bien cerrado o escrito", "the quoted text is not closed or not well written"],
  "json.rest": ["sobra texto después del final", "there is text after the end"],
  "json.deep": ["está anidado demasiado hondo", "it is nested too deeply"],
  "json.not_json": ["No es JSON válido: {detail}.", "Not valid JSON: {detail}."],
};

const LANGUAGES = ["es", "en"];
let current = document.documentElement.lang === "en" ? "en" : "es";

export const language = () => current;

/** The text of `key` in the chosen language, with {name} filled from `values`. */
export function t(key, values = {}) {
  const pair = TEXTS[key];
  if (!pair) return key;
  return pair[LANGUAGES.indexOf(current)].replace(/\{(\w+)\}/g, (gap, name) => values[name] ?? gap);
}

/** The text of `key`, or `otherwise` where the table has none: for words that a newer server may bring. */
export const known = (key, otherwise) => (key in TEXTS ? t(key) : otherwise);

/** Put the chosen language into every element that names its text by `data-t…`. */
export function translate(root = document) {
  for (const element of root.querySelectorAll("[data-t]")) element.textContent = t(element.dataset.t);
  for (const element of root.querySelectorAll("[data-t-label]")) element.setAttribute("aria-label", t(element.dataset.tLabel));
  for (const element of root.querySelectorAll("[data-t-placeholder]")) element.placeholder = t(element.dataset.tPlaceholder);
}

export function speak(chosen) {
  current = LANGUAGES.includes(chosen) ? chosen : "es";
  document.documentElement.lang = current;
  document.title = t("page.title");
  try {
    localStorage.setItem(STORED, current);
  } catch {
    // storage forbidden by policy: the choice lasts as long as the page
  }
  translate();
}

/** HH:MM:SS of a moment, in the 24 hours of a till. */
export const clock = (moment) => {
  const time = new Date(moment);
  return Number.isNaN(time.getTime()) ? "" : time.toLocaleTimeString(current, { hour12: false });
};

// The texts of the two small windows at the door, and a way to say them. They are apart from the page's own, so that a
// window that is seen for a second loads nothing else. It knows texts; it does not know who shows them.

/** key -> [Spanish, English] */
export const DOOR = {
  title: ["Ticket Daemon: entrar", "Ticket Daemon: log in"],
  password: ["Contraseña", "Password"],
  enter: ["Entrar", "Log in"],
  why: [
    "La página maneja las impresoras de la tienda; por eso pide una contraseña. Imprimir desde el punto de venta no la necesita.",
    "The page steers the shop's printers, so it asks for a password. Printing from the point of sale needs none.",
  ],
  "wrong.unauthorized": ["La contraseña no es correcta.", "The password is wrong."],
  "wrong.rate_limited": ["Demasiados intentos. Espere {seconds} s.", "Too many tries. Wait {seconds} s."],
  "wrong.later": ["Demasiados intentos. Espere un momento.", "Too many tries. Wait a moment."],
  "wrong.unreachable": ["El servicio no responde.", "The daemon does not answer."],
  "bridge.title": ["Ticket Daemon: puente", "Ticket Daemon: bridge"],
  "bridge.waiting": ["Esperando al punto de venta…", "Waiting for the point of sale…"],
  "bridge.open": ["Conectado: {origin}", "Connected: {origin}"],
  "bridge.closed": ["Sin conexión: {origin}", "Not connected: {origin}"],
  "bridge.refused": ["{origin} no tiene permiso para imprimir", "{origin} is not allowed to print"],
  "bridge.alone": ["Ningún punto de venta abrió esta ventana", "No point of sale opened this window"],
  "bridge.keep": [
    "Esta ventana une el punto de venta con las impresoras. Déjela abierta mientras venda.",
    "This window joins the point of sale to the printers. Leave it open while you sell.",
  ],
  "bridge.pair": [
    "Permítalo en la página del servicio, en este equipo.",
    "Allow it on the daemon's page, on this machine.",
  ],
};

const english = document.documentElement.lang === "en";

/** The text of `key` in the page's language, with {name} filled from `values`. */
export const say = (key, values = {}) =>
  (DOOR[key]?.[english ? 1 : 0] ?? key).replace(/\{(\w+)\}/g, (gap, name) => values[name] ?? gap);

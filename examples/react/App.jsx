import { createRoot } from "react-dom/client";
import { Ticket } from "ticket-daemon-client";
import { usePrint, useTicketDaemon } from "./useTicketDaemon.js";

/** A sale as the application knows it; its number is the ticket's id, so that no button prints it twice. */
function Sale({ number, items }) {
  const { state, printers } = useTicketDaemon();
  const [print, outcome] = usePrint();
  const troubles = Object.values(printers).flatMap(({ printer, reasons }) => reasons.map((reason) => `${printer}: ${reason}`));

  const charge = () => {
    const ticket = new Ticket("Generic 80mm").text("CAFÉ LA NUBE", { align: "center", bold: true });
    for (const { name, price } of items) ticket.row(name, { text: price, width: 10, align: "right" });
    print(ticket.cut(), { id: `venta-${number}`, ttl_s: 300 });
  };

  return (
    <main>
      <button onClick={charge} disabled={outcome === "printing"}>Cobrar</button>
      <p role="status">{outcome === "printing" ? "Imprimiendo…" : outcome?.text ?? outcome?.message ?? state}</p>
      {troubles.map((trouble) => <p key={trouble} role="alert">{trouble}</p>)}
    </main>
  );
}

createRoot(document.getElementById("root")).render(
  <Sale number={1001} items={[{ name: "Café con leche", price: "3.20" }, { name: "Tostada", price: "2.10" }]} />,
);

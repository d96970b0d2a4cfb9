// Ticket Daemon in React: one connection for the whole application, its state, and the printers' state as it changes.
import { useEffect, useState, useSyncExternalStore } from "react";
import { connect } from "ticket-daemon-client";

const daemon = connect({ url: "ws://127.0.0.1:8766/ws" });

/** `state`: connecting, connected, waiting or refused; `printers`: name -> { state, reasons }. */
export function useTicketDaemon() {
  const state = useSyncExternalStore(
    (changed) => daemon.on("state", changed),
    () => daemon.state,
  );
  const [printers, setPrinters] = useState({});
  useEffect(() => daemon.subscribe({ printer: (news) => setPrinters((all) => ({ ...all, [news.printer]: news })) }), []);
  return { daemon, state, printers };
}

/** A function that prints, and what became of the last ticket: null, "printing", a result or an error. */
export function usePrint() {
  const [outcome, setOutcome] = useState(null);
  const print = (ticket, options) => {
    setOutcome("printing");
    return daemon.print(ticket, options).then(setOutcome, setOutcome);
  };
  return [print, outcome];
}

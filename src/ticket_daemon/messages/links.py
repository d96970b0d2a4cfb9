"""What is said of the links to printers."""

from __future__ import annotations

from typing import Final

#: key -> (Spanish, English)
TEXTS: Final[dict[str, tuple[str, str]]] = {
    "link.no_answer": (
        "{port} no contesta (esperé {seconds:g} s); revise que la impresora esté encendida y el cable de red",
        "{port} does not answer (waited {seconds:g} s); check that the printer is on and its network cable",
    ),
    "link.refused": (
        "{port} rechaza la conexión; revise la dirección, o si otro programa tiene ocupada la impresora",
        "{port} refuses the connection; check the address, or whether another program holds the printer",
    ),
    "link.unknown_host": (
        "no se encuentra el equipo «{host}» ({detail}); revise el nombre en la configuración",
        "the host '{host}' cannot be found ({detail}); check the name in the configuration",
    ),
    "link.no_permission": (
        "no hay permiso para escribir en {port}; agregue al usuario del servicio al grupo del dispositivo ({group})",
        "no permission to write to {port}; add the service's user to the device's group ({group})",
    ),
    "link.cannot_open": ("no se puede abrir {port}: {detail}", "{port} cannot be opened: {detail}"),
    "link.unconfirmed": (
        "{port} no confirmó el ticket en {seconds:g} s aunque dice estar bien",
        "{port} did not confirm the ticket within {seconds:g} s though it says it is well",
    ),
    "link.stalled": (
        "{port} dejó de recibir datos ({seconds:g} s sin avanzar); revise papel y tapa",
        "{port} stopped taking data ({seconds:g} s without progress); check paper and cover",
    ),
    "link.broken": ("se cortó la conexión con {port}: {detail}", "the connection to {port} broke: {detail}"),
    "link.no_spooler": (
        "CUPS no está en marcha o no se alcanza ({port}: {detail}); inícielo: systemctl start cups",
        "CUPS does not run or cannot be reached ({port}: {detail}); start it: systemctl start cups",
    ),
    "link.no_queue": (
        "CUPS no tiene una cola «{queue}» ({port}); vea las que hay con lpstat -v",
        "CUPS has no queue '{queue}' ({port}); lpstat -v lists those it has",
    ),
    "link.http": (
        "{port} contestó {status} en lugar de IPP; revise la dirección y quién puede imprimir ahí",
        "{port} answered {status} instead of IPP; check the address and who may print there",
    ),
    "link.ipp": (
        "{port} no tomó el ticket por ahora (IPP {status})",
        "{port} does not take the ticket now (IPP {status})",
    ),
    "link.job_refused": ("{port} rechazó el ticket (IPP {status})", "{port} refused the ticket (IPP {status})"),
    "link.job_cancelled": (
        "el ticket se canceló en la cola del sistema ({port})",
        "the ticket was cancelled in the system's queue ({port})",
    ),
    "link.job_lost": (
        "la cola del sistema perdió el ticket ({port}), quizá al reiniciarse",
        "the system's queue lost the ticket ({port}), perhaps when it was started anew",
    ),
    "link.job_aborted": (
        "la cola del sistema abandonó el ticket ({port}); vea su bitácora",
        "the system's queue gave the ticket up ({port}); see its log",
    ),
    "link.no_libusb": (
        "para {port} falta libusb: pip install 'ticket-daemon[usb]' y, en Debian, apt install libusb-1.0-0",
        "{port} needs libusb: pip install 'ticket-daemon[usb]' and, on Debian, apt install libusb-1.0-0",
    ),
    "link.usb_permission": (
        "no hay permiso para usar {port}; ponga en /etc/udev/rules.d/60-ticket-daemon.rules:"
        ' SUBSYSTEM=="usb", ATTR{{idVendor}}=="{vendor}", ATTR{{idProduct}}=="{product}", GROUP="lp", MODE="0660"'
        " — agregue al usuario del servicio al grupo lp, ejecute udevadm control --reload y reconecte la impresora",
        "no permission to use {port}; put into /etc/udev/rules.d/60-ticket-daemon.rules:"
        ' SUBSYSTEM=="usb", ATTR{{idVendor}}=="{vendor}", ATTR{{idProduct}}=="{product}", GROUP="lp", MODE="0660"'
        " — add the service's user to the group lp, run udevadm control --reload and plug the printer in again",
    ),
    "link.no_device": (
        "no está {port}; revise el cable, que la impresora esté encendida, y el nombre en la configuración",
        "{port} is not there; check the cable, that the printer is on, and the name in the configuration",
    ),
    "link.in_use": (
        "otro programa tiene ocupado {port}; ciérrelo, o quite la impresora de él",
        "another program has {port}; close it, or remove the printer from it",
    ),
}

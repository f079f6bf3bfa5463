"""systemd's notification protocol: a datagram of NAME=value lines to the socket that $NOTIFY_SOCKET names.

Without that variable nothing is sent. A service manager that does not take the message must never be the reason to stop working.
"""

import os
import socket
from collections.abc import Mapping
from contextlib import suppress

from monitor.render.escape import one_line

_LONGEST_STATUS = 300


class Notifier:
    """Tells the service manager how the daemon is; sends nothing where there is none."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._socket: socket.socket | None = None
        self._status = ""
        self.watchdog_every = _watchdog(environment)
        address = environment.get("NOTIFY_SOCKET", "")
        if address.startswith(("/", "@")):
            # A name that begins with @ is in the abstract namespace, where the kernel wants a zero byte instead.
            self._address = "\0" + address[1:] if address[0] == "@" else address
            self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC)
            self._socket.settimeout(1.0)

    def ready(self) -> None:
        """Everything is open and at work (again)."""
        self._send("READY=1")

    def reloading(self, monotonic: float) -> None:
        """The configuration is being read again; `ready` follows. `monotonic` in seconds: it tells this reload from the last."""
        self._send("RELOADING=1", f"MONOTONIC_USEC={monotonic * 1e6:.0f}")

    def stopping(self) -> None:
        """No new work begins."""
        self._send("STOPPING=1")

    def alive(self) -> None:
        """The watchdog may sleep on."""
        self._send("WATCHDOG=1")

    def status(self, text: str) -> None:
        """One line for people, as `systemctl status` shows it. Sent only if it is news."""
        text = one_line(text, _LONGEST_STATUS)
        if text != self._status:
            self._status = text
            self._send(f"STATUS={text}")

    def close(self) -> None:
        """Nothing more will be said."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _send(self, *lines: str) -> None:
        if self._socket is not None:
            with suppress(OSError):
                self._socket.sendto("\n".join(lines).encode("utf-8", "replace"), self._address)


def _watchdog(environment: Mapping[str, str]) -> float | None:
    """Half of the time after which systemd loses patience, in seconds; None if no watchdog waits for this process."""
    microseconds, process = environment.get("WATCHDOG_USEC", ""), environment.get("WATCHDOG_PID", "")
    if not (microseconds.isascii() and microseconds.isdigit()) or not int(microseconds):
        return None
    if process and process != str(os.getpid()):
        return None
    return int(microseconds) / 2e6

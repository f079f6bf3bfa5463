"""Faults of the connection and of time."""

import os
import socket
import struct

from monitor.embedded.exchange import Exchange, head
from monitor.embedded.faults.declare import fault


def _sound_head(exchange: Exchange, body: bytes) -> bytes:
    return head(200, {"Content-Type": "application/json", "Content-Length": str(len(body))})


@fault("time")
def slow_drip(exchange: Exchange) -> None:
    """The head at once, then the body one byte each 0.2 seconds (the registry's `drip`)."""
    body = exchange.honest().body
    exchange.send(_sound_head(exchange, body))
    exchange.send_slowly(body)
    exchange.close()


@fault("time")
def slow_headers(exchange: Exchange) -> None:
    """Already the status line and the headers come one byte each 0.2 seconds (the registry's `drip`)."""
    body = exchange.honest().body
    exchange.send_slowly(_sound_head(exchange, body) + body)
    exchange.close()


@fault("time")
def never_answers(exchange: Exchange) -> None:
    """The request is taken and nothing follows, until the client hangs up."""
    while not exchange.registry.stopping.wait(0.05) and not exchange.hung_up():
        pass
    exchange.close()


@fault("connection")
def drop(exchange: Exchange) -> None:
    """The connection is closed before any byte of an answer."""
    exchange.close()


@fault("connection")
def reset(exchange: Exchange) -> None:
    """The connection is reset before any byte of an answer."""
    exchange.close()
    exchange.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    os.close(exchange.connection.detach())


@fault("connection")
def header_bomb(exchange: Exchange) -> None:
    """Ten thousand headers and a cookie of a megabyte before a sound body."""
    body = exchange.honest().body
    headers = {f"X-Padding-{number}": "x" for number in range(10_000)}
    headers |= {"Set-Cookie": "crumbs=" + "x" * 1_000_000, "Content-Length": str(len(body))}
    exchange.send(head(200, {"Content-Type": "application/json", **headers}) + body)
    exchange.close()


@fault("connection", harmless=True)
def keep_alive_closed(exchange: Exchange) -> None:
    """A sound answer, behind which the connection is closed without a word."""
    exchange.deliver(exchange.honest())
    exchange.close()

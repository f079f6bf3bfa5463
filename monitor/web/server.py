"""The dashboard on a socket: uvicorn, told to say and trust nothing of its own accord."""

import socket
from collections.abc import Callable, Sequence

import uvicorn

from monitor.core.errors import NothingDone
from monitor.core.secret import Secret
from monitor.web.app import application
from monitor.web.page import House

_OF_THIS_MACHINE = ("127.0.0.1", "localhost", "[::1]")


def serve(
    house: House,
    host: str,
    port: int,
    hosts: Sequence[str] = (),
    token: Secret | None = None,
    ready: Callable[[str], None] = lambda address: None,
) -> None:
    """Answer until SIGINT or SIGTERM. `hosts` are names under which it may be asked for beside this machine's own and `host`.
    `ready` is called with the address once it answers. Raises NothingDone where the address cannot be listened on."""
    listening = _listening(host, port)
    name = f"[{host.strip('[]')}]" if ":" in host else host
    address = f"http://{name}:{listening.getsockname()[1]}"
    known = {*_OF_THIS_MACHINE, name, *hosts} - {"0.0.0.0", "[::]"}  # nobody is called so
    app = application(house, known, token)
    server = _Server(
        uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            lifespan="off",
            ws="none",
            timeout_keep_alive=15,
            timeout_graceful_shutdown=5,
            limit_concurrency=200,
            h11_max_incomplete_event_size=16 * 1024,
            http="h11",
        ),
        lambda: ready(address),
    )
    with listening:
        server.run(sockets=[listening])


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._ready()


def _listening(host: str, port: int) -> socket.socket:
    try:
        family, kind, protocol, _, place = socket.getaddrinfo(
            host.strip("[]"), port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listening = socket.socket(family, kind, protocol)
    except OSError as error:
        raise NothingDone(f"{host} is no address to listen on: {error.strerror}", "like 127.0.0.1") from error
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(place)
        return listening
    except OSError as error:
        listening.close()
        raise NothingDone(
            f"port {port} of {host} cannot be listened on: {error.strerror}",
            "another program may have it; try --port 0",
        ) from error

"""Show what is stored as pages in a browser: the read-only dashboard."""

import ipaddress

import click

from monitor.cli import Invocation, common, with_now
from monitor.cli.asking import settings_of
from monitor.core.errors import WrongUsage


@click.command()
@click.option("--host", metavar="ADDRESS", help="Listen here instead of web: host:.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    help="Listen on this port instead of web: port:; 0 takes a free one.",
)
@with_now
@common
def command(call: Invocation, host: str | None, port: int | None) -> None:
    """Serve the dashboard until interrupted. It reads the database and changes nothing.

    On any address but this machine's own it wants a token (web: token: in trialmon.yaml).
    """
    from monitor import bootstrap
    from monitor.config.web import web_token
    from monitor.discovery import sources
    from monitor.store.database import Database
    from monitor.web.page import House
    from monitor.web.server import serve

    settings = settings_of(call)
    host, port = host or settings.web.host, settings.web.port if port is None else port
    token = web_token(settings, call.environment)
    if token is None and not _is_this_machine(host):
        raise WrongUsage(
            f"{host} can be reached from other machines, and no token is set",
            "set web: token: in trialmon.yaml, or listen on 127.0.0.1",
        )

    def ready(address: str) -> None:
        call.output.say(f"The dashboard is at {address}")
        call.output.lines([{"address": address}] if call.output.json else [])

    with Database.open_readonly(settings.database) as database:
        published = bootstrap.Published(database, settings, bootstrap.clock_at(call.now))
        house = House(published, sources())
        serve(house, host, port, settings.web.hosts, token, ready)


def _is_this_machine(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False

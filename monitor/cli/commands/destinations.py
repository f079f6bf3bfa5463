"""Send a test message to destinations, and say why it failed."""

import sys
from datetime import datetime
from typing import TYPE_CHECKING

import click

from monitor.cli import Invocation, common
from monitor.cli.asking import settings_of
from monitor.core.errors import WrongUsage

if TYPE_CHECKING:
    from monitor.core.destination import Address
    from monitor.core.notification import Envelope
    from monitor.deliver.gateway import Gateway


@click.group()
def command() -> None:
    """Where messages go: Apprise URLs and webhooks in trialmon.yaml, and the URLs in watchlists."""


@command.command("test")
@click.argument("name", required=False)
@common
def test(invocation: Invocation, name: str | None) -> None:
    """Send a test message to the destination NAME, or to each one that is configured.

    The outbox is not touched. Exit 1 if a destination failed: why, is on stderr.
    """
    from monitor import bootstrap
    from monitor.deliver.gateway import Gateway

    output = invocation.output
    meant = _meant(_known(invocation), name)
    gateway = Gateway(meant, bootstrap.clock_at(None), stream=sys.stderr if output.json else None)
    failed = False
    for one, address in meant.items():
        why = _try(gateway, one, address)
        failed = failed or bool(why)
        kind = gateway.describe(one)
        if output.json:
            output.lines([{"destination": one, "kind": kind, "ok": not why, "why": why}])
        if why:
            output.warn(f"trialmon: destination {one} ({kind}): {why}")
        else:
            output.say(f"{one} ({kind}): sent")
    if failed:
        raise SystemExit(1)


def _known(invocation: Invocation) -> "dict[str, Address]":
    """All destinations, those too that are written in a watchlist; what else is wrong there is for `watchlist check` to say."""
    from monitor.config.watchlists import load_watchlists

    settings = settings_of(invocation, secrets=True)
    known = {**settings.destinations, **load_watchlists(settings.watchlists, settings).inline}
    return {name: destination.address for name, destination in known.items()}


def _meant(known: "dict[str, Address]", name: str | None) -> "dict[str, Address]":
    from monitor.config.settings import TERMINAL

    if name is None:
        # The terminal is always there; whoever has other destinations means those.
        return {one: address for one, address in known.items() if one != TERMINAL} or known
    if name not in known:
        raise WrongUsage(f"there is no destination called {name!r}", f"there are: {', '.join(sorted(known))}")
    return {name: known[name]}


def _try(gateway: "Gateway", name: str, address: "Address") -> str:
    """Why the test message did not arrive; empty if it did."""
    from monitor import bootstrap
    from monitor.core.notification import key_of
    from monitor.deliver.gateway import check
    from monitor.deliver.outcome import Accepted, Refused
    from monitor.render.contexts import NoticeContext
    from monitor.render.message import render_notice

    problem = check(address)
    if problem is not None:
        return problem
    text = f"This is a test. If you can read it, {name} works: what changes in the watched trials will be told here."
    message = render_notice(NoticeContext("Test message from trialmon", (text,)))
    now = bootstrap.clock_at(None).now()
    key = key_of("test", name, now.isoformat())
    prepared = gateway.prepare(name, message, _envelope(key, now))
    if isinstance(prepared, Refused):
        return prepared.why
    for payload in prepared:
        outcome = gateway.send(name, payload, key)
        if not isinstance(outcome, Accepted):
            return outcome.why
    return ""


def _envelope(key: str, now: datetime) -> "Envelope":
    from monitor.core.notification import Envelope
    from monitor.core.significance import Significance

    return Envelope(
        key=key,
        kind="notice",
        subscriber="",
        watchlists=(),
        trial="",
        significance=Significance.ROUTINE,
        registry_date="",
        seen_at=now,
        sent_at=now,
        document=dict,
    )

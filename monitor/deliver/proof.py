"""The line below every message that proves what it rests on."""

from datetime import UTC, datetime

from monitor.core.notification import Envelope

_SHOWN_OF_A_KEY = 12


def footer_of(envelope: Envelope, *, short: bool = False) -> str:
    """One line of plain text: the registry's date, when we saw it and first sent it (UTC), and the key's beginning; `short`: that alone."""
    if short:
        return f"trialmon {envelope.key[:_SHOWN_OF_A_KEY]}"
    registry = f"registry {envelope.registry_date} · " if envelope.registry_date else ""
    key = envelope.key[:_SHOWN_OF_A_KEY]
    return f"{registry}seen {_moment(envelope.seen_at)} · sent {_moment(envelope.sent_at)} · trialmon {key}"


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")

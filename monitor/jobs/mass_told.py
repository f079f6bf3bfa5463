"""What a digest says at its head where it tells of a mass change."""

from collections.abc import Sequence

from monitor.jobs.context import Context
from monitor.store.digests import Stored
from monitor.store.holds import told_of


def why_together(context: Context, members: Sequence[Stored]) -> str:
    """Why what would have been single messages is one; empty where none of these tells of a mass change."""
    found = told_of(context.database, [one.id for one in members])
    said = "; ".join(f"{context.sources[source].title}: {change}" for source, change in found)
    return (
        f"Two readings say the same, and it is thought to be the registry's own doing: {said}."
        if said
        else ""
    )

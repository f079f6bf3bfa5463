"""A registry changed the form of its records: told to the operator, once for each new field. It stops nothing: what is in the new field
is stored, compared and shown like everything else, only without a name of its own and without rules that understand it."""

from collections.abc import Mapping

from monitor.core.drift import unknown_paths
from monitor.core.json import Json
from monitor.core.source import Source
from monitor.core.trial import TrialId
from monitor.jobs.affairs import notices_to_operator
from monitor.jobs.context import Context
from monitor.render.contexts import NoticeContext
from monitor.render.wording import count, first_of
from monitor.store.drift import not_noted, note_drift

_NAMED = 10


def look_for_drift(context: Context, source: Source, trial: TrialId, modules: Mapping[str, Json]) -> None:
    """Compare a record that is new or changed with the source's model."""
    unknown = unknown_paths(modules, source.shape.model)
    fresh = not_noted(context.database, trial.registry, unknown) if unknown else []
    if not fresh:
        return
    told = NoticeContext(
        f"{source.title} has {count(len(fresh), 'new field')}: {fresh[0]}",
        (
            f"The record of {trial.number} has what the model of {source.title} does not: {first_of(fresh, _NAMED)}.",
            "It is stored and compared like everything else. No rule knows yet what it means, so its changes count as routine.",
        ),
        "nothing need be done; the registry's release notes say what it is, and a newer trialmon may know it",
    )
    notices = notices_to_operator(context, told, "drift", trial.registry, *fresh)
    note_drift(context.database, trial, fresh, context.clock.now(), notices)

"""Two records → what the rules make of them, by the shortest way."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from monitor.core.diff import diff
from monitor.core.json import Json
from monitor.core.shape import split
from monitor.core.significance import Case, Example, Rule, Verdict, assess
from monitor.rules._bursts import edits_of
from monitor.sources.clinicaltrials_gov.shape import SHAPE
from tests.builders import NOON, a_moment, a_trial


def a_case(
    before: Mapping[str, Json], after: Mapping[str, Json], earlier: Sequence[Mapping[str, Json]] = ()
) -> Case:
    """The case of a record that changed; `earlier` are the versions before, oldest first."""
    changes = diff(split(before), split(after), SHAPE)
    past = tuple(SHAPE.facts(document) for document in earlier)
    return Case(a_trial(), SHAPE.facts(before), SHAPE.facts(after), NOON, changes, past)


def case_of(example: Example) -> Case:
    """An example as the rules see it."""
    if example.occurrence == "changed":
        case = replace(a_case(example.before, example.after, example.earlier), papers=example.papers)
        return in_a_burst(case) if example.burst else case
    return Case(
        a_trial(example.happenings[-1].number) if example.happenings else a_trial(),
        SHAPE.facts(example.before),
        SHAPE.facts(example.after),
        a_moment(example.now),
        since=a_moment(example.since) if example.since else None,
        occurrence=example.occurrence,
        about=example.about,
        why=example.why,
        happenings=example.happenings,
        members=example.members,
        paper=example.paper,
    )


def in_a_burst(case: Case) -> Case:
    """The same case where two other trials had the same edits that day."""
    return replace(case, burst=frozenset[int]().union(*edits_of(case.changes).values()))


def judged(
    rules: Sequence[Rule],
    before: Mapping[str, Json],
    after: Mapping[str, Json],
    earlier: Sequence[Mapping[str, Json]] = (),
) -> tuple[Verdict, ...]:
    return assess(a_case(before, after, earlier), rules)


def headlines(verdicts: Sequence[Verdict]) -> list[str]:
    """`rule: headline`, without the registry's housekeeping."""
    return [
        f"{verdict.rule}: {verdict.headline}" for verdict in verdicts if verdict.rule != "record.housekeeping"
    ]

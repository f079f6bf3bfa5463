"""How often what an alert tells of happens to trials at large: figures from the literature, each with its source."""

from collections.abc import Callable
from dataclasses import dataclass

from monitor.core.facts import TrialFacts
from monitor.core.significance import Verdict


@dataclass(frozen=True, slots=True)
class _Rate:
    rules: frozenset[str]
    words: str
    holds: Callable[[TrialFacts], bool] = lambda facts: True


_RATES = (
    _Rate(
        frozenset({"status.halted"}),
        "of terminated trials with results, 68 % were stopped for reasons other than their data, 57 % of those for want of"
        " participants (Williams 2015)",
        lambda facts: facts.status == "TERMINATED",
    ),
    _Rate(
        frozenset({"dates.slipped"}),
        "14.6 % of 2,542 surgical trials finished on time and with all their participants (Shadbolt 2023)",
    ),
    _Rate(
        frozenset({"outcomes.replaced", "outcomes.dropped", "outcomes.demoted", "outcomes.added"}),
        "31.7 % of 89,204 trials changed their primary outcome (Ramagopalan 2014)",
    ),
)


def base_rate(verdict: Verdict, facts: TrialFacts) -> str:
    """One clause with its source; empty where we know no figure."""
    return next((rate.words for rate in _RATES if verdict.rule in rate.rules and rate.holds(facts)), "")

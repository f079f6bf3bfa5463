"""Which dates a message shows with all that was promised of them."""

from monitor.core.facts import TrialFacts
from monitor.core.significance import Significance, Verdict
from monitor.jobs.slips import slips_in
from tests.builders import a_change, a_typed_date

COMPLETION = a_change("p.completionDateStruct.date", "2026-03", "2026-10", "dates", role="completion")
SLIPPED = Verdict("dates.slipped", "dates", Significance.NOTABLE, "It slipped", "", (0,))


def _history(*said: tuple[str, str]) -> tuple[TrialFacts, ...]:
    return tuple(TrialFacts(registry_date=day, completion=a_typed_date(date)) for day, date in said)


def test_a_date_that_slipped_is_shown_with_every_promise() -> None:
    history = _history(("2024-01-10", "2025-06"), ("2025-01-10", "2026-03"), ("2026-02-09", "2026-10"))
    [slips] = slips_in(history, [SLIPPED], (COMPLETION,))
    assert (slips.role, [str(one.date.date) for one in slips.promises]) == (
        "completion",
        ["2025-06", "2026-03", "2026-10"],
    )


def test_two_dates_whose_days_nobody_knows_say_no_more_than_the_change() -> None:
    assert slips_in(_history(("", "2026-03"), ("", "2026-10")), [SLIPPED], (COMPLETION,)) == ()
    assert len(slips_in(_history(("", "2026-03"), ("2026-02-09", "2026-10")), [SLIPPED], (COMPLETION,))) == 1


def test_a_date_of_which_nothing_is_told_is_not_shown() -> None:
    history = _history(("2024-01-10", "2025-06"), ("2025-01-10", "2026-03"), ("2026-02-09", "2026-10"))
    reached = Verdict("dates.reached", "dates", Significance.NOTABLE, "Reached", "", (0,))
    assert slips_in(history, [reached], (COMPLETION,)) == ()
    assert slips_in(history, [], (COMPLETION,)) == ()

"""Results: submitted, posted, revised, withdrawn."""

from collections.abc import Iterable

from monitor.core.json import Json
from monitor.core.significance import Case, Example, Rule, Significance, Verdict
from monitor.rules.words import count, partial_date_words, shortened, status_words


def _of_results(case: Case) -> tuple[int, ...]:
    return tuple(
        n for n, change in enumerate(case.changes) if change.topic == "results" and not change.housekeeping
    )


def _posted(case: Case) -> Iterable[Verdict]:
    if case.after.has_results and not case.before.has_results:
        when = f" on {partial_date_words(case.after.results_posted)}" if case.after.results_posted else ""
        was = f", was {status_words(case.before.status)}" if case.before.status != case.after.status else ""
        headline = f"Results posted{when} (status: {status_words(case.after.status)}{was})"
        because = "the record now has a results section"
        yield Verdict(
            "results.posted", "results", Significance.CRITICAL, headline, because, _of_results(case)
        )


def _withdrawn(case: Case) -> Iterable[Verdict]:
    if case.before.has_results and not case.after.has_results:
        headline = "Results are no longer in the record"
        because = "the record had a results section and has none now"
        yield Verdict(
            "results.withdrawn", "results", Significance.CRITICAL, headline, because, _of_results(case)
        )


def _submitted(case: Case) -> Iterable[Verdict]:
    if case.after.has_results or case.before.has_results:
        return
    positions = case.positions("results_submitted")
    if positions and case.after.results_submitted and not case.before.results_submitted:
        when = partial_date_words(case.after.results_submitted)
        headline = f"Results submitted on {when}; not posted yet, in the registry's quality control"
        because = "the record names a first results submission and has no results section"
        yield Verdict("results.submitted", "results", Significance.NOTABLE, headline, because, positions)


def _revised(case: Case) -> Iterable[Verdict]:
    if not (case.before.has_results and case.after.has_results):
        return
    positions = tuple(n for n in _of_results(case) if case.changes[n].path.plain.startswith("resultsSection"))
    if positions:
        places = sorted({case.changes[n].label.split(":")[0] for n in positions})
        headline = (
            f"Posted results revised: {count(len(positions), 'value')} in {shortened(', '.join(places[:3]))}"
        )
        yield Verdict(
            "results.revised",
            "results",
            Significance.NOTABLE,
            headline,
            "the results section changed after it was posted",
            positions,
        )


def _status_module(**fields: Json) -> dict[str, Json]:
    return {"protocolSection": {"statusModule": {"overallStatus": "ACTIVE_NOT_RECRUITING", **fields}}}


_POSTED: dict[str, Json] = {
    **_status_module(resultsFirstPostDateStruct={"date": "2026-04-02", "type": "ACTUAL"}),
    "hasResults": True,
    "resultsSection": {"moreInfoModule": {"pointOfContact": {"title": "Study director"}}},
}

RULES = (
    Rule(
        "results.posted",
        "Results are posted",
        "The results section appears in the record: read it before the market does.",
        "results",
        _posted,
        (
            Example(
                "results appear",
                {**_status_module(), "hasResults": False},
                _POSTED,
                Significance.CRITICAL,
                "Results posted on 2 April 2026 (status: active, not recruiting)",
            ),
            Example("nothing new", _POSTED, _POSTED, None),
        ),
    ),
    Rule(
        "results.submitted",
        "Results are submitted",
        "The sponsor has handed in results; the registry checks them before they are posted.",
        "results",
        _submitted,
        (
            Example(
                "handed in",
                _status_module(),
                _status_module(resultsFirstSubmitDate="2026-02-10"),
                Significance.NOTABLE,
                "Results submitted on 10 February 2026; not posted yet, in the registry's quality control",
            ),
        ),
    ),
    Rule(
        "results.revised",
        "Posted results are revised",
        "What was posted reads differently now.",
        "results",
        _revised,
        (
            Example(
                "a table corrected",
                _POSTED,
                {
                    **_POSTED,
                    "resultsSection": {"moreInfoModule": {"pointOfContact": {"title": "Medical director"}}},
                },
                Significance.NOTABLE,
            ),
        ),
    ),
    Rule(
        "results.withdrawn",
        "Results vanish",
        "A record that had results has none. It should not happen.",
        "results",
        _withdrawn,
        (
            Example(
                "gone again",
                _POSTED,
                {**_status_module(), "hasResults": False},
                Significance.CRITICAL,
                "Results are no longer in the record",
            ),
        ),
    ),
)

"""Results: posted, revised, withdrawn; and the certificate that puts them off. What comes before the posting is in `submission.py`."""

from collections.abc import Iterable

from monitor.core.dates import PartialDate, duration_in_words, slip_in_days
from monitor.core.json import Json
from monitor.core.significance import Case, Example, Rule, Significance, Verdict
from monitor.rules._results_tables import Table, revisions, said
from monitor.rules._submission import TRACKING, UNPOSTED
from monitor.rules.words import partial_date_words, shortened, status_words

_STATUS = "protocolSection.statusModule"
_OF_POSTING = (
    "resultsSection",
    "hasResults",
    f"{_STATUS}.resultsFirst",
    UNPOSTED,
    f"{TRACKING}.submissionInfos",
    f"{TRACKING}.estimatedResultsFirstSubmitDate",
)
_CERTIFICATE = f"{_STATUS}.dispFirst"


def _of_posting(case: Case) -> tuple[int, ...]:
    return tuple(
        n
        for n, change in enumerate(case.changes)
        if change.topic == "results" and change.path.plain.startswith(_OF_POSTING)
    )


def _posted(case: Case) -> Iterable[Verdict]:
    if case.after.has_results and not case.before.has_results:
        when = f" on {partial_date_words(case.after.results_posted)}" if case.after.results_posted else ""
        was = f", was {status_words(case.before.status)}" if case.before.status != case.after.status else ""
        headline = f"Results posted{when} (status: {status_words(case.after.status)}{was})"
        because = f"the record now has a results section{_since_primary_completion(case)}"
        yield Verdict(
            "results.posted", "results", Significance.CRITICAL, headline, because, _of_posting(case)
        )


def _since_primary_completion(case: Case) -> str:
    completed = case.after.primary_completion
    try:
        posted = PartialDate.parse(case.after.results_posted)
    except ValueError:
        return ""
    if completed is None or (days := slip_in_days(completed.date, posted)) <= 0:
        return ""
    return f", {duration_in_words(days)} after the primary completion ({completed.date.in_words()})"


def _withdrawn(case: Case) -> Iterable[Verdict]:
    if case.before.has_results and not case.after.has_results:
        headline = "Results are no longer in the record"
        because = "the record had a results section and has none now"
        yield Verdict(
            "results.withdrawn", "results", Significance.CRITICAL, headline, because, _of_posting(case)
        )


def _revised(case: Case) -> Iterable[Verdict]:
    if not (case.before.has_results and case.after.has_results):
        return
    found = revisions(case.changes, frozenset(case.before.primary_results + case.after.primary_results))
    if not found:
        return
    figures = any(revision.table < Table.NOTES for revision in found)
    because = "figures of the results section changed after it was posted"
    yield Verdict(
        "results.revised",
        "results",
        Significance.NOTABLE if figures else Significance.ROUTINE,
        shortened(f"Posted results revised: {said(found)}", 200),
        because if figures else "only words of the results section changed, no figure",
        tuple(sorted(position for revision in found for position in revision.positions)),
    )


def _certificate(case: Case) -> Iterable[Verdict]:
    dates = {
        change.path.plain.removeprefix(_CERTIFICATE): (n, change)
        for n, change in enumerate(case.changes)
        if change.topic == "results" and change.path.plain.startswith(_CERTIFICATE)
    }
    came = {name: str(change.after) for name, (_, change) in dates.items() if change.kind == "added"}
    submitted, posted = came.get("SubmitDate", ""), came.get("PostDateStruct.date", "")
    if not submitted and not posted:
        return
    steps = [
        f"{verb} on {partial_date_words(day)}"
        for verb, day in (("submitted", submitted), ("posted", posted))
        if day
    ]
    told = f"Certificate of delay {' and '.join(steps)}"
    # A certificate that first shows once the results are there puts nothing off any more.
    late = case.after.has_results
    hedge = (
        "the results are posted" if late else "results may be due up to three years after primary completion"
    )
    yield Verdict(
        "results.delayed",
        "results",
        Significance.ROUTINE if late else Significance.NOTABLE,
        f"{told}: {hedge}",
        "the record names a certification of delayed results (42 CFR 11.44); whether it holds is the regulator's to say"
        + (", told before the record's own update moved" if case.registry_made else ""),
        tuple(sorted(n for n, change in dates.values() if change.kind == "added")),
    )


def _status_module(**fields: Json) -> dict[str, Json]:
    return {"protocolSection": {"statusModule": {"overallStatus": "ACTIVE_NOT_RECRUITING", **fields}}}


def _with_results(**modules: Json) -> dict[str, Json]:
    return {
        **_status_module(resultsFirstPostDateStruct={"date": "2026-04-02", "type": "ACTUAL"}),
        "hasResults": True,
        "resultsSection": {"moreInfoModule": {"pointOfContact": {"title": "Study director"}}, **modules},
    }


def _measured(value: str, p_value: str = "0.04", title: str = "Overall response rate") -> dict[str, Json]:
    measurement: Json = [{"groupId": "OG000", "value": value}]
    outcome: Json = {
        "type": "PRIMARY",
        "title": title,
        "classes": [{"categories": [{"measurements": measurement}]}],
        "analyses": [{"statisticalMethod": "Fisher Exact", "pValue": p_value}],
    }
    return _with_results(outcomeMeasuresModule={"outcomeMeasures": [outcome]})


def _deaths(number: int, serious: int) -> dict[str, Json]:
    group: Json = {"id": "EG000", "deathsNumAffected": number, "seriousNumAffected": serious}
    return _with_results(adverseEventsModule={"eventGroups": [group]})


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
                _with_results(),
                Significance.CRITICAL,
                "Results posted on 2 April 2026 (status: active, not recruiting)",
            ),
            Example("nothing new", _with_results(), _with_results(), None),
        ),
    ),
    Rule(
        "results.revised",
        "Posted results are revised",
        "What was posted reads differently now: which table, the gravest first. Notable where a figure changed, routine where words did.",
        "results",
        _revised,
        (
            Example(
                "a primary outcome's value corrected",
                _measured("42"),
                _measured("45"),
                Significance.NOTABLE,
                "Posted results revised: a primary outcome's value (“Overall response rate”: 42 → 45)",
            ),
            Example(
                "a p-value",
                _measured("42"),
                _measured("42", "0.06"),
                Significance.NOTABLE,
                "Posted results revised: 1 p-value (0.04 → 0.06)",
            ),
            Example(
                "deaths and serious events",
                _deaths(1, 4),
                _deaths(3, 6),
                Significance.NOTABLE,
                "Posted results revised: deaths, 1 serious adverse event count (4 → 6)",
            ),
            Example(
                "an outcome under another title, its figures as they were",
                _measured("42"),
                _measured("42", title="Response rate at week 24"),
                Significance.ROUTINE,
                "Posted results revised: notes",
            ),
            Example(
                "another contact",
                _with_results(),
                _with_results(moreInfoModule={"pointOfContact": {"title": "Medical monitor"}}),
                Significance.ROUTINE,
                "Posted results revised: the point of contact",
            ),
            Example(
                "a capital letter is for the noise rules",
                _with_results(),
                _with_results(moreInfoModule={"pointOfContact": {"title": "Study Director"}}),
                None,
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
                _with_results(),
                {**_status_module(), "hasResults": False},
                Significance.CRITICAL,
                "Results are no longer in the record",
            ),
        ),
    ),
    Rule(
        "results.delayed",
        "A certificate of delay",
        "The sponsor certifies that results come later (a new use or a first approval is sought). The registry can show it days before "
        "the record's own date of update moves.",
        "results",
        _certificate,
        (
            Example(
                "before the record's update is posted",
                _status_module(lastUpdateSubmitDate="2025-10-01"),
                _status_module(lastUpdateSubmitDate="2025-10-01", dispFirstSubmitDate="2026-01-20"),
                Significance.NOTABLE,
                "Certificate of delay submitted on 20 January 2026: results may be due up to three years after primary completion",
            ),
            Example(
                "submitted and posted",
                _status_module(),
                _status_module(
                    dispFirstSubmitDate="2026-01-20",
                    dispFirstPostDateStruct={"date": "2026-02-03", "type": "ACTUAL"},
                ),
                Significance.NOTABLE,
                "Certificate of delay submitted on 20 January 2026 and posted on 3 February 2026: "
                "results may be due up to three years after primary completion",
            ),
            Example(
                "shown once the results are there",
                {**_status_module(), "hasResults": False},
                {**_status_module(dispFirstSubmitDate="2025-01-20"), "hasResults": True},
                Significance.ROUTINE,
                "Certificate of delay submitted on 20 January 2025: the results are posted",
            ),
        ),
    ),
)

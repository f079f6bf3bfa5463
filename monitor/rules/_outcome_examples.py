"""Examples of what the rules on endpoints say; see `outcomes.py`."""

from monitor.core.json import Json
from monitor.core.significance import Example, Significance


def _trial(
    *primary: str,
    secondary: tuple[str, ...] = (),
    months: int = 12,
    status: str = "RECRUITING",
    start: tuple[str, str] = ("2025-03-01", "ACTUAL"),
    over: bool = False,
    results: bool = False,
    **more: str,
) -> dict[str, Json]:
    """A record with these endpoints, each measured at that many months; `over`: primary completion has been reached."""
    status_module: dict[str, Json] = {
        "overallStatus": status,
        "startDateStruct": {"date": start[0], "type": start[1]},
        "lastUpdateSubmitDate": "2026-02-02",
    }
    if over:
        status_module["primaryCompletionDateStruct"] = {"date": "2025-12-15", "type": "ACTUAL"}
    outcomes: dict[str, Json] = {
        name: [{"measure": measure, "timeFrame": f"{months} months", **more} for measure in measures]
        for name, measures in (("primaryOutcomes", primary), ("secondaryOutcomes", secondary))
        if measures
    }
    return {
        "protocolSection": {"statusModule": status_module, "outcomesModule": outcomes},
        "hasResults": results,
    }


def _timed(time_frame: str, *secondary: str) -> dict[str, Json]:
    """A trial under way whose secondary endpoints are measured at that time."""
    listed: list[Json] = [
        {"measure": one, "timeFrame": f"Up to {time_frame} after the visit"} for one in secondary
    ]
    trial = _trial("Pain at rest")
    protocol = trial["protocolSection"]
    assert isinstance(protocol, dict)
    return {**trial, "protocolSection": {**protocol, "outcomesModule": {"secondaryOutcomes": listed}}}


def _planned(*primary: str, secondary: tuple[str, ...] = ()) -> dict[str, Json]:
    return _trial(*primary, secondary=secondary, status="NOT_YET_RECRUITING", start=("2026-06", "ESTIMATED"))


EXAMPLES: dict[str, tuple[Example, ...]] = {
    "replaced": (
        Example(
            "when the data may have been seen",
            _trial("Overall survival", over=True),
            _trial("Progression-free survival", over=True),
            Significance.CRITICAL,
            "Primary endpoint replaced after primary completion: “Overall survival” → “Progression-free survival”",
        ),
        Example(
            "switched with a secondary one",
            _trial("Pain at rest", secondary=("Walking distance",)),
            _trial("Walking distance", secondary=("Pain at rest",)),
            Significance.CRITICAL,
            "Primary endpoint replaced after the trial started: “Pain at rest” (now secondary) → “Walking distance” (was secondary)",
        ),
        Example(
            "still being planned",
            _planned("ACR20 response"),
            _planned("ACR50 response"),
            Significance.NOTABLE,
            "Primary endpoint replaced before the trial started: “ACR20 response” → “ACR50 response”",
        ),
        Example("only reworded", _trial("Pain at rest"), _trial("Pain at rest (0-10)"), None),
    ),
    "dropped": (
        Example(
            "one of two",
            _trial("Pain at rest", "Walking distance"),
            _trial("Walking distance"),
            Significance.CRITICAL,
            "Primary endpoint dropped after the trial started: “Pain at rest”",
        ),
        Example(
            "it is only in another list", _trial("Pain", "Sleep"), _trial("Sleep", secondary=("Pain",)), None
        ),
    ),
    "demoted": (
        Example(
            "with results at hand",
            _trial("Pain at rest", "Sleep", over=True, results=True),
            _trial("Sleep", secondary=("Pain at rest",), over=True, results=True),
            Significance.CRITICAL,
            "Primary endpoint demoted to secondary with results posted: “Pain at rest”",
        ),
    ),
    "promoted": (
        Example(
            "after the start",
            _trial("Pain at rest", secondary=("Walking distance",)),
            _trial("Pain at rest", "Walking distance"),
            Significance.CRITICAL,
            "Secondary endpoint promoted to primary after the trial started: “Walking distance”",
        ),
    ),
    "added": (
        Example(
            "a second one",
            _trial("Pain at rest"),
            _trial("Pain at rest", "Walking distance"),
            Significance.NOTABLE,
            "Primary endpoint added after the trial started: “Walking distance”",
        ),
    ),
    "clarified": (
        Example(
            "measured at another time",
            _trial("Pain at rest", months=6),
            _trial("Pain at rest", months=12),
            Significance.NOTABLE,
            "Time frame of the primary endpoint “Pain at rest” changed after the trial started: “6 months” → “12 months”",
        ),
        Example(
            "said more precisely",
            _trial("Pain at rest"),
            _trial("Pain at rest on a visual analogue scale"),
            Significance.NOTABLE,
            "Primary endpoint said more precisely after the trial started: "
            "“Pain at rest” → “Pain at rest on a visual analogue scale”",
        ),
        Example(
            "secondary ones, all in the same way",
            _timed("59 months", "Sleep", "Walking distance", "Function"),
            _timed("58 months", "Sleep", "Walking distance", "Function"),
            Significance.ROUTINE,
            "Time frame of 3 secondary endpoints changed after the trial started: “59 months” → “58 months”",
        ),
        Example(
            "who judges is left out, after the start",
            _trial("Objective response rate", description="Judged by the investigator per RECIST 1.1"),
            _trial("Objective response rate", description="Judged per RECIST 1.1"),
            Significance.NOTABLE,
            "Description of the primary endpoint “Objective response rate” changed after the trial started: "
            "“by the investigator” taken out",
        ),
        Example("a capital letter", _trial("Pain at rest"), _trial("Pain at Rest"), None),
    ),
    "secondary": (
        Example(
            "two more",
            _trial("Pain", secondary=("Sleep",)),
            _trial("Pain", secondary=("Sleep", "Walking distance", "Function")),
            Significance.ROUTINE,
            "2 secondary endpoints added after the trial started: “Function”, “Walking distance”",
        ),
        Example(
            "one less, after the start",
            _trial("Pain", secondary=("Sleep", "Walking distance")),
            _trial("Pain", secondary=("Sleep", "Function")),
            Significance.NOTABLE,
            "Secondary endpoints changed after the trial started: 1 added, 1 dropped",
        ),
    ),
    "cosmetic": (
        Example(
            "a capital letter",
            _trial("Pain at rest"),
            _trial("Pain at Rest."),
            Significance.NOISE,
            "Primary endpoint edited, typography only: “Pain at rest”",
        ),
        Example(
            "spelled the American way, with its abbreviation",
            _trial("Objective tumour response rate"),
            _trial("Objective Tumor Response Rate (OTRR)"),
            Significance.ROUTINE,
            "Primary endpoint edited, spelling only: “Objective tumour response rate”",
        ),
        Example("another scale", _trial("Pain (VAS)"), _trial("Pain (NRS)"), None),
    ),
}

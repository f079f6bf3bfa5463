from monitor.core.facts import TrialFacts
from monitor.core.promises import by_the_registry, promises
from tests.builders import a_typed_date


def _version(said: str, promised: str = "", type_: str = "ESTIMATED") -> TrialFacts:
    date = a_typed_date(promised, "ACTUAL" if type_ == "ACTUAL" else "ESTIMATED") if promised else None
    return TrialFacts(registry_date=said, primary_completion=date)


def _said(*history: TrialFacts) -> list[tuple[str, str, int]]:
    return [
        (str(one.made or ""), str(one.date.date), one.moved)
        for one in promises(by_the_registry(history), "primary_completion")
    ]


def test_each_promise_is_told_once_with_the_day_it_was_first_made() -> None:
    history = (
        _version("2023-01-10", "2024-06-30"),
        _version("2023-05-01", "2024-06-30"),
        _version("2024-02-01", "2025-06-30"),
        _version("2025-02-01", "2025-05-31"),
    )
    assert _said(*history) == [
        ("2023-01-10", "2024-06-30", 0),
        ("2024-02-01", "2025-06-30", 365),
        ("2025-02-01", "2025-05-31", -30),
    ]


def test_a_date_only_said_more_precisely_is_no_new_promise() -> None:
    assert _said(_version("2023-01-10", "2024-06"), _version("2023-02-10", "2024-06-30")) == [
        ("2023-01-10", "2024-06", 0)
    ]


def test_reaching_a_promised_date_is_a_step_of_its_own() -> None:
    reached = promises(
        by_the_registry(
            (_version("2023-01-10", "2024-06-30"), _version("2024-07-10", "2024-06-30", "ACTUAL"))
        ),
        "primary_completion",
    )
    assert [one.date.type for one in reached] == ["ESTIMATED", "ACTUAL"]


def test_a_promise_that_is_only_now_called_estimated_is_no_new_one() -> None:
    unsaid = TrialFacts(registry_date="2023-01-10", primary_completion=a_typed_date("2024-06-30", ""))
    assert _said(unsaid, _version("2023-02-10", "2024-06-30")) == [("2023-01-10", "2024-06-30", 0)]


def test_each_promise_says_how_far_it_is_from_the_first() -> None:
    history = (
        _version("2023-01-10", "2024-06-30"),
        _version("2024-02-01", "2025-06-30"),
        _version("2025-02-01", "2025-05-31"),
    )
    said = promises(by_the_registry(history), "primary_completion")
    assert [(one.total, one.moved_in_words) for one in said] == [
        (0, ""),
        (365, "1 year later"),
        (335, "4 weeks earlier"),
    ]


def test_a_version_without_the_date_or_without_a_day_invents_nothing() -> None:
    assert _said(_version("2023-01-10"), _version("", "2024-06"), _version("soon", "2025-06-30")) == [
        ("", "2024-06", 0),
        ("", "2025-06-30", 365),
    ]
    assert promises((), "completion") == ()

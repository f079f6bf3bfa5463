"""The record as such: what no other rule spoke of, what the registry keeps for itself, and what becomes of a number."""

from collections import Counter
from collections.abc import Iterable, Sequence

from monitor.core.change import Change, Item, Step
from monitor.core.json import Json
from monitor.core.significance import Case, Example, Rule, Significance, Topic, Verdict
from monitor.rules.words import count, known_status, partial_date_words, shortened, status_words

_TITLES: dict[Topic, str] = {
    "status": "Status details",
    "dates": "Dates",
    "results": "Results record",
    "enrollment": "Enrolment",
    "outcomes": "Outcome measures",
    "design": "Design",
    "eligibility": "Eligibility",
    "sites": "Sites and contacts",
    "sponsor": "Sponsor",
    "publications": "References",
    "documents": "Documents",
    "record": "Record",
    "deadlines": "Deadlines",
}

# So many changes of one topic are told one by one; more are counted.
_SAID_ONE_BY_ONE = 3


def _edited(case: Case) -> Iterable[Verdict]:
    by_topic: dict[Topic, list[int]] = {}
    for position in case.unclaimed:
        if not case.changes[position].housekeeping:
            by_topic.setdefault(case.changes[position].topic, []).append(position)
    for topic, positions in sorted(by_topic.items()):
        headline = shortened(f"{_TITLES[topic]}: {_summary([case.changes[n] for n in positions])}", 300)
        yield Verdict(
            "record.edited",
            topic,
            Significance.ROUTINE,
            headline,
            "no other rule speaks of these fields",
            tuple(positions),
        )


def _summary(changes: Sequence[Change]) -> str:
    """A few changes said one by one, many counted by label and kind."""
    if len(changes) <= _SAID_ONE_BY_ONE:
        said = "; ".join(map(_one, changes))
        if len(said) <= 240 or len(changes) == 1:
            return said
    counted = Counter((change.label, change.kind) for change in changes)
    parts = [
        f"{_in_a_sentence(label)} {kind}" + (f" ({number})" if number > 1 else "")
        for (label, kind), number in sorted(counted.items(), key=lambda entry: (-entry[1], entry[0]))
    ]
    return ", ".join(parts[:4]) + (
        f" and {count(len(parts) - 4, 'other kind')} of edit" if len(parts) > 4 else ""
    )


def _one(change: Change) -> str:
    what = _in_a_sentence(change.label) + f" {change.kind}" + _where(change)
    before, after = _shown(change.before), _shown(change.after)
    if change.kind == "changed":
        if before and after and len(before) + len(after) <= 120:
            return f"{what}: {before} → {after}"
        a_line = isinstance(change.after, str) and len(change.after) <= 200
        return what + (f"; now “{change.after}”" if a_line else "")
    value = after or before or _item_name(change.path.steps[-1])
    return what + (f": {value}" if value else "")


def _in_a_sentence(label: str) -> str:
    """`Former NCT number` → `former NCT number`; `NCT number` stays."""
    return label[:1].lower() + label[1:] if label[1:2].islower() else label


def _where(change: Change) -> str:
    """The item within which something changed: ` at Hôpital Cochin, Paris, France`."""
    around = [step for step in change.path.steps[:-1] if isinstance(step, Item)]
    name = _item_name(around[0]) if around else ""
    return f" at {name}" if name and change.topic == "sites" else f" in “{name}”" if name else ""


def _item_name(step: Step) -> str:
    """What identifies an item, as people write it; nothing for one that only its whole content identifies."""
    if not isinstance(step, Item) or step.name.startswith(("{", "[")):
        return ""
    return shortened(step.name.replace(" | ", ", "), 120)


def _shown(value: Json) -> str:
    if isinstance(value, str):
        return known_status(value) or shortened(partial_date_words(value), 100)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:,}" if isinstance(value, int) else ""


def _housekeeping(case: Case) -> Iterable[Verdict]:
    positions = tuple(n for n in case.unclaimed if case.changes[n].housekeeping)
    if positions:
        labels = sorted({case.changes[n].label for n in positions})
        told = shortened(", ".join(labels[:4]), 240) + (
            f" and {len(labels) - 4} more" if len(labels) > 4 else ""
        )
        because = "dates of the update and what the registry derives by itself: no news in themselves"
        yield Verdict(
            "record.housekeeping", "record", Significance.NOISE, f"Housekeeping: {told}", because, positions
        )


def _gone(case: Case) -> Iterable[Verdict]:
    headline = f"Gone from the registry (last status: {status_words(case.before.status)})"
    because = "two looks at least a day apart did not find it, and the registry, asked for it alone, does not have it"
    yield Verdict("record.gone", "record", Significance.CRITICAL, headline, because)


def _back(case: Case) -> Iterable[Verdict]:
    yield Verdict(
        "record.back",
        "record",
        Significance.NOTABLE,
        "Back in the registry after it had gone",
        "the registry has the number again",
    )


def _moved(case: Case) -> Iterable[Verdict]:
    headline = f"Merged into {shortened(case.about, 40)}: the registry now keeps this trial under that number"
    yield Verdict(
        "record.moved",
        "record",
        Significance.NOTABLE,
        headline,
        "the registry answers with the other number's record",
    )


def _unknown(case: Case) -> Iterable[Verdict]:
    headline = f"The registry does not know {shortened(case.trial.number, 40)}; it will be asked for again"
    yield Verdict(
        "record.unknown_number",
        "record",
        Significance.NOTABLE,
        headline,
        "well formed, but the registry has no such trial",
    )


def _entered(case: Case) -> Iterable[Verdict]:
    yield Verdict(
        "record.entered_search",
        "record",
        Significance.NOTABLE,
        f"New in the search “{shortened(case.about, 80)}” ({status_words(case.after.status)})",
        "the search did not find this trial before",
    )


def _left(case: Case) -> Iterable[Verdict]:
    why = case.why or "the record itself did not change"
    headline = f"No longer found by the search “{shortened(case.about, 80)}”: {shortened(why)}"
    yield Verdict("record.left_search", "record", Significance.NOTABLE, headline, why)


def _summary_text(text: str) -> dict[str, Json]:
    return {"protocolSection": {"descriptionModule": {"briefSummary": text}}}


def _other_numbers(*numbers: tuple[str, str]) -> dict[str, Json]:
    listed = [{"id": number, "domain": who} for number, who in numbers]
    return {"protocolSection": {"identificationModule": {"secondaryIdInfos": listed}}}


def _verified(month: str) -> dict[str, Json]:
    return {"protocolSection": {"statusModule": {"statusVerifiedDate": month}}}


_RECRUITING: dict[str, Json] = {"protocolSection": {"statusModule": {"overallStatus": "RECRUITING"}}}

RULES = (
    Rule(
        "record.edited",
        "Everything else",
        "What no other rule speaks of, one line a topic. Nothing is left out.",
        "record",
        _edited,
        (
            Example(
                "a new summary",
                _summary_text("Old words."),
                _summary_text("New words."),
                Significance.ROUTINE,
                "Record: brief summary changed: Old words. → New words.",
            ),
            Example(
                "a number that comes and another whose owner is named differently",
                _other_numbers(("M-1", "Made Fund")),
                _other_numbers(("M-1", "Made Trust"), ("M-2", "Made Trust")),
                Significance.ROUTINE,
                "Record: other study number: domain changed in “M-1”: Made Fund → Made Trust; other study number added: M-2",
            ),
            Example(
                "more than can be told one by one",
                _other_numbers(),
                _other_numbers(*((f"M-{n}", "Made Fund") for n in range(12))),
                Significance.ROUTINE,
                "Record: other study number added (12)",
            ),
        ),
        last=True,
    ),
    Rule(
        "record.housekeeping",
        "The registry's housekeeping",
        "Dates of the update, geocodes, derived terms. Kept, shown on request, never an alert.",
        "record",
        _housekeeping,
        (Example("verified again", _verified("2026-01"), _verified("2026-02"), Significance.NOISE),),
        last=True,
    ),
    Rule(
        "record.gone",
        "A trial is gone from the registry",
        "Never on one missing answer: a second look a day later and a question for this number alone confirm it.",
        "record",
        _gone,
        (
            Example(
                "gone",
                _RECRUITING,
                _RECRUITING,
                Significance.CRITICAL,
                "Gone from the registry (last status: recruiting)",
                occurrence="gone",
            ),
        ),
        on="gone",
    ),
    Rule(
        "record.back",
        "A trial is back",
        "After it had been told gone.",
        "record",
        _back,
        (
            Example(
                "back",
                _RECRUITING,
                _RECRUITING,
                Significance.NOTABLE,
                "Back in the registry after it had gone",
                occurrence="back",
            ),
        ),
        on="back",
    ),
    Rule(
        "record.moved",
        "A number is merged into another",
        "The watch follows it.",
        "record",
        _moved,
        (
            Example(
                "merged",
                _RECRUITING,
                _RECRUITING,
                Significance.NOTABLE,
                "Merged into NCT01234567: the registry now keeps this trial under that number",
                occurrence="moved",
                about="NCT01234567",
            ),
        ),
        on="moved",
    ),
    Rule(
        "record.unknown_number",
        "The registry does not know a watched number",
        "Told once; the number stays watched, for it may still be registered.",
        "record",
        _unknown,
        (Example("not registered (yet)", {}, {}, Significance.NOTABLE, occurrence="unknown"),),
        on="unknown",
    ),
    Rule(
        "record.entered_search",
        "A trial enters a search",
        "New since the last look; its record is kept from here on.",
        "record",
        _entered,
        (
            Example(
                "a newcomer",
                {},
                _RECRUITING,
                Significance.NOTABLE,
                "New in the search “low back pain · stem cells” (recruiting)",
                occurrence="entered",
                about="low back pain · stem cells",
            ),
        ),
        on="entered",
    ),
    Rule(
        "record.left_search",
        "A trial leaves a search",
        "With why, as far as it can be known: its status, dates or an edit; or it is gone.",
        "record",
        _left,
        (
            Example(
                "closed to recruitment",
                _RECRUITING,
                _RECRUITING,
                Significance.NOTABLE,
                "No longer found by the search “recruiting in Spain”: its status changed",
                occurrence="left",
                about="recruiting in Spain",
                why="its status changed",
            ),
        ),
        on="left",
    ),
)

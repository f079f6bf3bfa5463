"""Who may take part: ages and sex, and the criteria one by one, inclusion and exclusion told apart."""

from collections import Counter
from collections.abc import Iterable

from monitor.core.json import Json
from monitor.core.significance import Case, Example, Rule, Significance, Verdict
from monitor.rules._criteria import CriteriaNews, Criterion, compare, criteria, numbers_differ
from monitor.rules._folding import same_when_folded
from monitor.rules._likeness import shown_apart
from monitor.rules.words import count, shortened

_LONGEST = 200

# From so many criteria on, or from such a share of all, who may take part is another question.
_MANY = 8
_MUCH = 0.5

_AGES = {
    "minimumAge": ("minimum age", "no lower age limit"),
    "maximumAge": ("maximum age", "no upper age limit"),
}
_SEXES = {"ALL": "all", "FEMALE": "female only", "MALE": "male only"}


def _fields(case: Case) -> dict[str, int]:
    """Where the fields of the topic stand, by their names."""
    fields = {}
    for n, change in enumerate(case.changes):
        last = change.path.steps[-1]
        if (
            change.topic == "eligibility"
            and isinstance(last, str)
            and not same_when_folded(change.before, change.after)
        ):
            fields[last] = n
    return fields


def _changed(case: Case) -> Iterable[Verdict]:
    fields = _fields(case)
    groups, positions = _groups(case, fields)
    news = None
    if "eligibilityCriteria" in fields:
        change = case.changes[fields["eligibilityCriteria"]]
        news = compare(_text(change.before), _text(change.after))
        positions.append(fields["eligibilityCriteria"])
    if not positions:
        return
    many = news is not None and _are_many(news, _text(case.changes[fields["eligibilityCriteria"]].before))
    if groups or (news and news.count):
        significance = Significance.NOTABLE if groups or many else Significance.ROUTINE
        headline = _headline(groups, news)
    else:
        significance = Significance.NOISE
        headline = "Eligibility criteria: only numbered, ordered or spelled differently"
    because = "the criteria are compared one by one, inclusion and exclusion apart; numbering, order and typography do not count"
    yield Verdict(
        "eligibility.changed", "eligibility", significance, headline, because, tuple(sorted(positions))
    )


def _text(value: Json) -> str:
    return value if isinstance(value, str) else ""


def _groups(case: Case, fields: dict[str, int]) -> tuple[list[str], list[int]]:
    """What is said of ages, sex and healthy volunteers, and where that stands. The registry's age groups follow from the ages."""
    said, positions = [], []
    for name, (words, none) in _AGES.items():
        if name in fields:
            change = case.changes[fields[name]]
            before, after = (
                shortened(_text(value).lower(), 30) or none for value in (change.before, change.after)
            )
            said.append(f"{words} {before} → {after}")
    if said:
        positions += [
            n
            for n, change in enumerate(case.changes)
            if change.topic == "eligibility" and "stdAges" in change.path.steps
        ]
    if "sex" in fields:
        change = case.changes[fields["sex"]]
        before, after = (
            _SEXES.get(_text(value)) or shortened(_text(value).lower(), 30) or "not given"
            for value in (change.before, change.after)
        )
        said.append(f"sex {before} → {after}")
    if "healthyVolunteers" in fields and isinstance(case.changes[fields["healthyVolunteers"]].after, bool):
        accepted = case.changes[fields["healthyVolunteers"]].after
        said.append(f"healthy volunteers {'now accepted' if accepted else 'not accepted'}")
        positions.append(fields["healthyVolunteers"])
    positions += [fields[name] for name in (*_AGES, "sex") if name in fields]
    return said, positions


def _are_many(news: CriteriaNews, before: str) -> bool:
    return news.count >= _MANY or (news.count >= 3 and news.count >= _MUCH * len(criteria(before)))


def _headline(groups: list[str], news: CriteriaNews | None) -> str:
    said = "; ".join(groups)
    if news is None or not news.count:
        return shortened(f"Eligibility: {said}", _LONGEST)
    line = f"Eligibility: {said}; {_counted(news)}" if said else f"Eligibility: {_counted(news)}"
    room = _LONGEST - len(line) - 2
    example = _example(news, room)
    return shortened(line + (": " if news.count == 1 else "; ") + example if example else line, _LONGEST)


def _counted(news: CriteriaNews) -> str:
    """`2 inclusion criteria reworded, 1 exclusion criterion removed`."""
    counted = Counter(
        [("reworded", new.side) for _, new in news.reworded]
        + [("added", one.side) for one in news.added]
        + [("removed", one.side) for one in news.removed]
    )
    said = []
    for what in ("reworded", "added", "removed"):
        for side in ("inclusion", "exclusion", "other"):
            if number := counted[what, side]:
                of = "" if side == "other" else f"{side} "
                said.append(f"{count(number, f'{of}criterion', f'{of}criteria')} {what}")
    ways = Counter((old.side, new.side) for old, new in news.moved)
    for (old, new), number in sorted(ways.items()):
        said.append(f"{count(number, 'criterion', 'criteria')} moved from {old} to {new}")
    return ", ".join(said)


def _example(news: CriteriaNews, room: int) -> str:
    """The edit that tells most, as far as it fits: another number before other words, then what is new, then what went."""
    each = min((room - 8) // 2, 70)
    if each < 16:
        return ""
    if news.reworded:
        old, new = min(
            news.reworded, key=lambda pair: (not numbers_differ(*pair), len(pair[1].text), pair[1].text)
        )
        return shown_apart(old.text, new.text, each)
    told: list[Criterion] = news.added or news.removed or [new for _, new in news.moved]
    return f"“{shortened(min(told, key=lambda one: (len(one.text), one.text)).text, min(room - 2, 120))}”"


def _eligible(inclusion: str = "", exclusion: str = "", **more: Json) -> dict[str, Json]:
    """Criteria are given with a semicolon between them."""
    text = "Inclusion Criteria:\n\n" + "\n".join(f"* {one}" for one in inclusion.split("; ") if one)
    text += "\n\nExclusion Criteria:\n\n" + "\n".join(
        f"{n}. {one}" for n, one in enumerate(exclusion.split("; "), 1) if one
    )
    return {"protocolSection": {"eligibilityModule": {"eligibilityCriteria": text, **more}}}


RULES = (
    Rule(
        "eligibility.changed",
        "Who may take part changes",
        "Ages, sex and healthy volunteers are notable, and so are many criteria at once; a few criteria are routine. Another number is"
        " quoted before other words.",
        "eligibility",
        _changed,
        (
            Example(
                "one reworded in a number, one taken out",
                _eligible("ECOG performance status 0-1; Chronic back pain", "Pregnancy; Prior surgery"),
                _eligible("ECOG performance status 0-2; Chronic back pain", "Pregnancy"),
                Significance.ROUTINE,
                "Eligibility: 1 inclusion criterion reworded, 1 exclusion criterion removed;"
                " “ECOG performance status 0-1” → “ECOG performance status 0-2”",
            ),
            Example(
                "one more to exclude, so that the rest is numbered anew",
                _eligible("Adults", "Pregnancy; Prior surgery"),
                _eligible("Adults", "Active cancer; Pregnancy; Prior surgery"),
                Significance.ROUTINE,
                "Eligibility: 1 exclusion criterion added: “Active cancer”",
            ),
            Example(
                "younger people too",
                _eligible("Chronic back pain", minimumAge="18 Years", stdAges=["ADULT"]),
                _eligible("Chronic back pain", minimumAge="12 Years", stdAges=["CHILD", "ADULT"]),
                Significance.NOTABLE,
                "Eligibility: minimum age 18 years → 12 years",
            ),
            Example(
                "women only",
                _eligible("Adults", sex="ALL"),
                _eligible("Adults", sex="FEMALE"),
                Significance.NOTABLE,
                "Eligibility: sex all → female only",
            ),
            Example(
                "the same criteria in another order",
                _eligible("Adults; Chronic back pain"),
                _eligible("Chronic back pain; Adults"),
                Significance.NOISE,
            ),
        ),
    ),
)

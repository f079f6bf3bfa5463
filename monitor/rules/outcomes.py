"""Endpoints: respelled, clarified, added, dropped, demoted, promoted, replaced; and when in the trial's life.

What was to be measured first is a promise made before the start. So the same edit weighs more after it, and most when the data may
have been seen. How common that is: 31.7 % of 89,204 registered trials changed a primary outcome, with odds of 1.84 after primary
completion (Ramagopalan et al. 2014).
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence

from monitor.core.significance import Case, Rule, Significance, Verdict
from monitor.rules._endpoint_words import listed, named, quoted, span
from monitor.rules._endpoints import Edit, Part, edits
from monitor.rules._outcome_examples import EXAMPLES
from monitor.rules._stage import Moment, Stage, moment
from monitor.rules._wording import Difference, stretch
from monitor.rules.words import count, shortened

_BASE_RATE = "for comparison: 31.7 % of 89,204 registered trials changed a primary outcome (Ramagopalan 2014)"
_LONGEST = 200


# Of what did not happen nobody asks when.
_NEVER = Moment(Stage.UNKNOWN, "", "")


def _judged(case: Case) -> tuple[tuple[Edit, ...], Moment]:
    found = edits(case.changes)
    return found, moment(case) if found else _NEVER


def _verdict(
    rule: str, significance: Significance, headline: str, because: str, told: Iterable[Edit]
) -> Verdict:
    positions = tuple(sorted(position for edit in told for position in edit.positions))
    return Verdict(
        f"outcomes.{rule}", "outcomes", significance, shortened(headline, _LONGEST), because, positions
    )


def _gravity(at: Moment) -> Significance:
    """Of a primary endpoint that is no longer what it was."""
    return Significance.CRITICAL if at.under_way else Significance.NOTABLE


def _in_time(text: str, at: Moment) -> str:
    return f"{text} {at.when}" if at.when else text


def _why(what: str, at: Moment, weighty: bool = False) -> str:
    """The reason, when it was, and for what weighs: that the data were in, and how common it is."""
    reasons = [what, at.because]
    if weighty and at.stage >= Stage.AFTER_PRIMARY_COMPLETION:
        reasons.append("the data for it were to be complete by then")
    if weighty and at.under_way:
        reasons.append(_BASE_RATE)
    return "; ".join(reasons)


# The primary list: what left it, what entered it.


def _left(edit: Edit) -> bool:
    return edit.was == "primary" and edit.now != "primary"


def _entered(edit: Edit) -> bool:
    return edit.now == "primary" and edit.was != "primary"


def _replaced(case: Case) -> Iterable[Verdict]:
    found, at = _judged(case)
    out, into = [edit for edit in found if _left(edit)], [edit for edit in found if _entered(edit)]
    if not (out and into):
        return
    what = "Primary endpoint replaced"
    if len(out) > 1 or len(into) > 1:
        what = f"{count(len(out), 'primary endpoint')} replaced by {len(into)}"
    head = _in_time(what, at) + ": "
    room = (_LONGEST - len(head) - 3) // 2
    headline = f"{head}{named(out, room)} → {named(into, room)}"
    because = _why(
        "what left the primary list and what entered it measure different things", at, weighty=True
    )
    yield _verdict("replaced", _gravity(at), headline, because, out + into)


def _one_way(
    rule: str, chosen: Callable[[Edit], bool], one: str, many: str, what: str, *, weighs: bool = True
) -> Callable[[Case], Iterable[Verdict]]:
    """A rule on endpoints that left the primary list, or entered it, while none went the other way."""

    def judge(case: Case) -> Iterable[Verdict]:
        found, at = _judged(case)
        told = [edit for edit in found if chosen(edit)]
        if not told or (any(map(_left, found)) and any(map(_entered, found))):
            return
        lists = {edit.now if rule == "demoted" else edit.was for edit in told}
        level = next(iter(lists)) if len(lists) == 1 else "secondary and other"
        text = (one if len(told) == 1 else f"{len(told)} {many}").format(level=level)
        head = _in_time(text[:1].upper() + text[1:], at) + ": "
        significance = _gravity(at) if weighs else Significance.NOTABLE
        headline = head + named(told, _LONGEST - len(head), lists=False)
        yield _verdict(rule, significance, headline, _why(what, at, weighty=weighs), told)

    return judge


# The other lists.


def _secondary(case: Case) -> Iterable[Verdict]:
    found, at = _judged(case)
    told = [edit for edit in found if edit.was != edit.now and "primary" not in (edit.was, edit.now)]
    if not told:
        return
    kinds = Counter(
        "added" if edit.was is None else "dropped" if edit.now is None else "moved" for edit in told
    )
    level = listed(told)
    if len(kinds) == 1:
        [kind] = kinds
        verb = (
            kind
            if kind != "moved"
            else f"moved to {told[0].now}"
            if len(told) == 1
            else "moved between lists"
        )
        text = count(len(told), f"{level} endpoint") if len(told) > 1 else f"{level} endpoint"
        head = _in_time(f"{text[:1].upper()}{text[1:]} {verb}", at) + ": "
        headline = head + named(told, _LONGEST - len(head), lists=False)
    else:
        counted = ", ".join(f"{kinds[kind]} {kind}" for kind in ("added", "dropped", "moved") if kinds[kind])
        headline = _in_time(f"{level.capitalize()} endpoints changed", at) + f": {counted}"
    significance = Significance.NOTABLE if kinds["dropped"] and at.under_way else Significance.ROUTINE
    yield _verdict(
        "secondary", significance, headline, _why("the primary endpoints are not touched by this", at), told
    )


# Endpoints that stayed where they were.


def _clarified(case: Case) -> Iterable[Verdict]:
    found, at = _judged(case)
    stayed = [e for e in found if e.was == e.now and e.difference > Difference.SPELLING]
    for told in ([e for e in stayed if e.now == "primary"], [e for e in stayed if e.now != "primary"]):
        if told:
            parts = sorted({part.name for edit in told for part in _real(edit)})
            because = _why(f"what is measured stayed the same, its {' and '.join(parts)} did not", at)
            yield _verdict("clarified", _weight(told, at), _clarification(told, at), because, told)


def _weight(told: Sequence[Edit], at: Moment) -> Significance:
    """Of a clarification: a primary endpoint's name and time are news; how it is measured, if something was taken back after the start."""
    for edit in told:
        for part in _real(edit) if edit.now == "primary" else ():
            if part.name in ("measure", "time frame") or (
                part.difference == Difference.CHANGED and at.under_way
            ):
                return Significance.NOTABLE
    return Significance.ROUTINE


def _real(edit: Edit) -> list[Part]:
    return [part for part in edit.parts if part.difference > Difference.SPELLING]


def _clarification(told: Sequence[Edit], at: Moment) -> str:
    level, parts = listed(told), [part for edit in told for part in _real(edit)]
    kinds = Counter(part.name for part in parts)
    if len(told) == 1:
        return _of_one(told[0], level, parts, at)
    if len(kinds) == 1:
        [name] = kinds
        of_all = f"{len(told)} {level} endpoints"
        what = f"{of_all} reworded" if name == "measure" else f"{name.capitalize()} of {of_all} changed"
        head = _in_time(what, at) + ": "
        common = {stretch(part.before, part.after) for part in parts}
        if len(common) == 1 and common != {("", "")}:
            return head + span(*common.pop(), _LONGEST - len(head))
        return head + named(told, _LONGEST - len(head), lists=False)
    counted = ", ".join(
        f"{name} of {number}" for name, number in sorted(kinds.items(), key=lambda k: (-k[1], k[0]))
    )
    return _in_time(f"{len(told)} {level} endpoints clarified", at) + f": {counted}"


def _of_one(edit: Edit, level: str, parts: Sequence[Part], at: Moment) -> str:
    if len(parts) == 1 and parts[0].name == "measure":
        verb = "said more precisely" if parts[0].difference == Difference.ADDED else "reworded"
        head = _in_time(f"{level.capitalize()} endpoint {verb}", at) + ": "
        return head + span(parts[0].before, parts[0].after, _LONGEST - len(head))
    what = " and ".join(part.name for part in parts)
    whose = f"{what.capitalize()} of the {level} endpoint {quoted(edit.measure, 60)}"
    head = _in_time(f"{whose} changed", at)
    shown = next(
        (part for name in ("time frame", "measure") for part in parts if part.name == name), parts[0]
    )
    before, after = shown.before, shown.after
    if shown.name != "time frame" or len(before) + len(after) > _LONGEST - len(head) - 10:
        before, after = stretch(before, after)
    said = span(before, after, _LONGEST - len(head) - 2) if before or after else ""
    return f"{head}: {said}" if said else head


def _cosmetic(case: Case) -> Iterable[Verdict]:
    found, _ = _judged(case)
    stayed = [edit for edit in found if edit.was == edit.now]
    for degree, significance, how, because in (
        (
            Difference.TYPOGRAPHY,
            Significance.NOISE,
            "typography only",
            "every word and number stayed; case, punctuation or markup moved",
        ),
        (
            Difference.SPELLING,
            Significance.ROUTINE,
            "spelling only",
            "the same words and numbers, spelled or abbreviated differently",
        ),
    ):
        told = [edit for edit in stayed if edit.difference == degree]
        if told:
            level = listed(told)
            what = f"{level} endpoint" if len(told) == 1 else count(len(told), f"{level} endpoint")
            head = f"{what[:1].upper()}{what[1:]} edited, {how}: "
            yield _verdict(
                "cosmetic",
                significance,
                head + named(told, _LONGEST - len(head), lists=False),
                because,
                told,
            )


RULES = (
    Rule(
        "outcomes.replaced",
        "A primary endpoint is replaced",
        "One left the primary list and another entered it: critical once the trial has started, notable before.",
        "outcomes",
        _replaced,
        EXAMPLES["replaced"],
    ),
    Rule(
        "outcomes.dropped",
        "A primary endpoint is dropped",
        "It is in no list any more and none took its place: critical once the trial has started, notable before.",
        "outcomes",
        _one_way(
            "dropped",
            lambda edit: edit.was == "primary" and edit.now is None,
            "primary endpoint dropped",
            "primary endpoints dropped",
            "no outcome of the new version measures the same",
        ),
        EXAMPLES["dropped"],
    ),
    Rule(
        "outcomes.demoted",
        "A primary endpoint is demoted",
        "It is now a secondary or other one: critical once the trial has started, notable before.",
        "outcomes",
        _one_way(
            "demoted",
            lambda edit: _left(edit) and edit.now is not None,
            "primary endpoint demoted to {level}",
            "primary endpoints demoted to {level}",
            "the same measure left the primary list and stands in another",
        ),
        EXAMPLES["demoted"],
    ),
    Rule(
        "outcomes.promoted",
        "An endpoint is promoted to primary",
        "It was a secondary or other one: critical once the trial has started, notable before.",
        "outcomes",
        _one_way(
            "promoted",
            lambda edit: _entered(edit) and edit.was is not None,
            "{level} endpoint promoted to primary",
            "{level} endpoints promoted to primary",
            "the same measure entered the primary list from another",
        ),
        EXAMPLES["promoted"],
    ),
    Rule(
        "outcomes.added",
        "A primary endpoint is added",
        "Another promise beside those that stand.",
        "outcomes",
        _one_way(
            "added",
            lambda edit: edit.now == "primary" and edit.was is None,
            "primary endpoint added",
            "primary endpoints added",
            "no outcome of the version before measures the same",
            weighs=False,
        ),
        EXAMPLES["added"],
    ),
    Rule(
        "outcomes.clarified",
        "An endpoint is clarified",
        "The same thing is measured, said more precisely, at another time or in another way. For a primary one, another name or time frame "
        "is notable, and so is a description from which something was taken after the start.",
        "outcomes",
        _clarified,
        EXAMPLES["clarified"],
    ),
    Rule(
        "outcomes.secondary",
        "Secondary and other endpoints come and go",
        "One line for all of them; notable if one is dropped once the trial has started.",
        "outcomes",
        _secondary,
        EXAMPLES["secondary"],
    ),
    Rule(
        "outcomes.cosmetic",
        "An endpoint is respelled",
        "Case, punctuation and markup are noise; British or American spelling, hyphens and abbreviations routine.",
        "outcomes",
        _cosmetic,
        EXAMPLES["cosmetic"],
    ),
)

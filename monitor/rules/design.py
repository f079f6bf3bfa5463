"""Design: phase, masking, allocation and model; which arms and interventions there are."""

from collections.abc import Iterable, Sequence

from monitor.core.change import Change, Item
from monitor.core.json import Json
from monitor.core.significance import Case, Example, Rule, Significance, Verdict
from monitor.rules._arms import ArmNews, Kind, Part, arm_news
from monitor.rules._likeness import shown_apart
from monitor.rules.words import count, listed, shortened

_LONGEST = 200

# What of the design makes it another trial, in the order in which it is said.
_FIELDS = {
    "studyType": "study type",
    "designInfo.allocation": "allocation",
    "designInfo.interventionModel": "intervention model",
    "designInfo.maskingInfo.masking": "masking",
    "designInfo.primaryPurpose": "primary purpose",
    "designInfo.observationalModel": "observational model",
    "designInfo.timePerspective": "time perspective",
}
_WHO = "designInfo.maskingInfo.whoMasked"
_WORDS = {
    "NA": "not applicable",
    "ECT": "educational, counselling or training",
    "NON_RANDOMIZED": "non-randomized",
}


def _below(change: Change) -> str:
    return change.path.plain.partition("designModule.")[2] if change.topic == "design" else ""


def _words(value: Json, masking: bool = False) -> str:
    if not isinstance(value, str) or not value.strip():
        return "not given"
    if masking and value == "NONE":
        return "none (open label)"
    return _WORDS.get(value) or shortened(value.replace("_", " ").lower(), 60)


def _phase_words(phases: Sequence[str]) -> str:
    """`phase 1/2`, `early phase 1`, `no phase`."""
    known = sorted({phase for phase in phases if phase != "NA"})
    if not known:
        return "not applicable" if phases else "not given"
    if all(phase.startswith("PHASE") for phase in known):
        return "phase " + "/".join(phase.removeprefix("PHASE") for phase in known)
    return ", ".join(_words(phase.replace("PHASE", "PHASE_")) for phase in known)


def _changed(case: Case) -> Iterable[Verdict]:
    said: list[str] = []
    replaced = False
    positions = [*case.positions("phases")]
    old, new = _phase_words(case.before.phases), _phase_words(case.after.phases)
    if positions and old != new:
        said.append(f"{old} → {new}")
        replaced = bool(case.before.phases and case.after.phases)
    fields = {below: n for n, change in enumerate(case.changes) if (below := _below(change)) in _FIELDS}
    for below in (key for key in _FIELDS if key in fields):
        change = case.changes[fields[below]]
        masking = below.endswith(".masking")
        said.append(f"{_FIELDS[below]} {_words(change.before, masking)} → {_words(change.after, masking)}")
        replaced = replaced or change.kind == "changed"
        positions.append(fields[below])
    who = [n for n, change in enumerate(case.changes) if _below(change) == _WHO]
    if who and "designInfo.maskingInfo.masking" not in fields:
        said.append(f"masked: {_who(case, who)}")
    if said:
        yield Verdict(
            "design.changed",
            "design",
            Significance.NOTABLE if replaced else Significance.ROUTINE,
            shortened(f"Design changed: {'; '.join(said)}", _LONGEST),
            "what the trial is by design was changed"
            if replaced
            else "the record now says more, or less, of its design",
            tuple(sorted(positions + who)),
        )


def _who(case: Case, positions: Sequence[int]) -> str:
    come = [_words(value) for n in positions if (value := case.changes[n].after) is not None]
    gone = [_words(value) for n in positions if (value := case.changes[n].before) is not None]
    parts = [f"{listed(come, 4)} now too"] if come else []
    parts += [f"{listed(gone, 4)} no longer"] if gone else []
    return ", ".join(parts)


def _arms(case: Case) -> Iterable[Verdict]:
    news = arm_news(case)
    parts = [*news.added, *news.dropped, *(part for pair in news.renamed for part in pair)]
    positions = {part.position for part in parts} | set(news.followed + news.reassigned)
    positions |= {one.position for one in news.retyped if one.position >= 0}
    positions |= {part.position for pair in news.respelled for part in pair}
    if not positions:
        return
    told = [_kind_words(news, "arm"), _kind_words(news, "intervention")]
    told += [_reassigned_words(case, news)] if news.reassigned else []
    said = "; ".join(part for part in told if part)
    grave = news.added or news.dropped or news.retyped or news.reassigned
    significance = Significance.NOTABLE if grave else Significance.ROUTINE if said else Significance.NOISE
    headline = shortened(said or "Arms or interventions: only spelled differently", _LONGEST)
    because = "paired by name, description and what else they are called; assignments that follow from that are not told"
    yield Verdict(
        "design.arms",
        "design",
        significance,
        headline[:1].upper() + headline[1:],
        because,
        tuple(sorted(positions)),
    )


def _kind_words(news: ArmNews, kind: Kind) -> str:
    """`Arms: 1 added (“High dose”), 2 renamed`; `Arm added: “High dose”` where that is all."""
    come, gone = [_of(parts, kind) for parts in (news.added, news.dropped)]
    renamed = [shown_apart(old.name, new.name, 60) for old, new in news.renamed if old.kind == kind]
    retyped = [
        f"{_quoted(one.name, 60)} {_words(one.before)} → {_words(one.after)}"
        for one in news.retyped
        if one.kind == kind
    ]
    groups = {"added": come, "dropped": gone, "renamed": sorted(renamed), "of another type": sorted(retyped)}
    groups = {what: names for what, names in groups.items() if names}
    if len(groups) == 1:
        [(what, names)] = groups.items()
        if len(names) == 1:
            return f"{kind} {what}: {names[0]}"
    told = [f"{len(names)} {what}{_some(names)}" for what, names in groups.items()]
    return f"{kind}s: {', '.join(told)}" if told else ""


def _of(parts: Sequence[Part], kind: Kind) -> list[str]:
    return sorted(_quoted(part.name, 80) for part in parts if part.kind == kind)


def _some(names: Sequence[str]) -> str:
    return f" ({names[0]})" if len(names) == 1 else ""


def _quoted(text: str, longest: int) -> str:
    return f"“{shortened(text, longest)}”"


def _reassigned_words(case: Case, news: ArmNews) -> str:
    """Each assignment stands in the arm and in the intervention; it is counted by the arms that it concerns."""
    arms = set()
    for n in news.reassigned:
        change = case.changes[n]
        value = change.after if change.after is not None else change.before
        inner = isinstance(value, str) and change.path.plain.endswith("armGroupLabels")
        arms.add(" ".join(str(value).split()) if inner else _first_item(change))
    if len(arms) == 1:
        return f"other interventions in the arm {_quoted(next(iter(arms)), 80)}"
    return f"other interventions in {count(len(arms), 'arm')}"


def _first_item(change: Change) -> str:
    return next((step.name for step in change.path.steps if isinstance(step, Item)), "")


def _described(case: Case) -> Iterable[Verdict]:
    described = arm_news(case).described
    if described:
        named = [f"{kind} {_quoted(name, 36)}" for kind, name in set(described.values())]
        said = {
            shown_apart(str(case.changes[n].before or ""), str(case.changes[n].after or ""), 44)
            for n in described
        }
        headline = f"Described anew: {listed(named, 2, 80)}"
        headline += f": {said.pop()}" if len(said) == 1 else ""
        because = "descriptions of arms and interventions, or their other names; who gets what did not change"
        positions = tuple(sorted(described))
        yield Verdict(
            "design.described",
            "design",
            Significance.ROUTINE,
            shortened(headline, _LONGEST),
            because,
            positions,
        )


def _design(phases: Sequence[str] = ("PHASE2",), masking: str = "DOUBLE") -> dict[str, Json]:
    info: dict[str, Json] = {"allocation": "RANDOMIZED", "maskingInfo": {"masking": masking}}
    return {"protocolSection": {"designModule": {"phases": list(phases), "designInfo": info}}}


def _arms_of(*arms: str, description: str = "") -> dict[str, Json]:
    groups: list[Json] = [
        {"label": arm, "type": "EXPERIMENTAL", "description": description or f"As {arm}"} for arm in arms
    ]
    drug: dict[str, Json] = {"type": "DRUG", "name": "Madeumab", "armGroupLabels": list(arms)}
    return {"protocolSection": {"armsInterventionsModule": {"armGroups": groups, "interventions": [drug]}}}


RULES = (
    Rule(
        "design.changed",
        "The design changes",
        "Phase, masking, allocation, model, purpose or kind of study is another: it is another trial by design. A value given for the"
        " first time is routine.",
        "design",
        _changed,
        (
            Example(
                "blinded no longer",
                _design(),
                _design(masking="NONE"),
                Significance.NOTABLE,
                "Design changed: masking double → none (open label)",
            ),
            Example(
                "a phase more",
                _design(("PHASE1",)),
                _design(("PHASE1", "PHASE2")),
                Significance.NOTABLE,
                "Design changed: phase 1 → phase 1/2",
            ),
            Example(
                "a phase given for the first time",
                _design(()),
                _design(),
                Significance.ROUTINE,
                "Design changed: not given → phase 2",
            ),
        ),
    ),
    Rule(
        "design.arms",
        "Arms and interventions come, go or are renamed",
        "Paired even where renamed: by name, description and other names. A renamed arm is routine, and that its interventions now name"
        " it differently is not told at all.",
        "design",
        _arms,
        (
            Example(
                "a placebo arm is dropped",
                _arms_of("Madeumab 5 mg", "Placebo"),
                _arms_of("Madeumab 5 mg"),
                Significance.NOTABLE,
                "Arm dropped: “Placebo”",
            ),
            Example(
                "another dose",
                _arms_of("Madeumab 5 mg"),
                _arms_of("Madeumab 5 mg", "Madeumab 10 mg"),
                Significance.NOTABLE,
                "Arm added: “Madeumab 10 mg”",
            ),
            Example(
                "a renamed arm",
                _arms_of("Cohort 1", description="5 mg a day"),
                _arms_of("Cohort 1 (low dose)", description="5 mg a day"),
                Significance.ROUTINE,
                "Arm renamed: “Cohort 1” → “Cohort 1 (low dose)”",
            ),
            Example("a name in capitals", _arms_of("Placebo"), _arms_of("PLACEBO"), Significance.NOISE),
        ),
    ),
    Rule(
        "design.described",
        "Arms and interventions are described anew",
        "The same arms and interventions in other words.",
        "design",
        _described,
        (
            Example(
                "a dose spelled out",
                _arms_of("Low dose", description="Once a day"),
                _arms_of("Low dose", description="Once a day, fasting"),
                Significance.ROUTINE,
                "Described anew: arm “Low dose”: “Once a day” → “Once a day, fasting”",
            ),
            Example(
                "a capital letter",
                _arms_of("Low dose", description="once a day"),
                _arms_of("Low dose", description="Once a day."),
                None,
            ),
        ),
    ),
)

"""Sponsor: who runs the trial, who helps, and who answers for the record. A change of hands is told apart from a new name."""

from collections.abc import Iterable, Sequence

from monitor.core.change import Change
from monitor.core.json import Json
from monitor.core.significance import Case, Example, Rule, Significance, Verdict
from monitor.rules._folding import folded, same_when_folded
from monitor.rules._likeness import letters_alike, likeness, pairs_of, spoken
from monitor.rules.words import listed, shortened

_LONGEST = 200

# Legal forms and fillers: they come and go without the company becoming another.
_FORMS = frozenset(
    "inc incorporated llc llp lp ltd limited plc corp corporation co company gmbh ag kg kgaa sa sas sarl srl spa bv nv ab as oy"
    " aps kk pty pte the and of a s l p b v n".split()
)
_SAME_NAME = 0.6
_CLASSES = {
    "INDUSTRY": "industry",
    "NIH": "the NIH",
    "FED": "a federal agency",
    "OTHER_GOV": "another government body",
    "INDIV": "an individual",
    "NETWORK": "a network",
}
_RESPONSIBLE = {
    "SPONSOR": "the sponsor",
    "PRINCIPAL_INVESTIGATOR": "the principal investigator",
    "SPONSOR_INVESTIGATOR": "the sponsor-investigator",
}


def _fields(case: Case) -> dict[str, int]:
    """Where the fields of the topic that are no mere typography stand, by their path below the module; lists apart."""
    fields = {}
    for n, change in enumerate(case.changes):
        if change.topic != "sponsor" or not isinstance(change.path.steps[-1], str):
            continue
        if not same_when_folded(change.before, change.after):
            fields[".".join(change.path.plain.split(".")[2:])] = n
    return fields


def _text(value: Json) -> str:
    return " ".join(value.split()) if isinstance(value, str) else ""


def _name_words(name: str) -> tuple[str, ...]:
    words = spoken(name)
    return tuple(word for word in words if word not in _FORMS) or words


def _same_name(one: str, other: str) -> float:
    """How sure it is that two names are one organization's; 0 where it is not. `Acme` is within `Acme, a Made company`."""
    left, right = _name_words(one), _name_words(other)
    if left == right:
        return 1.0
    if left and right and (set(left) <= set(right) or set(right) <= set(left)):
        return 0.9
    score = max(likeness(left, right), letters_alike(left, right) - 0.2)
    return score if score >= _SAME_NAME else 0.0


def _quoted(text: str, longest: int = 70) -> str:
    return f"“{shortened(text, longest)}”" if text else "none"


def _lead(case: Case) -> Iterable[Verdict]:
    fields = _fields(case)
    lead, organization = fields.get("leadSponsor.name"), fields.get("organization.fullName")
    said_by = lead if lead is not None else organization
    if said_by is None:
        return
    change = case.changes[said_by]
    before, after = _text(change.before), _text(change.after)
    who = "Lead sponsor" if lead is not None else "Organization that keeps the record"
    same = bool(before and after and _same_name(before, after))
    verb = "renamed" if same else "changed"
    grave = lead is not None and not same and before and after
    positions = [
        said_by,
        *(fields[key] for key in ("leadSponsor.class", "organization.class") if key in fields),
    ]
    if organization is not None and _text(case.changes[organization].after) == after:
        positions.append(organization)
    headline = f"{who} {verb}: {_quoted(before)} → {_quoted(after)}"
    if "leadSponsor.class" in fields and grave:
        kind = case.changes[fields["leadSponsor.class"]]
        headline += f" ({_class(kind.after)}; was {_class(kind.before)})"
    because = (
        "the names share their telling words"
        if same
        else "the names have little in common: the trial changed hands"
    )
    significance = Significance.NOTABLE if grave else Significance.ROUTINE
    yield Verdict(
        "sponsor.lead",
        "sponsor",
        significance,
        shortened(headline, _LONGEST),
        because,
        tuple(sorted(set(positions))),
    )


def _class(value: Json) -> str:
    return _CLASSES.get(_text(value)) or "no company or agency"


def _collaborators(case: Case) -> Iterable[Verdict]:
    come, gone = [], []
    for n, change in enumerate(case.changes):
        if change.topic == "sponsor" and change.path.plain.endswith(".collaborators"):
            if change.kind == "added":
                come.append((n, _named(change)))
            elif change.kind == "removed":
                gone.append((n, _named(change)))
    pairs = pairs_of([name for _, name in gone], [name for _, name in come], _same_name, _SAME_NAME)
    renamed = sorted((gone[n][1], come[m][1]) for n, m in pairs if folded(gone[n][1]) != folded(come[m][1]))
    was, now = {n for n, _ in pairs}, {m for _, m in pairs}
    joined = [name for m, (_, name) in enumerate(come) if m not in now]
    left = [name for n, (_, name) in enumerate(gone) if n not in was]
    said = [f"{listed(map(_quoted, joined), 2, 80)} joined"] if joined else []
    said += [f"{listed(map(_quoted, left), 2, 80)} left"] if left else []
    if renamed:
        old, new = renamed[0]
        said.append(
            f"{_quoted(old, 45)} renamed {_quoted(new, 45)}"
            if len(renamed) == 1
            else f"{len(renamed)} renamed"
        )
    if come or gone:
        yield Verdict(
            "sponsor.collaborators",
            "sponsor",
            Significance.ROUTINE if said else Significance.NOISE,
            shortened(f"Collaborators: {'; '.join(said) or 'only spelled differently'}", _LONGEST),
            "the list of collaborators changed; names that share their telling words are one organization's",
            tuple(sorted(n for n, _ in come + gone)),
        )


def _named(change: Change) -> str:
    value = change.after if change.after is not None else change.before
    return (_text(value.get("name")) if isinstance(value, dict) else "") or "an unnamed organization"


def _responsible(case: Case) -> Iterable[Verdict]:
    fields = _fields(case)
    positions = {
        key: n for key, n in fields.items() if key.startswith("responsibleParty") and n not in case.burst
    }
    if not positions:
        return

    def both(key: str) -> Sequence[str]:
        n = positions.get(f"responsibleParty.{key}")
        return ("", "") if n is None else (_text(case.changes[n].before), _text(case.changes[n].after))

    said = []
    was, now = both("type")
    if was or now:
        said.append(f"{_party(was)} → {_party(now)}")
    for key in ("investigatorFullName", "oldNameTitle"):
        old, new = both(key)
        if old and new:
            said.append(f"{shortened(new, 60)} in place of {shortened(old, 60)}")
        elif new:
            said.append(shortened(new, 60))
    headline = (
        f"Responsible party: {', '.join(said)}" if said else "Responsible party: title or affiliation changed"
    )
    because = "who answers for the record changed, or is described differently"
    claimed = tuple(sorted(positions.values()))
    yield Verdict(
        "sponsor.responsible",
        "sponsor",
        Significance.ROUTINE,
        shortened(headline, _LONGEST),
        because,
        claimed,
    )


def _party(type_: str) -> str:
    return _RESPONSIBLE.get(type_) or shortened(type_.replace("_", " ").lower(), 40) or "not given"


def _module(**fields: Json) -> dict[str, Json]:
    return {"protocolSection": {"sponsorCollaboratorsModule": fields}}


def _sponsored(name: str, class_: str = "INDUSTRY") -> dict[str, Json]:
    return _module(leadSponsor={"name": name, "class": class_})


def _with(*names: str) -> dict[str, Json]:
    return _module(collaborators=[{"name": name, "class": "OTHER"} for name in names])


RULES = (
    Rule(
        "sponsor.lead",
        "The lead sponsor changes",
        "The trial changed hands, or its sponsor only took another name: told apart by what the two names share, legal forms aside.",
        "sponsor",
        _lead,
        (
            Example(
                "sold",
                _sponsored("Madeup Therapeutics"),
                _sponsored("Otherwise Pharma, Inc."),
                Significance.NOTABLE,
                "Lead sponsor changed: “Madeup Therapeutics” → “Otherwise Pharma, Inc.”",
            ),
            Example(
                "from a university to a company",
                _sponsored("Made University", "OTHER"),
                _sponsored("Madeup Therapeutics"),
                Significance.NOTABLE,
                "Lead sponsor changed: “Made University” → “Madeup Therapeutics” (industry; was no company or agency)",
            ),
            Example(
                "another legal form",
                _sponsored("Madeup Therapeutics Inc."),
                _sponsored("Madeup Therapeutics, a Big Company"),
                Significance.ROUTINE,
                "Lead sponsor renamed: “Madeup Therapeutics Inc.” → “Madeup Therapeutics, a Big Company”",
            ),
            Example("a name in capitals", _sponsored("Madeup"), _sponsored("MADEUP"), None),
        ),
    ),
    Rule(
        "sponsor.collaborators",
        "Collaborators join or leave",
        "Who else provides money, drugs or people. Renamed ones are paired.",
        "sponsor",
        _collaborators,
        (
            Example(
                "one joins, one leaves",
                _with("Made Foundation", "Made University"),
                _with("Made University", "Otherwise Pharma"),
                Significance.ROUTINE,
                "Collaborators: “Otherwise Pharma” joined; “Made Foundation” left",
            ),
            Example(
                "spelled differently", _with("Made-Foundation"), _with("Made Foundation"), Significance.NOISE
            ),
        ),
    ),
    Rule(
        "sponsor.responsible",
        "The responsible party changes",
        "Who answers for the record by law: the sponsor or an investigator, and which.",
        "sponsor",
        _responsible,
        (
            Example(
                "another investigator",
                _module(
                    responsibleParty={"type": "PRINCIPAL_INVESTIGATOR", "investigatorFullName": "Ada Made"}
                ),
                _module(
                    responsibleParty={"type": "PRINCIPAL_INVESTIGATOR", "investigatorFullName": "Bo Other"}
                ),
                Significance.ROUTINE,
                "Responsible party: Bo Other in place of Ada Made",
            ),
            Example(
                "the sponsor takes over",
                _module(
                    responsibleParty={"type": "PRINCIPAL_INVESTIGATOR", "investigatorFullName": "Ada Made"}
                ),
                _module(responsibleParty={"type": "SPONSOR"}),
                Significance.ROUTINE,
                "Responsible party: the principal investigator → the sponsor",
            ),
        ),
    ),
)

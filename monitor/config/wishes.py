"""What a subscriber or a watch wishes beside who, where and when: thresholds, snoozed trials, what is muted, language, templates."""

import re
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from monitor.config import values
from monitor.config.document import Node, Notes, Table, shown
from monitor.config.shapes import YES_OR_NO, Found, Key, ListOf, Schema, Word, Wrong, choice, meant
from monitor.core.significance import TOPICS
from monitor.core.watch import Wishes

_RULE = re.compile(r"[a-z_]{1,30}\.[a-z_]{1,40}")
_LANGUAGE = r"[A-Za-z]{2,3}([_-][A-Za-z0-9]{2,8}){0,3}"
_TEMPLATE = r"[a-z0-9-]{1,40}"
_SHARE = r"\d{1,4}(\.\d{1,2})?\s?%"
_DATE = r"20\d\d-\d\d-\d\d"


def _slip(text: str) -> timedelta:
    slip = values.DURATION.parse(text) if re.fullmatch(r"\d{1,9}[smhd]", text, re.ASCII) else timedelta()
    if not slip or slip % timedelta(days=1):
        raise Wrong(f"{shown(text)} is not a number of days", "write 30d; slips are counted in days")
    return slip


def _share(text: str) -> float:
    if not re.fullmatch(_SHARE, text, re.ASCII) or not (share := float(text.rstrip("% ")) / 100):
        raise Wrong(f"{shown(text)} is not a share", "write 20%")
    return share


def _day(text: str) -> date:
    try:
        if not re.fullmatch(_DATE, text, re.ASCII):
            raise ValueError(text)
        return date.fromisoformat(text)
    except ValueError:
        raise Wrong(f"{shown(text)} is not a day", "write it like 2026-12-01") from None


def _muted(text: str) -> str:
    """A trial number, a rule's id or a topic."""
    if text in TOPICS:
        return text
    if text[:3].upper() == "NCT":
        return values.TRIAL_NUMBER.parse(text)
    if _RULE.fullmatch(text):
        # Only for who mutes a rule: the rules are many modules.
        from monitor.discovery import rules

        known = [rule.id for rule in rules()]
        if text in known:
            return text
        raise Wrong(f"{shown(text)} is not a rule", meant(text, known))
    raise Wrong(f"{shown(text)} is not a trial, a rule or a topic", meant(text, TOPICS))


def _language(text: str) -> str:
    """As babel writes it: de_AT."""
    hint = "like en, de or pt-BR"
    if not re.fullmatch(_LANGUAGE, text):
        raise Wrong(f"{shown(text)} is not a language", hint)
    if text == "en":
        return text
    # Only for who wishes for another: babel is heavy.
    from babel import Locale, UnknownLocaleError

    try:
        return str(Locale.parse(text.replace("-", "_")))
    except (UnknownLocaleError, ValueError):
        raise Wrong(f"{shown(text)} is not a language that is known here", hint) from None


def _template(text: str) -> str:
    if not re.fullmatch(_TEMPLATE, text):
        raise Wrong(f"{shown(text)} is not a name for templates", "small letters, digits and -, at most 40")
    return text


def _pattern(pattern: str) -> Schema:
    return {"type": "string", "pattern": f"^({pattern})$"}


DAY = Word("a day", _day, _pattern(_DATE))


class _Snoozed:
    """`snooze:`: trial numbers and the days until which nothing is told of them. Reads as number → day."""

    def read(self, node: Node, notes: Notes) -> Found[dict[str, date]] | None:
        if not isinstance(node, Table):
            notes.add(node.line, "here trials and days are expected", "like {NCT03737461: 2026-12-01}")
            return None
        snoozed: dict[str, date] = {}
        for name, value in node.entries:
            number = values.TRIAL_NUMBER.read(name, notes)
            day = DAY.read(value, notes)
            if number is None or day is None:
                continue
            if number.value in snoozed:
                notes.add(name.line, f"{number.value} is snoozed twice here", "keep one of them")
            snoozed[number.value] = day.value
        return Found(snoozed, node.line)

    def schema(self) -> Schema:
        number = str(values.TRIAL_NUMBER.schema()["pattern"])
        return {
            "type": "object",
            "additionalProperties": False,
            "patternProperties": {number: DAY.schema()},
        }


MUTED = Word(
    "a trial, a rule or a topic",
    _muted,
    {"anyOf": [{"enum": list(TOPICS)}, values.TRIAL_NUMBER.schema(), _pattern(_RULE.pattern)]},
)
_SLIP = Word("a number of days", _slip, _pattern(r"[1-9]\d{0,2}d"))
_BY = Word("a share", _share, _pattern(_SHARE))

# What a subscriber says, and a watch in its place.
LEVELS = {
    "at_least": Key(values.SIGNIFICANCE, "Tell from this significance up. Default: notable"),
    "topics": Key(ListOf(choice("a topic", TOPICS), least=1), "Tell only of these. Default: all"),
    "slip_of": Key(_SLIP, "Tell of dates that moved by so many days, at once or little by little, like 30d."),
    "enrollment_by": Key(_BY, "Tell of enrolment that moved by such a share, at once or little by little."),
}
# What a list says for all its subscribers, and a subscriber for itself.
SILENCES = {
    "snooze": Key(_Snoozed(), "Trials of which nothing is told until a day; then all of it, in one digest."),
    "mute": Key(
        ListOf(MUTED),
        "Trials (NCT06325566), rules (dates.slipped) or topics (sites) of which nothing is told.",
    ),
}
HABITS = {
    "quiet_all": Key(YES_OR_NO, "Quiet hours hold back what is critical, too. Default: false"),
    "all_clear": Key(YES_OR_NO, "A digest also where nothing changed. Default: false"),
    "language": Key(Word("a language", _language, _pattern(_LANGUAGE)), "For dates, like de. Default: en"),
    "template": Key(
        Word("a name", _template, _pattern(_TEMPLATE)), "Your own templates, by their common name."
    ),
}


def of_a_watch(fields: Mapping[str, Found[Any]]) -> Wishes:
    """What a watch wishes in place of what its list's subscribers say."""
    return Wishes(
        at_least=fields["at_least"].value if "at_least" in fields else None,
        topics=topics(fields),
        slip_of=fields["slip_of"].value if "slip_of" in fields else None,
        enrollment_by=fields["enrollment_by"].value if "enrollment_by" in fields else None,
    )


def topics(fields: Mapping[str, Found[Any]]) -> "frozenset[Any] | None":
    """The topics asked for; None: nothing is said of topics."""
    return frozenset(topic.value for topic in fields["topics"].value) if "topics" in fields else None


def of_a_subscriber(fields: Mapping[str, Found[Any]], of_list: Mapping[str, Found[Any]]) -> dict[str, Any]:
    """The subscriber's further wishes, by their names in Subscriber. What the list snoozes and mutes is so for each of its subscribers;
    of a trial that both snooze, the subscriber's day counts."""
    plain = (*HABITS.keys() - {"quiet_all"}, "slip_of", "enrollment_by")
    wishes = {name: fields[name].value for name in plain if name in fields}
    snoozed = {
        number: day
        for level in (of_list, fields)
        if "snooze" in level
        for number, day in level["snooze"].value.items()
    }
    muted = {word.value for level in (of_list, fields) if "mute" in level for word in level["mute"].value}
    return {**wishes, "snooze": tuple(sorted(snoozed.items())), "mute": frozenset(muted)}


def note_idle(fields: Mapping[str, Found[Any]], notes: Notes) -> None:
    """A wish that can have no effect is a mistake."""
    if "quiet_all" in fields and "quiet" not in fields:
        notes.add(
            fields["quiet_all"].line, "“quiet_all” without “quiet” says nothing", "add quiet: 22:00-07:00"
        )
    if "all_clear" in fields and fields["all_clear"].value and not _waits(fields):
        hint = "add when: daily 07:30"
        notes.add(
            fields["all_clear"].line, "“all_clear” is about digests, and this subscriber gets none", hint
        )


def _waits(fields: Mapping[str, Found[Any]]) -> bool:
    return "when" in fields and any(slots.value for slots in fields["when"].value)

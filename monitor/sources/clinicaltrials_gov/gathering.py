"""What a batch's answers say about each number that was asked for. Every doubt fails a number; none becomes a fact."""

from collections.abc import Sequence
from hashlib import blake2b

from monitor.core.errors import Outdated, Unreadable
from monitor.core.json import JsonObject
from monitor.core.record import Record, canonical_json
from monitor.core.source import Batch, Found, Missing, Moved, Reading, Unchanged, Wanted
from monitor.core.trial import TrialId
from monitor.sources._strict_json import parse_object
from monitor.sources.clinicaltrials_gov.checks import aliases_of, data_date_of, number_of, require_record
from monitor.sources.clinicaltrials_gov.page import Study, raw_digest
from monitor.sources.clinicaltrials_gov.shape import REGISTRY, SHAPE

# From this many known trials on, an answer that lacks more than half of them is taken for broken.
_ENOUGH_TO_JUDGE = 4


def read_record(document: JsonObject, raw: bytes) -> Record:
    """A checked record, with the fingerprint of its bytes where these are beyond doubt. Raises Unreadable."""
    require_record(document)
    number = number_of(document)
    assert number is not None
    digest, data_date = raw_digest(raw) if raw else ("", "")
    if data_date != data_date_of(document):
        digest = ""
    return Record.read(TrialId(REGISTRY, number), document, SHAPE, digest)


class Gathering:
    """Collects readings for the numbers in `wanted`; a record from before `oldest` (a data date) is refused."""

    def __init__(self, wanted: Sequence[Wanted], oldest: str) -> None:
        self._wanted = {one.number: one for one in wanted}
        self._oldest = oldest
        self._readings: dict[str, Reading] = {}
        self._failed: dict[str, str] = {}
        self._seen: dict[str, str] = {}
        self._unparsed: list[Study] = []
        self._data_date = ""
        self._outdated = ""
        self._doubt = ""

    def fail(self, number: str, why: str) -> None:
        """Nothing could be found out about a number that was asked for."""
        self._readings.pop(number, None)
        self._failed[number] = why

    def add(self, study: Study) -> None:
        """Take in one study of an answer."""
        claimed = study.claimed
        asked = self._wanted.get(claimed)
        digest, data_date = raw_digest(study.raw) if study.raw else ("", "")
        if asked is not None and digest and digest == asked.raw_digest:
            if self._is_fresh(claimed, data_date) and self._is_first(claimed, digest):
                self._readings[claimed] = Unchanged(claimed, data_date)
                self._unparsed.append(study)
            return
        try:
            document = study.document if study.document is not None else parse_object(study.raw)
            record = read_record(document, study.raw)
        except Unreadable as error:
            self._doubt = f"a record in the answer cannot be trusted: {error.message}"
            if asked is not None:
                self.fail(claimed, f"its record cannot be trusted: {error.message}")
            return
        self._take(record, document)

    def result(self) -> Batch:
        """The batch. Raises Unreadable where most of what is known is lacking, Outdated where all that came is too old."""
        if lost := self._absent():
            for study in self._unparsed:
                self._follow_aliases(study, lost)
        absent = self._absent()
        known = [n for n, one in self._wanted.items() if one.known or one.raw_digest]
        lacking = len(set(absent).intersection(known))
        if len(known) >= _ENOUGH_TO_JUDGE and 2 * lacking > len(known):
            raise Unreadable(
                f"the answer holds only {len(known) - lacking} of {len(known)} trials that are known"
            )
        if self._outdated and not self._readings:
            raise Outdated(self._outdated)
        for number in absent:
            if self._doubt:
                self._failed[number] = f"it did not come, but {self._doubt}"
            else:
                self._readings[number] = Missing(number)
        return Batch(self._readings, self._failed, self._data_date)

    def _take(self, record: Record, document: JsonObject) -> None:
        number = record.trial.number
        names = [name for name in (number, *aliases_of(document)) if name in self._wanted]
        if not names:
            self._doubt = f"the answer holds {number}, which nobody asked for"
            return
        content = record.raw_digest or blake2b(canonical_json(record.digests), digest_size=16).hexdigest()
        if not self._is_fresh(number, record.facts.data_date, *names) or not self._is_first(
            number, content, *names
        ):
            return
        for name in names:
            if name in self._failed:
                continue
            self._readings[name] = Found(record) if name == number else Moved(name, number, record)

    def _is_fresh(self, number: str, data_date: str, *names: str) -> bool:
        if data_date and data_date < self._oldest:
            self._outdated = f"the data are of {data_date}; data of {self._oldest} were already seen"
            self._doubt = self._outdated
            for name in names or (number,):
                self.fail(name, self._outdated)
            return False
        self._data_date = max(self._data_date, data_date)
        return True

    def _is_first(self, number: str, content: str, *names: str) -> bool:
        """Whether this is the first sight of the number. A second one must say the same, or neither is believed."""
        before = self._seen.setdefault(number, content)
        if before != content:
            for name in names or (number,):
                self.fail(name, f"the answer holds {number} twice, with different contents")
            return False
        return number not in self._failed

    def _absent(self) -> list[str]:
        return [n for n in self._wanted if n not in self._readings and n not in self._failed]

    def _follow_aliases(self, study: Study, lost: Sequence[str]) -> None:
        """An unchanged record is not parsed; but it may be the one that a lost number was merged into."""
        if not any(number.encode() in study.raw for number in lost):
            return
        document = parse_object(study.raw)
        record = read_record(document, study.raw)
        for alias in aliases_of(document):
            if alias in lost:
                self._readings[alias] = Moved(alias, record.trial.number, record)

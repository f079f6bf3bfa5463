"""How a fault declares itself; `FAULTS` is the list of all that did."""

from collections.abc import Callable
from dataclasses import dataclass

from monitor.embedded.answers import API, STUDIES
from monitor.embedded.exchange import Exchange

Act = Callable[[Exchange], None]


@dataclass(frozen=True)
class Fault:
    """One way in which a registry or the network before it misbehaves.

    name      how `misbehave` calls it
    doc       what happens on the wire, in one line
    category  the part of an answer that it spoils
    harmless  whether a good client should still read the truth from the spoilt answer
    where     the path prefix it applies to unless told otherwise
    act       answers one request
    """

    name: str
    doc: str
    category: str
    harmless: bool
    where: str
    act: Act


FAULTS: dict[str, Fault] = {}
"""All faults by name, in the order of their declaration."""

CATEGORIES = {
    "status": "the status line says that something is wrong",
    "framing": "the body ends too early, or its end cannot be known",
    "encoding": "the compression is broken or mislabelled",
    "json": "the body is not the JSON that it should be",
    "records": "sound JSON that tells something untrue or nothing at all",
    "freshness": "old data, or data that do not say how old they are",
    "paging": "the pages do not add up to the list",
    "time": "the answer takes too long",
    "connection": "the connection itself fails",
    "literature": "PubMed or Europe PMC say that they could not, in their own ways",
}


def fault(category: str, *, harmless: bool = False, where: str = API) -> Callable[[Act], Act]:
    """Declares the decorated function as a fault named as it is, described by its docstring."""
    assert category in CATEGORIES

    def declare(act: Act) -> Act:
        name, doc = act.__name__, " ".join((act.__doc__ or "").split())
        assert doc
        assert name not in FAULTS
        FAULTS[name] = Fault(name, doc, category, harmless, where, act)
        return act

    return declare


def studies_fault(category: str, *, harmless: bool = False) -> Callable[[Act], Act]:
    """A fault of records only: `/version` stays as it is."""
    return fault(category, harmless=harmless, where=STUDIES)

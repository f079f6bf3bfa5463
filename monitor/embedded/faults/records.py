"""Faults of what is said: sound JSON that tells something untrue, something old, or nothing."""

import copy
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import orjson

from monitor.embedded.answers import STUDIES, VERSION, Answer, json
from monitor.embedded.exchange import Exchange
from monitor.embedded.faults.declare import fault, studies_fault
from monitor.embedded.records import Day, Part, Study, previous_day

_Studies = list[Study]


def listed(value: dict[str, Any]) -> Answer:
    """A page of studies, each on a line of its own."""
    rest = b"".join(
        b"," + orjson.dumps(key) + b":" + orjson.dumps(value[key]) for key in value if key != "studies"
    )
    lines = b",\n".join(orjson.dumps(study) for study in value["studies"])
    return Answer(200, [Part(b'{"studies":[\n' + lines + b"\n]" + rest + b"}")])


def _spoil(exchange: Exchange, spoil: Callable[[_Studies], _Studies]) -> None:
    """The true answer with `spoil` done to its studies; a single record is a list of one."""
    found = exchange.honest()
    if found.status != 200:
        exchange.deliver(found)
        return
    value = orjson.loads(found.body)
    if "studies" in value:
        value["studies"] = spoil(value["studies"])
        exchange.deliver(listed(value))
    else:
        exchange.deliver(json(200, spoil([value])[0]))


def _first(change: Callable[[Study], None]) -> Callable[[_Studies], _Studies]:
    def spoil(studies: _Studies) -> _Studies:
        for study in studies[:1]:
            change(study)
        return studies

    return spoil


def _number(study: Study) -> str:
    return str(study["protocolSection"]["identificationModule"]["nctId"])


@studies_fault("records")
def empty_result(exchange: Exchange) -> None:
    """An empty list of studies, whatever was asked."""
    exchange.deliver(listed({"studies": []}))


@studies_fault("records")
def missing_half(exchange: Exchange) -> None:
    """The larger half of the studies of a page is absent; asked for by itself, each of them is there."""
    if exchange.request.path == STUDIES:
        _spoil(exchange, lambda studies: studies[: len(studies) // 2])
    else:
        exchange.deliver(exchange.honest())


@studies_fault("records")
def wrong_record(exchange: Exchange) -> None:
    """In place of the first record, that of a trial that was not asked for."""

    def spoil(studies: _Studies) -> _Studies:
        present = {_number(study) for study in studies}
        for state in exchange.today.shuffled:
            if state.trial not in present:
                return [state.stamped(exchange.today.day), *studies[1:]]
        for study in studies[:1]:  # everything was asked for: a trial that does not exist
            study["protocolSection"]["identificationModule"]["nctId"] = "NCT99999998"
        return studies

    _spoil(exchange, spoil)


@studies_fault("records")
def duplicate_record(exchange: Exchange) -> None:
    """The first record of a list comes twice."""
    _spoil(exchange, lambda studies: [*studies[:1], *studies])


@studies_fault("records")
def conflicting_record(exchange: Exchange) -> None:
    """The first record of a list comes twice, the second time with another status and title."""

    def spoil(studies: _Studies) -> _Studies:
        twins = copy.deepcopy(studies[:1])
        for twin in twins:
            protocol = twin["protocolSection"]
            status = protocol["statusModule"]
            status["overallStatus"] = "SUSPENDED" if status["overallStatus"] == "WITHDRAWN" else "WITHDRAWN"
            protocol["identificationModule"]["briefTitle"] = "Another title of the same trial"
        return [*studies[:1], *twins, *studies[1:]]

    _spoil(exchange, spoil)


def _reversed(node: Any) -> Any:
    if isinstance(node, dict):
        return {key: _reversed(child) for key, child in node.items()}
    if isinstance(node, list):
        return [_reversed(child) for child in reversed(node)]
    return node


@studies_fault("records", harmless=True)
def shuffled_lists(exchange: Exchange) -> None:
    """Every list in every record is the other way round."""
    _spoil(exchange, lambda studies: [_reversed(study) for study in studies])


@studies_fault("records")
def null_fields(exchange: Exchange) -> None:
    """Every module of the first record but its identification is null."""

    def change(study: Study) -> None:
        for section in study.values():
            if isinstance(section, dict):
                section.update({module: None for module in section if module != "identificationModule"})

    _spoil(exchange, _first(change))


@studies_fault("records")
def field_gone(exchange: Exchange) -> None:
    """No record has a primary completion date, as if the registry had moved to another form."""

    def spoil(studies: _Studies) -> _Studies:
        for study in studies:
            protocol = study.get("protocolSection")
            status = protocol.get("statusModule") if isinstance(protocol, dict) else None
            if isinstance(status, dict):
                status.pop("primaryCompletionDateStruct", None)
        return studies

    _spoil(exchange, spoil)


@studies_fault("records")
def string_instead_of_object(exchange: Exchange) -> None:
    """The protocol section of the first record is a string."""
    _spoil(exchange, _first(lambda study: study.update(protocolSection="see the registry's pages")))


def _yesterday(exchange: Exchange) -> Day:
    """The registry's previous day; before the first one, its records under the date of the day before."""
    registry = exchange.registry
    older = previous_day(registry.days, registry.day)
    if older is not None:
        return registry.history.on(older)
    return registry.history.on(registry.day, registry.day - timedelta(days=1))


@fault("freshness")
def stale_version(exchange: Exchange) -> None:
    """Version and records are those of an older day."""
    exchange.deliver(exchange.honest(_yesterday(exchange)))


@studies_fault("freshness")
def stale_records(exchange: Exchange) -> None:
    """The version is new, but the records are those of an older day."""
    exchange.deliver(exchange.honest(_yesterday(exchange)))


@fault("freshness", where=VERSION)
def no_data_timestamp(exchange: Exchange) -> None:
    """The version does not say of when the data are."""
    exchange.deliver(json(200, {"apiVersion": "2.0.5"}))

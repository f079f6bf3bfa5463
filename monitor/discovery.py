"""Find what declares itself: load every module of a package and collect its declarations.

A source module or package says `SOURCE = …`; a rule module holds `Rule` instances at its top level. Adding one is adding a file.
"""

import pkgutil
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import import_module
from types import MappingProxyType, ModuleType
from typing import TypeVar

from monitor.core.paper import Literature
from monitor.core.significance import Rule
from monitor.core.source import Source
from monitor.core.trial import TrialId

T = TypeVar("T")


def modules(package: str) -> Iterator[ModuleType]:
    """Every direct module (or sub-package) of `package`, imported, sorted by name; names that begin with `_` are left out."""
    home = import_module(package)
    for info in sorted(pkgutil.iter_modules(home.__path__), key=lambda info: info.name):
        if not info.name.startswith("_"):
            yield import_module(f"{package}.{info.name}")


def instances(package: str, kind: type[T]) -> tuple[T, ...]:
    """Every value of class `kind` at the top level of the package's modules, in their order; one that was imported
    from another module counts once."""
    found: dict[int, T] = {}
    for module in modules(package):
        for value in vars(module).values():
            if isinstance(value, kind):
                found.setdefault(id(value), value)
    return tuple(found.values())


def named(package: str, name: str, kind: type[T]) -> tuple[T, ...]:
    """The value called `name` of each of the package's modules that has one. `kind` says what it is: a class, or a protocol
    that can be checked at run time. Raises TypeError where a
    module's value is something else."""
    found: list[T] = []
    for module in modules(package):
        value = getattr(module, name, None)
        if value is None:
            continue
        if not isinstance(value, kind):
            raise TypeError(f"{module.__name__}.{name} is no {kind.__name__}")
        found.append(value)
    return tuple(found)


@cache
def rules() -> tuple[Rule, ...]:
    """Every rule there is, family by family."""
    return tuple(rule for family in named("monitor.rules", "RULES", tuple) for rule in family)


@cache
def sources() -> Mapping[str, Source]:
    """Every source of trials there is, by its registry's name, without a way to it."""
    found = named("monitor.sources", "SOURCE", Source)  # type: ignore[type-abstract]
    return MappingProxyType({source.id: source for source in found})


@cache
def literature() -> Mapping[str, Literature]:
    """Every source of papers there is, by its name, without a way to it."""
    found = named("monitor.sources", "LITERATURE", Literature)  # type: ignore[type-abstract]
    return MappingProxyType({source.id: source for source in found})


def page_of(number: TrialId) -> str:
    """Where a person reads a trial's record, or, by its number at a source of papers, a paper's; empty where there is no such page."""
    source = sources().get(number.registry) or literature().get(number.registry)
    try:
        return source.page_url(number.number) if source is not None else ""
    except ValueError:
        return ""

"""Find what declares itself: load every module of a package and collect its declarations.

A source module or package says `SOURCE = …`; a rule module holds `Rule` instances at its top level. Adding one is adding a file.
"""

import pkgutil
from collections.abc import Iterator
from importlib import import_module
from types import ModuleType
from typing import TypeVar

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

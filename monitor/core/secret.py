"""A value that must never be shown: it prints as *** wherever it is formatted."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Secret:
    """Holds a password, token or a URL that contains one. Only `reveal()` gives it out, to the library that needs it."""

    _value: str = field(repr=False)

    def reveal(self) -> str:
        """The value itself. Call it where it is used, never where it could be logged or stored."""
        return self._value

    def __str__(self) -> str:
        return "***"

    def __repr__(self) -> str:
        return "Secret(***)"

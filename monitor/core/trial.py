"""Which trial is meant."""

from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True, order=True, slots=True)
class TrialId:
    """A trial as one registry numbers it: `clinicaltrials.gov:NCT03737461`."""

    registry: str
    number: str

    def __str__(self) -> str:
        return f"{self.registry}:{self.number}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """The inverse of `str()`. Raises ValueError where the registry or the number is missing."""
        registry, separator, number = text.partition(":")
        if not (registry and separator and number):
            raise ValueError(f"not a trial id: {text!r}")
        return cls(registry, number)


@dataclass(frozen=True, slots=True)
class Alias:
    """Another number for the same trial, and who said so (`reader`, `registry`, `publication`)."""

    number: str
    said_by: str
    note: str = ""

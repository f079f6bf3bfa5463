"""A reader's desk, as in the tests of faults."""

from tests.faults.conftest import desk, inbox, registry

__all__ = ["desk", "inbox", "registry"]

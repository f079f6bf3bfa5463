"""Faults that the embedded registry can be told to commit, each declared once, beside the code that commits it."""

from monitor.embedded.faults import bodies, connections, literature, pages, records, statuses
from monitor.embedded.faults.declare import CATEGORIES, FAULTS, Fault

__all__ = [
    "CATEGORIES",
    "FAULTS",
    "Fault",
    "bodies",
    "connections",
    "literature",
    "pages",
    "records",
    "statuses",
]

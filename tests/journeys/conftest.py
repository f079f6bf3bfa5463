"""What several journeys begin with."""

from tests.journeys.migrating import house, made

__all__ = ["house", "made"]

"""The rules as they declare themselves, and judging with all of them."""

import pytest

from monitor.core.significance import Rule
from monitor.discovery import modules, named

RULES: tuple[Rule, ...] = tuple(rule for family in named("monitor.rules", "RULES", tuple) for rule in family)
FAMILIES: dict[str, tuple[Rule, ...]] = {
    module.__name__.rpartition(".")[2]: module.RULES
    for module in modules("monitor.rules")
    if hasattr(module, "RULES")
}


@pytest.fixture
def rules() -> tuple[Rule, ...]:
    """Every rule."""
    return RULES

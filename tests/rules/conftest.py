"""The rules as they declare themselves, and judging with all of them."""

import pytest

from monitor import discovery
from monitor.core.significance import Rule

RULES = discovery.rules()
FAMILIES: dict[str, tuple[Rule, ...]] = {
    module.__name__.rpartition(".")[2]: module.RULES
    for module in discovery.modules("monitor.rules")
    if hasattr(module, "RULES")
}


@pytest.fixture
def rules() -> tuple[Rule, ...]:
    """Every rule."""
    return RULES

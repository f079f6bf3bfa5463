"""The named points at which a test may kill trialmon, read off the source: `at("check:run-begun")`."""

import re
from pathlib import Path

PACKAGE = Path(__file__).parents[2] / "monitor"


def crash_points(package: Path = PACKAGE) -> dict[str, str]:
    """Every crash point, and the module that passes it. TRIALMON_CRASH_AT takes these names."""
    return {
        point: str(path.relative_to(package.parent))
        for path in sorted(package.rglob("*.py"))
        for point in re.findall(r"""\bat\(\s*["']([^"']+)["']\s*\)""", path.read_text(encoding="utf-8"))
    }

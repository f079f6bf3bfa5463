"""The one way out to the registries, over httpx."""

import sys

# With httpx comes its own command line, and with that rich and pygments: a seventh of all that a look costs which finds nothing new.
# httpx does without where it cannot be imported.
sys.modules.setdefault("httpx._main", None)  # type: ignore[arg-type]

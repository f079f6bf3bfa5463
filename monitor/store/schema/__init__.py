"""The schema, a module a step: `sNNN_what_it_brings.py` with its statements as `SQL`. A step that has been released is never edited;
a change is a further step."""

import pkgutil

# Found by their names alone: whether a database is up to date must be known without importing any of them.
STEPS = tuple(sorted(info.name for info in pkgutil.iter_modules(__path__)))
SCHEMA_VERSION = len(STEPS)

"""Something more to write in a transaction that somebody else began.

A use case builds a step (`watches.told_of_entering(...)`) and hands it to `observations.record`, which carries it out together with
everything else, without knowing SQLite.
"""

from collections.abc import Callable

from monitor.store.database import Connection

Step = Callable[[Connection], None]

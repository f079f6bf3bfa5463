"""Something more to write, or to insist on, in a transaction that somebody else began.

A use case builds it (`watches.told_of_entering(...)`) and hands it to `observations.record`, which carries it out together with
everything else, without knowing SQLite.
"""

from collections.abc import Callable

from monitor.store.database import Connection

Also = Callable[[Connection], None]

"""What one look at one trial leads to: a value, decided purely, written in one transaction."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from monitor.core.change import ChangeSet
from monitor.core.notification import Notification
from monitor.core.record import Absence, Record
from monitor.core.significance import Verdict
from monitor.core.trial import Alias, TrialId

Outcome = Literal["baseline", "version", "unchanged", "absent", "gone", "back", "moved", "unknown", "beside"]


@dataclass(frozen=True, slots=True)
class Observation:
    """One look at one trial, judged. `version` is the number of the version that `record` becomes, or stays.

    outcome    what is written
    baseline   the record as version 1; nothing is told of it as news
    version    the record as the next version, its changes and verdicts
    back       as `version`, after the number had been reported gone (changes may be empty: then no new version)
    unchanged  only that it was seen
    absent     that it did not come (`absence` counts the looks)
    gone       that it is gone: confirmed by a second look and by asking for it alone
    moved      that the number is now `moved_to`'s
    unknown    that the registry never heard of the number (told once)
    beside     nothing of the record, which was not looked at: what is told came from elsewhere (a publication)
    """

    trial: TrialId
    outcome: Outcome
    seen_at: datetime
    expected_version: int
    version: int
    record: Record | None = None
    changes: ChangeSet = ()
    verdicts: tuple[Verdict, ...] = ()
    notifications: tuple[Notification, ...] = ()
    absence: Absence | None = None
    moved_to: str = ""
    aliases: tuple[Alias, ...] = field(default=())
    origin: Literal["poll", "backfill", "seed"] = "poll"

"""What trialmon.yaml means, once it is read: plain values that the upper floors are given."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from types import MappingProxyType

from monitor.config.variables import Variables
from monitor.core.destination import Address, Webhook
from monitor.core.secret import Secret
from monitor.core.significance import Significance

CLINICALTRIALS_GOV = "clinicaltrials.gov"
TERMINAL = "terminal"


@dataclass(frozen=True, slots=True)
class SourceSettings:
    """How one registry is asked. `pause` is the least time between two requests; `contact` goes into the User-Agent;
    `backfill`: whether past versions are fetched from the registry's own history."""

    base_url: str = "https://clinicaltrials.gov"
    contact: str = ""
    check_every: timedelta = timedelta(minutes=15)
    full_read_every: timedelta = timedelta(hours=24)
    pause: timedelta = timedelta(seconds=1)
    backfill: bool = True


@dataclass(frozen=True, slots=True)
class LiteratureSettings:
    """How one source of papers is asked: where (empty: where it is), on whose behalf (`email`, `api_key`), and how often."""

    base_url: str = ""
    email: str = ""
    api_key: Secret | None = None
    check_every: timedelta = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Destination:
    """Where messages go: the name that people use for it, and its URL, which is a secret; `webhook` if it is one of ours, not Apprise's."""

    name: str
    url: Secret
    webhook: Webhook | None = None

    @property
    def address(self) -> Address:
        """What the name stands for."""
        return self.webhook or self.url


@dataclass(frozen=True, slots=True)
class BackupSettings:
    """Where `upkeep` puts backups, and how many it keeps: the newest of so many days, and of so many weeks."""

    folder: Path
    keep_daily: int = 7
    keep_weekly: int = 4


@dataclass(frozen=True, slots=True)
class WebSettings:
    """Where the dashboard listens, under which other names it may be asked for, and the token that whoever asks must know, as it is
    written (`config/web.py` puts in what `${NAME}` stands for)."""

    host: str = "127.0.0.1"
    port: int = 8350
    hosts: tuple[str, ...] = ()
    token: Secret | None = None
    token_line: int | None = None


@dataclass(frozen=True, slots=True)
class FeedSettings:
    """Where feeds and calendars are written. `base_url` is where that folder can be fetched, without a slash at its end; empty if
    nowhere. Events of less than `at_least` are left out."""

    folder: Path
    base_url: str = ""
    at_least: Significance = Significance.NOTABLE


@dataclass(frozen=True, slots=True)
class HeartbeatSettings:
    """Whom to tell that silence means that nothing changed, and how often. `private`: it may be an address of this network."""

    url: Secret
    every: timedelta = timedelta(minutes=15)
    private: bool = False


def built_in_destinations() -> dict[str, Destination]:
    """Those that are always there."""
    return {TERMINAL: Destination(TERMINAL, Secret("terminal://"))}


@dataclass(frozen=True, slots=True)
class Settings:
    """One trialmon.yaml, or the defaults where there is none (`path` None). All paths are absolute.

    `literature` are the sources of papers, less those that are switched off; their keys are missing if the file was loaded without secrets.
    `destinations` holds what can be sent to; it has only the built-in ones if the file was loaded without secrets.
    `destination_names` are all names that the file declares, secrets or not, so that watchlists can be checked;
    `backups`, `feeds`, `heartbeat` and `metrics` are None where they are not wanted, `heartbeat` also if the file was loaded without
    secrets;
    `operator` are the destinations that hear of the monitor's own affairs (none: the log does).
    `variables` resolves the `${NAME}` of URLs in watchlists, and is None if nothing secret is wanted.
    """

    path: Path | None
    database: Path
    watchlists: Path
    templates: Path
    sources: Mapping[str, SourceSettings] = field(
        default_factory=lambda: MappingProxyType({CLINICALTRIALS_GOV: SourceSettings()})
    )
    literature: Mapping[str, LiteratureSettings] = field(default_factory=lambda: MappingProxyType({}))
    destinations: Mapping[str, Destination] = field(default_factory=built_in_destinations)
    web: WebSettings = WebSettings()
    destination_names: frozenset[str] = frozenset({TERMINAL})
    backups: BackupSettings | None = None
    feeds: FeedSettings | None = None
    heartbeat: HeartbeatSettings | None = None
    metrics: Path | None = None
    operator: tuple[str, ...] = ()
    variables: Variables | None = field(default=None, repr=False, compare=False)

    @property
    def patience(self) -> Mapping[str, timedelta]:
        """How long each source may go without a look that succeeds: a day, and for the literature a day more than it is asked once."""
        late = {name: wishes.check_every + timedelta(days=1) for name, wishes in self.literature.items()}
        return {**dict.fromkeys(self.sources, timedelta(days=1)), **late}

    @property
    def looked_at(self) -> Mapping[str, SourceSettings | LiteratureSettings]:
        """Every source that is to be looked at, of trials and of papers, by name."""
        return {**self.sources, **self.literature}

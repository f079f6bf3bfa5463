"""A place for configuration files, and what was read from them."""

from collections.abc import Callable
from pathlib import Path

import pytest

from monitor.config.load import load_settings
from monitor.config.settings import Settings
from monitor.config.watchlists import Loaded, load_watchlist
from monitor.core.errors import WrongConfiguration

ReadSettings = Callable[..., Settings]
Problems = Callable[..., list[str]]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings with a destination called `desk`."""
    path = tmp_path / "trialmon.yaml"
    path.write_text("destinations:\n  desk: json://127.0.0.1/desk\n", encoding="utf-8")
    return load_settings(path, {})


@pytest.fixture
def watchlist(tmp_path: Path, settings: Settings, secret_places: set[Path]) -> Callable[[str], Loaded]:
    """Reads a text as watchlists/list.yaml."""

    def read(text: str | bytes) -> Loaded:
        path = tmp_path / "list.yaml"
        secret_places.add(path)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return load_watchlist(path, settings)

    return read


@pytest.fixture
def problems(watchlist: Callable[[str], Loaded]) -> Callable[[str], list[str]]:
    """What is wrong with a text as a watchlist, as LINE: message (hint), sure that nothing of it came into force."""

    def read(text: str) -> list[str]:
        loaded = watchlist(text)
        assert bool(loaded.problems) != bool(loaded.watchlists)
        return [str(problem).partition("list.yaml:")[2] for problem in loaded.problems]

    return read


@pytest.fixture
def read_settings(tmp_path: Path) -> ReadSettings:
    """Reads a text as trialmon.yaml."""

    def read(text: str, environment: dict[str, str] | None = None, *, secrets: bool = True) -> Settings:
        path = tmp_path / "trialmon.yaml"
        path.write_text(text, encoding="utf-8")
        return load_settings(path, environment or {}, secrets=secrets)

    return read


@pytest.fixture
def settings_problems(read_settings: ReadSettings) -> Problems:
    """What is wrong with a text as trialmon.yaml, as LINE: message (hint)."""

    def read(text: str, environment: dict[str, str] | None = None) -> list[str]:
        with pytest.raises(WrongConfiguration) as refused:
            read_settings(text, environment)
        return [str(problem).partition("trialmon.yaml:")[2] for problem in refused.value.problems]

    return read

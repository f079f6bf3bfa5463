"""Every piece of trialmon.yaml or of a watchlist that a page shows is right: in a file of its own, it loads."""

import re
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from monitor.config.load import load_settings
from monitor.config.reference import settings_schema, watchlist_schema
from monitor.config.settings import Settings
from monitor.config.watchlists import read_watchlist
from monitor.core.errors import WrongConfiguration

REPOSITORY = Path(__file__).parents[2]
PAGES = [REPOSITORY / "README.md", *sorted((REPOSITORY / "docs" / "how-to").glob("*.md"))]
SHOWN = [
    (page.stem, number, text)
    for page in PAGES
    for number, text in enumerate(
        re.findall(r"^```yaml\n(.*?)^```$", page.read_text(encoding="utf-8"), re.S | re.M), 1
    )
]
SECRETS = {
    "SLACK_TOKEN": "T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ",
    "MAIL_PASSWORD": "made",
    "HOOK_SECRET": f"whsec_{'QUJD' * 8}",
    "OLD_HOOK_SECRET": f"whsec_{'REVG' * 8}",
    "HEARTBEAT_TOKEN": "made",
    "NCBI_API_KEY": "made",
    "TRIALMON_WEB_TOKEN": "made" * 4,
}
DESTINATIONS = "destinations: {desk: 'json://127.0.0.1/', mailbox: 'mailto://me:made@example.org', machine: 'json://127.0.0.1/m'}\n"


def settings(folder: Path, text: str) -> Settings:
    path = folder / "trialmon.yaml"
    path.write_text(text, encoding="utf-8")
    return load_settings(path, SECRETS)


def problems(folder: Path, text: str) -> list[str]:
    """What is wrong with this piece, once what it leaves out stands beside it."""
    if text.startswith(" "):  # a subscriber alone
        text = f"watch: []\nsubscribers:\n{text}"
    keys = set(YAML(typ="safe").load(text))
    if keys <= set(settings_schema()["properties"]):
        try:
            settings(folder, text if "destinations" in keys else DESTINATIONS + text)
        except WrongConfiguration as wrong:
            return [str(problem) for problem in wrong.problems]
        return []
    assert keys <= set(watchlist_schema()["properties"]), f"neither file has all of {keys}"
    (folder / "templates").mkdir()
    (folder / "templates" / "board.txt.j2").write_text("{{ title }}\n", encoding="utf-8")
    whole = text if "watch" in keys else f"watch: []\n{text}"
    return [
        str(one)
        for one in read_watchlist(whole, folder / "shown.yaml", settings(folder, DESTINATIONS)).problems
    ]


@pytest.mark.parametrize(
    ("page", "number", "text"), SHOWN, ids=[f"{page}-{number}" for page, number, _ in SHOWN]
)
def test_a_file_that_a_page_shows_is_right(tmp_path: Path, page: str, number: int, text: str) -> None:
    assert problems(tmp_path, text) == []


@pytest.mark.parametrize(
    "text",
    ["watch: [{trial: NCT1}]\n", "web: {port: no}\n", "  - name: me\n", "destinations: {a: '${NOT_SET}'}\n"],
)
def test_a_wrong_file_would_be_noticed(tmp_path: Path, text: str) -> None:
    assert problems(tmp_path, text) != []

"""Every command is documented, every documented command exists, and so does every one that a guide tells people to type."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from docs.generate import REFERENCE, walk
from monitor.cli import cli

REPOSITORY = Path(__file__).parents[2]
COMMANDS = dict(walk(cli))
GUIDES = [
    REPOSITORY / "README.md",
    *sorted((REPOSITORY / "docs").rglob("*.md")),
    *sorted((REPOSITORY / "systemd").glob("*.md")),
]
# Where a shell takes a word for a command: `trialmon check`, `sudo /opt/trialmon/bin/trialmon check`, `a && trialmon check`
_CALL = r"(?:^\s*(?:sudo )?|[;&|(]\s*|/bin/)trialmon(?:-as-service)? ((?:--?\w|[a-z]).*)$"


def documented() -> set[tuple[str, ...]]:
    text = (REFERENCE / "commands.md").read_text(encoding="utf-8")
    return {tuple(words.split()) for words in re.findall(r"^##+ `trialmon ([^`]+)`$", text, re.M)}


def told_to_type(page: Path) -> Iterator[list[str]]:
    """The words after `trialmon` in each shell line and each inline command of a page."""
    text = page.read_text(encoding="utf-8")
    blocks = re.findall(r"```(?:sh|shell|console|bash)\n(.*?)```", text, re.S)
    lines = [line for block in blocks for line in block.replace("\\\n", " ").splitlines()]
    inline = re.findall(r"`(trialmon [^`\n]+)`", re.sub(r"```.*?```", "", text, flags=re.S))
    for line in lines + inline:
        found = re.search(_CALL, line.split(" #")[0])
        if found and not line.lstrip().startswith("#"):
            words = re.split(r"[|;&>]", found[1])[0].rstrip(")")
            yield shlex.split(words)


def resolve(words: list[str]) -> tuple[click.Command, list[str]]:
    """The command that the first words name, and the words after it. Raises LookupError if there is none."""
    command: click.Command = cli
    while isinstance(command, click.Group) and words and not words[0].startswith("-"):
        below = command.get_command(click.Context(command), words[0])
        if below is None:
            raise LookupError(words[0])
        command, words = below, words[1:]
    return command, words


def test_every_command_is_documented_and_every_documented_command_exists() -> None:
    assert documented() == set(COMMANDS)


@pytest.mark.parametrize("words", sorted(COMMANDS), ids=" ".join)
def test_every_command_and_option_says_what_it_is_for(words: tuple[str, ...]) -> None:
    command = COMMANDS[words]
    assert command.help, words
    for option in command.params:
        assert not isinstance(option, click.Option) or option.help, (words, option.name)


@pytest.mark.parametrize("page", GUIDES, ids=lambda page: str(page.relative_to(REPOSITORY)))
def test_what_a_guide_tells_people_to_type_can_be_typed(page: Path) -> None:
    for words in told_to_type(page):
        try:
            command, rest = resolve(words)
        except LookupError as unknown:
            raise AssertionError(
                f"{page.name} says `trialmon {' '.join(words)}`: no command {unknown}"
            ) from None
        known = {name for option in command.params for name in option.opts} | {"--help", "-h"}
        for word in rest:
            if re.match(r"--?[a-z]", word):
                assert word.partition("=")[0] in known, f"{page.name}: trialmon {' '.join(words)}"


def test_a_wrong_command_in_a_guide_would_be_noticed(tmp_path: Path) -> None:
    page = tmp_path / "guide.md"
    page.write_text(
        "```sh\nsudo /opt/trialmon/bin/trialmon wach --often | head\n```\nor `trialmon run --once`"
    )
    assert list(told_to_type(page)) == [["wach", "--often"], ["run", "--once"]]
    with pytest.raises(LookupError):
        resolve(["wach", "--often"])

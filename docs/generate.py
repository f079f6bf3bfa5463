"""Write docs/reference from what the code declares, or say that it is stale.

python -m docs.generate            writes
python -m docs.generate --check    exit 1, with the difference, if a file is not what it would be now
"""

import difflib
import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import groupby
from pathlib import Path
from typing import Any

import click
from jinja2.runtime import LoopContext

from monitor import discovery
from monitor.cli import cli
from monitor.config.reference import reference_files, settings_schema, watchlist_schema
from monitor.core.significance import Example, Rule
from monitor.deliver.webhook_schema import webhook_schema
from monitor.embedded.faults import CATEGORIES, FAULTS
from monitor.render.offered import OFFERED
from monitor.render.sandboxed import FILTERS, METHODS
from monitor.store.questions import QUESTIONS
from monitor.store.views import VIEWS

REFERENCE = Path(__file__).parent / "reference"

_MADE = "<!-- Made by `make docs` from the code; `make check` fails if it is stale. -->\n"
_SHARED = {
    "config": "`--config FILE`",
    "as_json": "`--json`",
    "now": "`--now ISO-8601`",
}
_OCCASIONS = {
    "changed": "asked when a record changed",
    "gone": "asked when a trial is no longer in the registry",
    "back": "asked when a trial that was gone is there again",
    "moved": "asked when a number was merged into another",
    "unknown": "asked when the registry does not know a number",
    "entered": "asked when a search finds a trial that it did not find before",
    "left": "asked when a search no longer finds a trial",
    "clock": "asked once a day of every watched trial; each verdict is told once",
    "portfolio": "asked at the end of a look of what lately befell several watched trials; told once",
    "paper": "asked of each paper that comes, beside each watched trial that it names; each verdict is told once",
}


def _cell(text: object) -> str:
    """Any text as one cell of a Markdown table."""
    return " ".join(str(text).split()).replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;")


def _table(columns: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    columns = list(columns)
    lines = [columns, ["---"] * len(columns), *([_cell(cell) for cell in row] for row in rows)]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _page(title: str, about: str, parts: Iterable[str]) -> str:
    return "\n".join([_MADE + f"# {title}\n", about + "\n", *parts])


# --- rules


def _rules_by_family() -> Iterator[tuple[str, tuple[Rule, ...]]]:
    for module in discovery.modules("monitor.rules"):
        rules: tuple[Rule, ...] = getattr(module, "RULES", ())
        if rules:
            yield module.__name__.rpartition(".")[2], rules


def _example(example: Example) -> tuple[str, str, str]:
    if example.significance is None:
        return example.says, "—", "keeps silent"
    return example.says, str(example.significance), example.headline or "—"


def _rule(rule: Rule) -> str:
    occasion = _OCCASIONS[rule.on] + (", for what no other rule spoke of" if rule.last else "")
    return f"### `{rule.id}`: {rule.title}\n\n{rule.doc}\n\nTopic `{rule.topic}`; {occasion}.\n\n" + _table(
        ["when", "significance", "headline"], map(_example, rule.examples)
    )


def rules() -> str:
    """docs/reference/rules.md."""
    parts = []
    for family, members in _rules_by_family():
        parts += [f"## {family}\n", *map(_rule, members)]
    about = (
        "What trialmon makes of a change: one verdict, with its significance (noise < routine < notable < critical),\n"
        "its topic and one plain sentence. Every example below is a test of its rule."
    )
    return _page("Rules", about, parts)


# --- commands


def walk(command: click.Command, *names: str) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Every command below this one with its words: ("watchlist", "add"). A group comes before what is in it."""
    if names:
        yield names, command
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            assert below is not None
            yield from walk(below, *names, name)


def _option(parameter: click.Option) -> tuple[str, str]:
    names = ", ".join([*parameter.opts, *parameter.secondary_opts])
    takes = "" if parameter.is_flag or parameter.count else f" {parameter.make_metavar(_NO_CONTEXT) or ''}"
    again = "; may be given more than once" if parameter.multiple else ""
    return f"`{names}{takes}`", (parameter.help or "").rstrip(".") + again


_NO_CONTEXT = click.Context(click.Command("trialmon"))


def _command(names: tuple[str, ...], command: click.Command) -> str:
    words = " ".join(("trialmon", *names))
    context = click.Context(command, info_name=words)
    usage = command.get_usage(context).removeprefix("Usage: ")
    text = f"{'#' * (len(names) + 1)} `{words}`\n\n{_prose(command)}\n\n```\n{' '.join(usage.split())}\n```\n"
    options = [one for one in command.params if isinstance(one, click.Option)]
    own = [_option(one) for one in options if one.name not in _SHARED and not one.hidden]
    if own:
        text += "\n" + _table(["option", "meaning"], own)
    shared = [_SHARED[one.name] for one in options if one.name in _SHARED]
    if shared:
        text += f"\nAlso takes {', '.join(shared)}.\n"
    return text


def _prose(command: click.Command) -> str:
    """The command's help as Markdown: click's mark for 'do not fold' means a block of its own."""
    paragraphs = (command.help or "").strip().split("\n\n")
    return "\n\n".join(
        "```\n" + one.removeprefix("\b\n") + "\n```" if one.startswith("\b") else " ".join(one.split())
        for one in paragraphs
    )


def commands() -> str:
    """docs/reference/commands.md."""
    about = (
        "`trialmon COMMAND --help` says the same on the terminal. Every command works while the daemon runs.\n\n"
        + _table(
            ["shared option", "meaning"],
            [
                ("`--config FILE`", "the trialmon.yaml to use; without it the usual places are tried"),
                ("`--json`", "JSON Lines on stdout and nothing else there; diagnostics go to stderr"),
                ("`--now ISO-8601`", "sets the clock, for replays"),
            ],
        )
        + "\n"
        + _table(
            ["exit code", "meaning"],
            [
                (0, "done"),
                (1, "done in part: a source or a destination failed; what failed is on stderr"),
                (2, "wrong usage or configuration"),
                (3, "nothing could be done"),
            ],
        )
    )
    return _page("Commands", about, (_command(*found) for found in walk(cli)))


# --- faults


def faults() -> str:
    """docs/reference/faults.md."""
    parts = []
    in_order = sorted(FAULTS.values(), key=lambda fault: list(CATEGORIES).index(fault.category))
    for category, members in groupby(in_order, key=lambda fault: fault.category):
        rows = [(f"`{fault.name}`", fault.doc, "yes" if fault.harmless else "no") for fault in members]
        about = CATEGORIES[category]
        parts += [
            f"## {category}\n\n{about[0].upper()}{about[1:]}.\n",
            _table(["fault", "what happens on the wire", "still readable"], rows),
        ]
    about = (
        "What the embedded registry can be told to do wrong, by `EmbeddedRegistry.misbehave(NAME)`. *Still readable* means\n"
        "that a good client gets the truth from the answer all the same; from all others it must learn nothing."
    )
    return _page("Faults of the embedded registry", about, parts)


# --- configuration

Schema = Mapping[str, Any]


def _kind(schema: Schema) -> str:
    """What a value may be, in words."""
    if "const" in schema:
        return f"`{schema['const']}`"
    if "enum" in schema:
        return ", ".join(f"`{one}`" for one in schema["enum"])
    for either in ("anyOf", "oneOf"):
        if either in schema:
            return _either(schema[either])
    kind = schema.get("type", "")
    if kind == "array":
        return f"list of {_kind(schema['items'])}" if schema.get("items") else "list"
    words = {"object": "mapping", "string": "text", "integer": "whole number"}
    kinds: list[str] = kind if isinstance(kind, list) else [kind]
    return " or ".join(words.get(one, one) for one in kinds)


def _either(schemas: Iterable[Schema]) -> str:
    """Several schemas in one phrase; where words are listed, that any text is read as one of them need not be said."""
    kinds = list(dict.fromkeys(_kind(one) for one in schemas))
    named = [kind for kind in kinds if kind.startswith("`")] or kinds
    lists = [kind for kind in kinds if kind.startswith("list of ")]
    if named != kinds and lists:
        return f"{' or '.join(named)}; one or a list"
    return " or ".join(named)


def _alternatives(schema: Schema) -> Iterator[Schema]:
    for either in ("anyOf", "oneOf"):
        for one in schema.get(either, ()):
            yield from _alternatives(one)
    yield schema


def _keys(schema: Schema, path: str = "") -> Iterator[tuple[str, str, str]]:
    """Every key that a file may hold: where, what kind of value, what for."""
    for one in _alternatives(schema):
        if isinstance(one.get("items"), Mapping):
            yield from _keys(one["items"], f"{path}[]")
        for name, below in one.get("properties", {}).items():
            place = f"{path}.{name}" if path else name
            yield f"`{place}`", _kind(below), below.get("description", "")
            yield from _keys(below, place)
        for below in one.get("patternProperties", {}).values():
            place = f"{path}.NAME"
            yield f"`{place}`", _kind(below), below.get("description", "")
            yield from _keys(below, place)


def _unique(rows: Iterable[tuple[str, str, str]]) -> list[tuple[str, str, str]]:
    return list(dict.fromkeys(rows))


def configuration() -> str:
    """docs/reference/configuration.md."""
    parts = []
    for name, where, schema in (
        ("trialmon.yaml", "`trialmon.schema.json`", settings_schema()),
        ("watchlists/NAME.yaml", "`watchlist.schema.json`", watchlist_schema()),
    ):
        parts += [
            f"## {name}\n\n{schema['description']} The same for editors: {where}.\n",
            _table(["key", "value", "meaning"], _unique(_keys(schema))),
        ]
    about = (
        "All keys of both files. `[]` stands for each item of a list, `NAME` for a name of your choice.\n"
        "Durations are written `30s`, `15m`, `24h`, `7d`. A key that is not in here is refused, with the line it stands in.\n\n"
        "`trialmon.yaml` is looked for in this order: `--config FILE`, `$TRIALMON_CONFIG`, the working directory, `~/.config/trialmon/`\n"
        "(or `$XDG_CONFIG_HOME/trialmon/`), `/etc/trialmon/`. Without any, the defaults hold. `${NAME}` comes from the environment or a\n"
        "systemd credential; one that is not set is an error that names the file, the line and the variable."
    )
    return _page("Configuration", about, parts)


# --- templates


def templates() -> str:
    """docs/reference/templates.md."""
    rows = [(f"`{path}`", kind, meaning) for path, (kind, meaning) in OFFERED.items()]
    about = (
        "What your own templates are given; `[]` stands for each item of a list. Texts are escaped where they are written; an *address*\n"
        "is ours and may be a link. [How to write one](../how-to/write-your-own-template.md).\n\n"
        f"**Filters**: {_listed(FILTERS)}.\n\n"
        f"**Of a text**: {_listed(METHODS[str])}. **Of a mapping**: {_listed(METHODS[dict])}.\n\n"
        f"**Of a loop** (`loop.…`): {_listed(METHODS[LoopContext])}.\n\n"
        "**Tags**: `for`, `if`, `set x = …`, `with`, `include`, `extends` and `block`, comments. "
        "No macros, imports, `autoescape` or `filter` blocks."
    )
    return _page("Templates", about, [_table(["value", "kind", "meaning"], rows)])


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in sorted(names))


# --- the views


def database() -> str:
    """docs/reference/database.md."""
    parts = [
        f"## {view.name}\n\n{view.row} In the file: `{view.in_file}`.\n\n"
        + _table(["column", "meaning"], ((f"`{name}`", meaning) for name, meaning in view.columns.items()))
        for view in VIEWS
    ]
    asked = [(f"`{one.name}`", one.title) for one in QUESTIONS]
    parts.append(
        "## Ready-made questions\n\nFor `trialmon sql --question NAME`, and in Datasette.\n\n"
        + _table(["question", "what it tells"], asked)
    )
    about = (
        "What `trialmon sql`, Datasette and any program that reads SQLite can ask. These names and columns stay; the tables behind\n"
        "may change. In the file each view's name begins with `v_`, because a table behind has the plain one; `trialmon sql` takes both.\n"
        "Moments are UTC, as text (`2026-02-09T14:03:11Z`), dates as the registry gives them."
    )
    return _page("The database", about, parts)


PAGES: Mapping[str, Callable[[], str]] = {
    "rules.md": rules,
    "commands.md": commands,
    "faults.md": faults,
    "configuration.md": configuration,
    "database.md": database,
    "templates.md": templates,
}


def generated() -> dict[str, str]:
    """Every file of docs/reference and what it has to say now."""
    webhook = json.dumps(webhook_schema(), indent=2, ensure_ascii=False) + "\n"
    pages = {name: page() for name, page in PAGES.items()}
    return {**pages, **reference_files(), "webhook.schema.json": webhook}


def stale(folder: Path = REFERENCE) -> Iterator[str]:
    """For each file that is not what it would be now: the difference, as a person reads it."""
    for name, text in generated().items():
        path = folder / name
        there = path.read_text(encoding="utf-8") if path.exists() else ""
        if there != text:
            yield "".join(
                difflib.unified_diff(
                    there.splitlines(keepends=True),
                    text.splitlines(keepends=True),
                    f"{path.name} as it stands",
                    f"{path.name} as the code has it",
                    n=1,
                )
            )


def main(words: list[str]) -> int:
    """Run as a program; the exit code."""
    if words == ["--check"]:
        differences = list(stale())
        for difference in differences:
            print("\n".join(difference.splitlines()[:40]))
        if differences:
            print(
                f"docs/reference is stale in {len(differences)} of {len(generated())} files: run `make docs` and commit it"
            )
        return 1 if differences else 0
    if words:
        print(__doc__)
        return 2
    REFERENCE.mkdir(exist_ok=True)
    for name, text in generated().items():
        (REFERENCE / name).write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

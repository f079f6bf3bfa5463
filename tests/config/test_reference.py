"""The schemas that editors use, the examples and the first files of `init` say the same as the loader."""

import json
from pathlib import Path

import jsonschema
import pytest
from ruamel.yaml import YAML

from monitor.config import samples
from monitor.config.load import load_settings
from monitor.config.reference import reference_files, settings_schema, watchlist_schema
from monitor.config.watchlists import load_watchlists, read_watchlist

HOUSE = Path(__file__).parents[2]
EXAMPLES = sorted((HOUSE / "watchlists").glob("*.yaml"))


def as_an_editor_sees(text: str) -> object:
    return json.loads(json.dumps(YAML(typ="safe", pure=True).load(text)))


@pytest.mark.parametrize("name", sorted(reference_files()))
def test_the_schema_files_are_up_to_date(name: str) -> None:
    assert (HOUSE / "docs/reference" / name).read_text(encoding="utf-8") == reference_files()[name], (
        "make docs"
    )


@pytest.mark.parametrize("schema", [watchlist_schema(), settings_schema()], ids=["watchlist", "trialmon"])
def test_the_schemas_are_schemas(schema: dict[str, object]) -> None:
    jsonschema.Draft202012Validator.check_schema(schema)


def test_the_examples_load_with_a_default_configuration() -> None:
    loaded = load_watchlists(HOUSE / "watchlists", load_settings(None, {}))
    assert not loaded.problems
    assert {watchlist.name for watchlist in loaded.watchlists} == {path.stem for path in EXAMPLES}
    assert {watch.kind for watchlist in loaded.watchlists for watch in watchlist.watches} == {
        "trial",
        "search",
        "sponsor",
    }


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_the_examples_fit_the_schema(path: Path) -> None:
    jsonschema.validate(as_an_editor_sees(path.read_text(encoding="utf-8")), watchlist_schema())


def test_the_first_files_are_right(tmp_path: Path) -> None:
    (tmp_path / "trialmon.yaml").write_text(samples.SETTINGS, encoding="utf-8")
    settings = load_settings(tmp_path / "trialmon.yaml", {})
    assert settings.watchlists == tmp_path / "watchlists"
    assert not read_watchlist(samples.WATCHLIST, Path("example.yaml"), settings).problems
    jsonschema.validate(as_an_editor_sees(samples.SETTINGS), settings_schema())
    jsonschema.validate(as_an_editor_sees(samples.WATCHLIST), watchlist_schema())


@pytest.mark.parametrize(
    "text",
    [
        "title: x",
        "watch: [{trail: NCT03737461}]",
        "watch: [{trial: NCT0373746}]",
        "watch: [{trial: NCT00000000}]",
        "watch: [{trial: NCT03737461, sponsor: x}]",
        "watch: [{publications: [x]}]",
        "watch: [{search: {colour: red}}]",
        "watch: [{search: 'https://example.org/'}]",
        "watch: []\nsubscribers: [{name: a}]",
        "watch: []\nsubscribers: [{name: a, to: []}]",
        "watch: []\nsubscribers: [{name: a, to: [terminal], when: sometimes}]",
        "watch: []\nsubscribers: [{name: a, to: [terminal], at_least: huge}]",
        "watch: []\nsubscribers: [{name: a, to: [terminal], quiet: late}]",
    ],
)
def test_an_editor_marks_what_the_loader_refuses(text: str) -> None:
    assert read_watchlist(text, Path("x.yaml"), load_settings(None, {})).problems
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(as_an_editor_sees(text), watchlist_schema())


@pytest.mark.parametrize(
    "unwanted", ["databse: x", "sources: {ctis: {}}", "web: {port: 70000}", "destinations: {desk: nothing}"]
)
def test_an_editor_marks_what_is_wrong_in_the_settings(unwanted: str) -> None:
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(as_an_editor_sees(unwanted), settings_schema())

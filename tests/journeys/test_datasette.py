"""A real Datasette on a real database: the views are there, the questions answer, the tables behind are out of sight."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from monitor.store.questions import QUESTIONS
from monitor.store.views import VIEWS
from tests.builders import a_date_struct, a_document
from tests.cli.archive import Archive


@pytest.fixture
def pages(tmp_path: Path) -> Any:
    """Asks Datasette for pages of a database with three versions of a trial."""
    from datasette.app import Datasette

    archive = Archive(tmp_path)
    archive.watch()
    for day, end in (("2026-02-09", "2026-10"), ("2026-02-20", "2027-04"), ("2026-03-05", "2028-01")):
        archive.see(a_document(statusModule={"primaryCompletionDateStruct": a_date_struct(end)}), day)
    metadata = json.loads(archive.ask("sql", "--datasette-metadata").out)
    datasette = Datasette([str(archive.path)], metadata=metadata)

    def page(path: str) -> Any:
        async def get() -> Any:
            return await datasette.client.get(path)

        answer = asyncio.run(get())
        assert answer.status_code == 200, (path, answer.text[:300])
        return answer.json() if ".json" in path else answer.text

    return page


def test_the_views_are_what_is_seen(pages: Any) -> None:
    told = pages("/trialmon.json")
    assert {view["name"] for view in told["views"]} >= {view.in_file for view in VIEWS}
    assert [table["name"] for table in told["tables"] if not table["hidden"]] == []
    assert {query["name"] for query in told["queries"]} == {one.name for one in QUESTIONS}
    for view in VIEWS:
        assert pages(f"/trialmon/{view.in_file}.json?_shape=array") is not None
    assert "How many slips of this date there have been" in pages("/trialmon/v_slips")


def test_every_question_is_answered(pages: Any) -> None:
    for one in QUESTIONS:
        assert isinstance(pages(f"/trialmon/{one.name}.json?_shape=array"), list), one.name


def test_a_slip_is_told_with_its_tally(pages: Any) -> None:
    rows = pages("/trialmon/v_slips.json?_shape=array&_sort=version&which=primary+completion")
    assert [(row["days"], row["nth"], row["total_days"]) for row in rows] == [(181, 1, 181), (276, 2, 457)]

"""The process in which readers' templates run: what it refuses, what it survives, what it does not have."""

import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import psutil
import pytest

from monitor.core.errors import Misdrafted
from monitor.drafting.process import Draftsman, Ended
from tests.drafting.hostile import ENDLESS, REFUSED

TRIAL = {
    "title": "<script>alert(1)</script> @everyone https://evil.example [x](http://evil.example)",
    "name": "DISC",
    "page": "https://clinicaltrials.gov/study/NCT03737461",
}
VALUES = {"trial": TRIAL, "trials": [TRIAL]}
FILE = "board.txt.j2"


@pytest.fixture(scope="module")
def draftsman() -> Iterator[Draftsman]:
    """A process that may think for long: where a test is about something else, a busy machine must not decide it."""
    one = Draftsman(seconds=60)
    yield one
    one.close()


def wrong(draftsman: Draftsman, template: str, sink: str = "text", **others: str) -> str:
    with pytest.raises(Misdrafted) as error:
        draftsman.draft({FILE: template, **others}, FILE, sink, VALUES)
    return str(error.value)


def test_a_template_words_what_it_is_given(draftsman: Draftsman) -> None:
    template = "{% for trial in trials %}{{ trial.name | lower }} is {{ 2 * 3 }}{% endfor %}"
    assert draftsman.draft({FILE: template}, FILE, "text", VALUES) == "disc is 6\n"


@pytest.mark.parametrize(
    ("sink", "shown"),
    [
        ("text", "<script>alert(1)</script> @ everyone https[:]//evil.example [x] (http[:]//evil.example)"),
        (
            "markdown",
            r"\<script\>alert(1)\</script\> @ everyone https\[:\]//evil.example \[x\] (http\[:\]//evil.example)",
        ),
        (
            "html",
            "&lt;script&gt;alert(1)&lt;/script&gt; @ everyone https[:]//evil.example [x] (http[:]//evil.example)",
        ),
    ],
)
def test_every_value_is_escaped_for_its_place(draftsman: Draftsman, sink: str, shown: str) -> None:
    assert draftsman.draft({FILE: "{{ trial.title }}"}, FILE, sink, VALUES) == shown + "\n"


def test_a_filter_or_an_operator_takes_no_escaping_away(draftsman: Draftsman) -> None:
    for template in (
        "{{ trial.title | trim | string }}",
        "{{ trial.title ~ '' }}",
        "{{ trial.page[:0] ~ trial.title }}",
        "{{ [trial.title] | join('') }}",
        "{{ {'page': trial.title}.page }}",
        "{% set x = trial.title %}{{ x }}",
        "{% with x = trial.title %}{{ x or '' }}{% endwith %}",
        "{{ trial.nothing | default(trial.title) }}",
        "{{ trial.title | replace('zzz', '') | truncate(999) }}",
    ):
        written = draftsman.draft({FILE: template}, FILE, "html", VALUES)
        assert "<script" not in written, template
        assert "https://evil" not in written, template


def test_a_page_of_the_registry_is_a_link(draftsman: Draftsman) -> None:
    template = '<a href="{{ trial.page }}">{{ trial.name }}</a>'
    written = draftsman.draft({FILE: template}, FILE, "html", VALUES)
    assert written == '<a href="https://clinicaltrials.gov/study/NCT03737461">DISC</a>\n'


def test_a_template_includes_and_extends_files_of_its_folder(draftsman: Draftsman) -> None:
    sources = {
        FILE: "{% extends 'frame.j2' %}{% block body %}{% include '_line.j2' %}{% endblock %}",
        "frame.j2": "== {% block body %}{% endblock %} ==",
        "_line.j2": "{{ trial.name }}",
    }
    assert draftsman.draft(sources, FILE, "text", VALUES) == "== DISC ==\n"


@pytest.mark.parametrize("template", REFUSED.values(), ids=REFUSED)
@pytest.mark.parametrize("sink", ["text", "html"])
def test_a_hostile_template_is_refused(draftsman: Draftsman, template: str, sink: str) -> None:
    said = wrong(draftsman, template, sink, **{"other.j2": "{{ trial.name }}"})
    assert said.startswith(FILE)
    assert "root:" not in said
    assert draftsman.draft({FILE: "{{ trial.name }}"}, FILE, sink, VALUES) == "DISC\n", "and goes on"


@pytest.mark.parametrize(
    ("template", "said"),
    [
        ("\n\n{{ trial.nmae }}", "board.txt.j2:3: there is no “nmae” here, but: name, page, title"),
        ("{{ trial.nmae.first }}", "board.txt.j2:1: there is no “nmae” here"),
        ("\n{{ trial.name | shout }}", "board.txt.j2:2: there is no filter 'shout'"),
        ("\n{% include '_part.j2' %}", "_part.j2:2: there is no “nothing”"),
        ("\n{% macro x() %}{% endmacro %}", "board.txt.j2:2: {% macro %} cannot be used here"),
        ("x\n{% if %}", "board.txt.j2:2: Expected an expression"),
        ("{{ trials }}", "board.txt.j2:1: a list cannot be written out as it is"),
        (
            "{% include 'nowhere.j2' %}",
            "board.txt.j2:1: there is no template 'nowhere.j2' (put it beside this one",
        ),
    ],
)
def test_a_mistake_is_told_with_its_line(draftsman: Draftsman, template: str, said: str) -> None:
    assert wrong(draftsman, template, **{"_part.j2": "\n{{ nothing }}"}).startswith(said)


@pytest.mark.parametrize("template", ENDLESS.values(), ids=ENDLESS)
def test_a_template_without_an_end_is_ended(template: str) -> None:
    draftsman = Draftsman(seconds=0.7)
    with pytest.raises(Ended, match="took "):
        draftsman.draft({FILE: template}, FILE, "text", VALUES)
    assert not psutil.pid_exists(draftsman.pid)


def test_several_without_an_end_are_ended_side_by_side() -> None:
    def end(template: str) -> str:
        draftsman = Draftsman(seconds=0.5)
        with pytest.raises(Ended) as error:
            draftsman.draft({FILE: template}, FILE, "html", VALUES)
        assert not psutil.pid_exists(draftsman.pid)
        return error.value.why

    with ThreadPoolExecutor(4) as threads:
        assert all(why.startswith("took ") for why in threads.map(end, [*ENDLESS.values()][:4]))


def test_it_has_no_environment_and_can_open_nothing(
    draftsman: Draftsman, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("A_TOKEN", "set-before-the-process-began")
    fresh = Draftsman()
    try:
        for one in (draftsman, fresh):
            process = psutil.Process(one.pid)
            assert process.environ() == {}
            assert process.rlimit(psutil.RLIMIT_NOFILE) == (3, 3)
            assert process.rlimit(psutil.RLIMIT_FSIZE) == (0, 0)
            assert process.rlimit(psutil.RLIMIT_AS)[1] <= 256 * 1024 * 1024
            assert process.net_connections() == []
            assert process.open_files() == []
            assert process.cwd() == "/"
    finally:
        fresh.close()


def test_it_ends_with_whoever_started_it() -> None:
    program = "from monitor.drafting.process import Draftsman; print(Draftsman().pid, flush=True)"
    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60
    )
    with suppress(psutil.NoSuchProcess):
        psutil.Process(int(run.stdout)).wait(timeout=30)


def test_a_text_that_is_no_text_comes_through(draftsman: Draftsman) -> None:
    strange = {"trial": {"title": "\ud800\x00\u2028é"}}
    assert draftsman.draft({FILE: "{{ trial.title }}"}, FILE, "text", strange) == "\ufffd\né\n"

"""A message in a reader's own words; in ours wherever theirs fail."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from threading import Lock
from typing import Any

from monitor.core.errors import Misdrafted, Problem
from monitor.core.forms import file_of
from monitor.core.notification import Message
from monitor.drafting.folder import TemplateFolder, Templates
from monitor.drafting.process import SECONDS, Draftsman, Ended
from monitor.render.escape import cut, one_line
from monitor.render.message import MOST_OF_A_TITLE
from monitor.render.tainted import leak, tainted

_SINKS = {"title": "text", "txt": "text", "md": "markdown", "html": "html"}
_FIELDS = {"title": "title", "txt": "text", "md": "markdown", "html": "html"}
# A busy machine may be the reason once. A template for which the process had to be killed this often is left alone until it changes.
_KILLS = 2


_UNSAFE = (
    "there a registry's words could become a program: write values between tags, or within quotation marks"
)


class Drafter:
    """Drafts messages by the templates of a folder; may be asked by several threads. The process behind it is started when it is first
    needed. Close it at the end."""

    def __init__(self, folder: Path, seconds: float = SECONDS) -> None:
        self._folder = TemplateFolder(folder)
        self._seconds = seconds
        self._lock = Lock()
        self._draftsman: Draftsman | None = None
        self._templates: Templates | None = None
        self._kills: Counter[str] = Counter()

    def templates(self) -> Templates:
        """What is in the folder now."""
        return self._folder.read()

    def draft(
        self, template: str, built_in: Message, values: Mapping[str, Any]
    ) -> tuple[Message, tuple[Problem, ...]]:
        """`built_in` with those of its forms in the template's words that there are and that can be written; and what is wrong.

        `values` are plain: dict, list, str, int, float, bool, None. Never raises for what a template is or does.
        """
        with self._lock:
            templates = self._current()
            forms = templates.forms_of(template)
            if not forms:
                where = str(templates.folder)
                hint = f"write {file_of(template, 'txt')} there, or take “template: {template}” out"
                return built_in, (Problem(where, None, f"there is no template {template}", hint),)
            message, problems = built_in, []
            for form in forms:
                try:
                    text = self._text(templates, file_of(template, form), _SINKS[form], values)
                except Misdrafted as wrong:
                    problems.append(wrong.problem)
                except Ended as ended:
                    problems.append(self._too_much(templates, template, form, ended.why))
                    break
                else:
                    message = _with(message, form, text)
            return message, tuple(problems)

    def close(self) -> None:
        """End the process, if there is one."""
        with self._lock:
            if self._draftsman is not None:
                self._draftsman.close()
                self._draftsman = None

    def _current(self) -> Templates:
        templates = self._folder.read()
        if templates is not self._templates:
            self._templates = templates
            self._kills.clear()
        return templates

    def _text(self, templates: Templates, file: str, sink: str, values: Mapping[str, Any]) -> str:
        if file in templates.problems:
            raise Misdrafted(templates.problems[file])
        if self._kills[file] >= _KILLS:
            raise Misdrafted(_resting(templates, file))
        try:
            if self._draftsman is None:
                self._draftsman = Draftsman(self._seconds)
            text = self._draftsman.draft(templates.sources, file, sink, values)
            if sink == "html":
                where = leak(self._draftsman.draft(templates.sources, file, sink, tainted(values)))
                if where:
                    raise Misdrafted(Problem(file, None, f"puts a value {where}", _UNSAFE))
            return text
        except Ended:
            self._draftsman = None
            raise
        except Misdrafted as wrong:
            problem = wrong.problem
            raise Misdrafted(replace(problem, file=str(templates.folder / problem.file))) from None

    def _too_much(self, templates: Templates, template: str, form: str, why: str) -> Problem:
        file = file_of(template, form)
        self._kills[file] += 1
        return Problem(str(templates.folder / file), None, why, "does it loop in a loop, or grow a text?")


def _resting(templates: Templates, file: str) -> Problem:
    return Problem(
        str(templates.folder / file),
        None,
        f"had to be stopped {_KILLS} times and is left alone",
        "it is tried again when a file of the folder changes",
    )


def _with(message: Message, form: str, text: str) -> Message:
    if form == "title":
        title = cut(one_line(text, 2 * MOST_OF_A_TITLE), MOST_OF_A_TITLE)
        return replace(message, title=title) if title else message
    if form == "txt":
        return replace(message, text=text)
    return replace(message, markdown=text) if form == "md" else replace(message, html=text)

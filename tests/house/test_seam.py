"""A further source of papers costs a folder in `sources/`, its rules, and nothing elsewhere: no other code knows one by its name."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.discovery import literature

MONITOR = Path(__file__).parents[2] / "monitor"
# Rules may speak of services in words and examples; the embedded ones stand in for them. `config` gives samples, and says in whose words a
# publications watch is written.
MAY_NAME_ONE = {"sources", "rules", "embedded", "config"}
NAME = re.compile(rf"\b(?:{'|'.join(literature())})\b")


def told_by_name(tree: ast.AST) -> Iterator[str]:
    """The texts in some code, other than its docstrings, that hold the name of a source of papers."""
    prose = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    texts = (node for node in ast.walk(tree) if isinstance(node, ast.Constant) and id(node) not in prose)
    yield from (one.value for one in texts if isinstance(one.value, str) and NAME.search(one.value))


def test_a_name_is_seen_where_there_is_one() -> None:
    code = 'def f():\n    "Of pubmed."\n    return sql("ORDER BY source = \'pubmed\'")\n'
    assert list(told_by_name(ast.parse(code))) == ["ORDER BY source = 'pubmed'"]


@pytest.mark.parametrize(
    "floor", sorted(one.name for one in MONITOR.iterdir() if one.is_dir() and one.name not in MAY_NAME_ONE)
)
def test_no_floor_knows_a_source_of_papers_by_its_name(floor: str) -> None:
    for path in (MONITOR / floor).rglob("*.py"):
        assert list(told_by_name(ast.parse(path.read_text(encoding="utf-8")))) == [], path

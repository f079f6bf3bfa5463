"""Nothing in the package only pretends: no stub, no postponed work, no mock, no crash point that no test passes."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house.crash_points import crash_points

REPOSITORY = Path(__file__).parents[2]
MODULES = sorted((REPOSITORY / "monitor").rglob("*.py"))
TESTS = [
    path
    for folder in ("tests", "benchmarks")
    for path in sorted((REPOSITORY / folder).rglob("*.py"))
    if path != Path(__file__)
]
POSTPONED = re.compile(r"\b(TODO|FIXME|XXX|HACK|NotImplementedError|NotImplemented)\b")


def name(path: Path) -> str:
    return str(path.relative_to(REPOSITORY))


def _is_docstring(node: ast.stmt) -> bool:
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )


def _does_nothing(node: ast.stmt) -> bool:
    return isinstance(node, ast.Pass) or (
        isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and node.value.value is Ellipsis
    )


def _is_protocol(node: ast.AST) -> bool:
    return isinstance(node, ast.ClassDef) and any("Protocol" in ast.unparse(base) for base in node.bases)


def hollow(tree: ast.AST, within_protocol: bool = False) -> Iterator[str]:
    """The functions whose body is nothing. A protocol's methods have no body, an empty one may say in its docstring why."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            rest = [one for one in node.body if not _is_docstring(one)]
            explained = len(rest) < len(node.body)
            overload = any("overload" in ast.unparse(one) for one in node.decorator_list)
            if all(map(_does_nothing, rest)) and not (
                within_protocol or overload or (explained and not rest)
            ):
                yield node.name
        yield from hollow(node, _is_protocol(node))


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_no_module_puts_work_off(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert POSTPONED.findall(text) == []
    assert list(hollow(ast.parse(text))) == []


def test_a_hollow_function_would_be_noticed() -> None:
    source = '''
class Seam(Protocol):
    def ask(self) -> int: ...

class Quiet:
    def log_message(self) -> None:
        """Quiet on purpose."""

    def stub(self) -> None:
        """Will send one day."""
        pass

def other() -> None: ...
'''
    assert list(hollow(ast.parse(source))) == ["stub", "other"]


@pytest.mark.parametrize("path", TESTS, ids=name)
def test_no_test_uses_mocks(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    imported = {
        module
        for node in ast.walk(ast.parse(text))
        for module in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [f"{node.module}.{alias.name}" for alias in node.names]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }
    assert not {module for module in imported if module.startswith(("unittest.mock", "mock"))}


def test_every_crash_point_is_passed_by_a_journey() -> None:
    """A journey names each point, or takes them all from tests/house/crash_points.py."""
    points = crash_points()
    assert points, "the store and the jobs have crash points"
    journeys = "\n".join(
        path.read_text(encoding="utf-8") for path in (REPOSITORY / "tests" / "journeys").glob("*.py")
    )
    if "import crash_points" not in journeys:
        assert {point: module for point, module in points.items() if f'"{point}"' not in journeys} == {}

"""Readers' own templates: a small part of Jinja2, over plain values, every value escaped for the place it goes to.

What a template may contain is listed, not what it may not: a construct that a later Jinja2 brings is refused until somebody has thought
about it. This bounds *what* a template can reach. It cannot bound how long it runs or how much memory it takes, so nothing here is called
but in a process that may be killed (`monitor/drafting/`).
"""

from collections.abc import Callable, Mapping
from typing import Any

from jinja2 import (
    FunctionLoader,
    StrictUndefined,
    TemplateError,
    TemplateNotFound,
    TemplateSyntaxError,
    nodes,
)
from jinja2.exceptions import SecurityError
from jinja2.runtime import Context, LoopContext
from jinja2.sandbox import ImmutableSandboxedEnvironment

from monitor.core.errors import Misdrafted, Problem
from monitor.render.escape import cut, one_line
from monitor.render.sinks import FORMS, Ours, Sink

MOST_OF_A_TEXT = 256 * 1024
REFERENCE = "docs/reference/templates.md says what there is"

# No macros and no blocks that are kept in a variable: what they give would be escaped twice. No `autoescape`, which could turn it off.
_CONSTRUCTS = frozenset(
    "Template Output TemplateData Name Const List Tuple Dict Pair Keyword CondExpr Filter Test Call Getitem Getattr Slice Concat Compare "
    "Operand Mul Div FloorDiv Add Sub Not And Or Neg Pos For If Assign With Include Extends Block".split()
)
FILTERS = (
    "abs batch capitalize count d default dictsort first float groupby int items join last length list lower map max min reject rejectattr "
    "replace reverse round select selectattr slice sort string sum title trim truncate unique upper wordcount"
).split()
METHODS: Mapping[type, frozenset[str]] = {
    dict: frozenset("get items keys values".split()),
    str: frozenset(
        "capitalize casefold count endswith find lower removeprefix removesuffix replace split splitlines startswith strip lstrip rstrip "
        "title upper isdigit isalpha".split()
    ),
    LoopContext: frozenset(
        "index index0 revindex revindex0 first last length previtem nextitem changed cycle depth depth0".split()
    ),
}
_NOT_NAMES = frozenset({"self", "super", "caller", "varargs", "kwargs"})
_LARGEST_NUMBER = 10**30


def draft(sources: Mapping[str, str], name: str, sink: Sink, values: Mapping[str, Any]) -> str:
    """The text that the template `name` gives for `values` (dict, list, str, int, float, bool and None only, all the way down).

    `sources` are the templates of the folder by their file names; a template may include and extend these and no others. Raises
    Misdrafted, with the line, for whatever is wrong with the template.
    """
    try:
        return _written(_Sandbox(sources, sink), name, values)
    except Misdrafted:
        raise
    except TemplateSyntaxError as error:
        raise _misdrafted(error.name or name, error.lineno, error.message or "is not understood") from None
    except RecursionError:
        raise Misdrafted(
            Problem(name, None, "goes too deep: does a template include itself?", "take the circle out")
        ) from None
    except TemplateNotFound as error:
        file, line = _place(error, sources, name)
        hint = "put it beside this one: templates include only files of their own folder"
        raise Misdrafted(
            Problem(file, line, f"there is no template {one_line(repr(error.name), 80)}", hint)
        ) from None
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001 - a template may raise whatever its expressions raise: TypeError, ZeroDivisionError …
        file, line = _place(error, sources, name)
        raise _misdrafted(file, line, str(error) or type(error).__name__) from None


def _written(environment: "_Sandbox", name: str, values: Mapping[str, Any]) -> str:
    pieces, room = [], MOST_OF_A_TEXT
    for piece in environment.get_template(name).generate(values):
        room -= len(piece)
        if room < 0:
            message = f"writes more than {MOST_OF_A_TEXT // 1024} KB"
            raise Misdrafted(
                Problem(name, None, message, "show fewer trials: {% for trial in trials[:20] %}")
            )
        pieces.append(piece)
    return "".join(pieces).strip("\n") + "\n"


def _misdrafted(file: str, line: int | None, message: str) -> Misdrafted:
    hint = REFERENCE
    if "No filter named" in message or "No test named" in message:
        message = message.rstrip(".").replace("No ", "there is no ").replace(" named ", " ")
    return Misdrafted(Problem(file, line, cut(one_line(message, 300), 300), hint))


def _place(error: BaseException, sources: Mapping[str, str], name: str) -> tuple[str, int | None]:
    """The file and line of the folder's templates in which an error came about: the innermost."""
    found: tuple[str, int | None] = (name, None)
    trace = error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename in sources:
            found = (trace.tb_frame.f_code.co_filename, trace.tb_lineno)
        trace = trace.tb_next
    return found


class _Missing(StrictUndefined):
    """A name that is not there: whatever is done with it but ask `is defined` is a mistake, told with what there would be."""

    @property
    def _undefined_message(self) -> str:
        name = one_line(str(self._undefined_name), 60)
        if isinstance(self._undefined_obj, dict):
            there = ", ".join(sorted(str(key) for key in self._undefined_obj))
            return f"there is no “{name}” here, but: {cut(there, 160)}"
        if isinstance(self._undefined_obj, str | int | float | list | None):
            return f"there is no “{name}”" + ("" if self._undefined_obj is None else " in this value")
        return f"there is no “{name}”"


class _Sandbox(ImmutableSandboxedEnvironment):
    """Jinja2 with what is listed above and nothing else."""

    def __init__(self, sources: Mapping[str, str], sink: Sink) -> None:
        form = FORMS[sink]
        super().__init__(
            loader=FunctionLoader(lambda name: (sources[name], name, None) if name in sources else None),
            autoescape=form.autoescape,
            undefined=_Missing,
            finalize=_finalize(form.escape),
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
        )
        self.filters = {name: self.filters[name] for name in FILTERS}
        self.globals = {"range": self.globals["range"]}

    intercepted_binops = frozenset({"*"})

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        """`*` is for numbers: `"a" * 500000000` is a way to fill the memory."""
        if not isinstance(left, int | float) or not isinstance(right, int | float):
            raise SecurityError("only numbers can be multiplied")
        if max(abs(left), abs(right)) > _LARGEST_NUMBER:
            raise SecurityError("these numbers are too large to be multiplied")
        return left * right

    def getattr(self, obj: Any, attribute: str) -> Any:
        """A key of a mapping, or a method that is listed; never any other attribute of an object."""
        _not_undefined(obj)
        if isinstance(obj, dict) and attribute in obj:
            return obj[attribute]
        for kind, names in METHODS.items():
            if isinstance(obj, kind) and attribute in names:
                return getattr(obj, attribute)
        return self.undefined(obj=obj, name=attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        """An item of a list, a key of a mapping, a slice; never an attribute."""
        _not_undefined(obj)
        try:
            return obj[argument]
        except (TypeError, LookupError):
            return self.undefined(obj=obj, name=argument)

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        tree = super()._parse(source, name, filename)
        _refuse_what_is_not_listed(tree, name)
        return tree


def _not_undefined(obj: object) -> None:
    """Raise UndefinedError for a name that is not there: the first one in `trial.nmae.first` is the one to speak of."""
    if isinstance(obj, StrictUndefined):
        str(obj)


def _finalize(escape: Callable[[str], str]) -> Callable[[object], object]:
    def finalize(value: object) -> object:
        if isinstance(value, Ours):
            return value
        if isinstance(
            value, str | int | float | StrictUndefined
        ):  # the text of what is undefined is an error of its own
            return escape(str(value))
        if value is None:
            return ""
        raise TemplateError(
            f"a {_KINDS.get(type(value), 'value of this kind')} cannot be written out as it is"
        )

    return finalize


_KINDS: Mapping[type, str] = {dict: "mapping", list: "list", tuple: "list"}


def _refuse_what_is_not_listed(tree: nodes.Template, name: str | None) -> None:
    line = 1
    for node in tree.find_all(nodes.Node):
        kind, line = type(node).__name__, node.lineno or line
        refused = kind not in _CONSTRUCTS
        if isinstance(node, nodes.Name):
            refused, kind = node.name in _NOT_NAMES, node.name
        elif isinstance(node, nodes.For) and node.recursive:
            refused, kind = True, "a recursive for"
        if refused:
            raise TemplateSyntaxError(
                f"{_SPELT.get(kind, kind)} cannot be used here", node.lineno, name, name
            )


_SPELT = {
    "Macro": "{% macro %}",
    "CallBlock": "{% call %}",
    "FilterBlock": "{% filter %}",
    "AssignBlock": "{% set … %} … {% endset %}",
    "Import": "{% import %}",
    "FromImport": "{% from … import %}",
    "ScopedEvalContextModifier": "{% autoescape %}",
    "EvalContextModifier": "{% autoescape %}",
    "Pow": "**",
    "Mod": "%",
    "NSRef": "namespace",
}

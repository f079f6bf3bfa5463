"""XML that leaves no doubt: well-formed, without a document type of its own, without entities beyond XML's five.

PubMed's answers name a DTD by its address, which is harmless as long as nobody fetches it; what stands between the brackets of a DOCTYPE is
an instruction to the parser, and is refused. So is an entity that only a DTD could explain: a parser would silently leave it out.
"""

from typing import TYPE_CHECKING

from monitor.core.errors import Unreadable

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

DEEPEST = 100


def parse_xml(raw: bytes) -> "Element":
    """The root of an XML text. Raises Unreadable for everything that is not exactly one well-formed document."""
    from xml.etree.ElementTree import TreeBuilder
    from xml.parsers import expat

    builder = TreeBuilder()
    parser = expat.ParserCreate()
    parser.buffer_text = True
    depth = 0

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > DEEPEST:
            raise Unreadable(f"the answer is nested deeper than {DEEPEST} levels")
        builder.start(tag, attributes)

    def end(tag: str) -> None:
        nonlocal depth
        depth -= 1
        builder.end(tag)

    def doctype(name: str, system: str | None, public: str | None, has_internal_subset: bool) -> None:
        if has_internal_subset:
            raise Unreadable("the answer brings a document type of its own")

    def refuse(*_: object) -> int:
        raise Unreadable("the answer uses an entity that XML does not have")

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = builder.data
    parser.StartDoctypeDeclHandler = doctype
    parser.EntityDeclHandler = refuse
    parser.SkippedEntityHandler = refuse
    parser.ExternalEntityRefHandler = refuse
    try:
        parser.Parse(raw, True)
    except expat.ExpatError as error:
        raise Unreadable(_what_it_is(raw)) from error
    return builder.close()


def _what_it_is(raw: bytes) -> str:
    start = raw[:200].lstrip().lower()
    if not start:
        return "the answer is empty"
    if start.startswith((b"<html", b"<!doctype html")):
        return "the answer is an HTML page, not data"
    return "the answer is not well-formed XML"

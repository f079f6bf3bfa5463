"""XML is read where it means one thing, and refused where it tries to instruct the parser."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.core.errors import Unreadable
from monitor.sources._safe_xml import DEEPEST, parse_xml

LAUGHS = (
    '<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">'
)


def test_a_document_type_that_only_names_a_dtd_is_passed_over() -> None:
    root = parse_xml(
        b'<?xml version="1.0"?><!DOCTYPE a PUBLIC "-//X//EN" "https://x.invalid/a.dtd"><a>1 &lt; 2 &#946;</a>'
    )
    assert (root.tag, root.text) == ("a", "1 < 2 \u03b2")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (f"<!DOCTYPE a [{LAUGHS}]><a>&c;</a>", "document type of its own"),
        ('<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>', "document type of its own"),
        ('<!DOCTYPE a [<!ENTITY % b SYSTEM "http://127.0.0.1/b">%b;]><a/>', "document type of its own"),
        ("<!DOCTYPE a []><a/>", "document type of its own"),
        ('<!DOCTYPE a SYSTEM "a.dtd"><a>lost &nbsp; words</a>', "entity that XML does not have"),
        ("<a>&nbsp;</a>", "not well-formed"),
        ("<a>", "not well-formed"),
        ("<a/><b/>", "not well-formed"),
        ("", "is empty"),
        ("<!DOCTYPE html><p>Down<br></p>", "HTML page"),
        ("<a>" * (DEEPEST + 1), "nested deeper"),
    ],
)
def test_whatever_leaves_a_doubt_is_refused(text: str, why: str) -> None:
    with pytest.raises(Unreadable, match=why):
        parse_xml(text.encode())


@given(st.binary(max_size=100))
def test_any_bytes_are_read_or_refused(raw: bytes) -> None:
    try:
        root = parse_xml(raw)
    except Unreadable:
        return
    assert root.tag

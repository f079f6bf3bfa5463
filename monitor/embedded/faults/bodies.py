"""Faults of the body: cut, wrongly compressed, not the JSON that it should be."""

import gzip
import random
import re
from collections.abc import Callable

from monitor.embedded.answers import VERSION, Answer
from monitor.embedded.exchange import Exchange, head
from monitor.embedded.faults.declare import fault
from monitor.embedded.records import Part, gzip_of

_JSON = {"Content-Type": "application/json"}
_GZIP = {**_JSON, "Content-Encoding": "gzip"}


def _compressed(exchange: Exchange) -> bytes:
    return gzip_of(exchange.honest().parts)


def _framed(exchange: Exchange, headers: dict[str, str], body: bytes) -> None:
    exchange.send(head(200, {**headers, "Content-Length": str(len(body))}) + body)


def _unframed(exchange: Exchange, headers: dict[str, str], body: bytes) -> None:
    exchange.send(head(200, {**headers, "Connection": "close"}) + body)
    exchange.close()


@fault("framing")
def cut_gzip(exchange: Exchange) -> None:
    """Half of a gzip body, with the Content-Length of that half."""
    body = _compressed(exchange)
    _framed(exchange, _GZIP, body[: len(body) // 2])


@fault("framing")
def cut_gzip_closed(exchange: Exchange) -> None:
    """Half of a gzip body without any length, then the connection is closed."""
    body = _compressed(exchange)
    _unframed(exchange, _GZIP, body[: len(body) // 2])


@fault("framing")
def cut_body(exchange: Exchange) -> None:
    """Half of the body under the Content-Length of all of it, then the connection is closed."""
    body = exchange.honest().body
    exchange.send(head(200, {**_JSON, "Content-Length": str(len(body))}) + body[: len(body) // 2])
    exchange.close()


@fault("framing")
def unframed_cut(exchange: Exchange) -> None:
    """Neither length nor chunks, and the body ends behind half of its lines: between two records where there are some."""
    body = exchange.honest().body
    lines = body.splitlines(keepends=True)
    kept = b"".join(lines[: (len(lines) + 1) // 2]) if len(lines) > 1 else body[: len(body) // 2]
    _unframed(exchange, _JSON, kept)


@fault("framing")
def chunked_cut(exchange: Exchange) -> None:
    """A chunked body without its last chunk, then the connection is closed."""
    body = exchange.honest().body
    half = body[: len(body) // 2]
    exchange.send(
        head(200, {**_JSON, "Transfer-Encoding": "chunked"}) + b"%x\r\n" % len(half) + half + b"\r\n"
    )
    exchange.close()


@fault("framing")
def empty_200(exchange: Exchange) -> None:
    """200 with a body of no bytes."""
    _framed(exchange, _JSON, b"")


@fault("encoding")
def corrupt_gzip(exchange: Exchange) -> None:
    """A gzip body of the right length whose checksum does not fit."""
    body = bytearray(_compressed(exchange))
    body[-8] ^= 0xFF
    _framed(exchange, _GZIP, bytes(body))


@fault("encoding")
def wrong_encoding_label(exchange: Exchange) -> None:
    """A plain body that is labelled as gzip."""
    _framed(exchange, _GZIP, exchange.honest().body)


@fault("encoding")
def double_gzip(exchange: Exchange) -> None:
    """A body compressed twice and labelled once."""
    _framed(exchange, _GZIP, gzip.compress(_compressed(exchange), mtime=0))


_MEGABYTE = Part(b" " * 1_000_000, level=9)


@fault("encoding")
def bomb(exchange: Exchange) -> None:
    """Sound JSON of 200 MB, nearly all of it blanks, compressed to about 200 kB."""
    opening, closing = Part(b'{"studies":['), Part(b"]}")
    _framed(exchange, _GZIP, gzip_of([opening, *[_MEGABYTE] * 200, closing]))


def _altered(exchange: Exchange, alter: Callable[[bytes], bytes]) -> None:
    found = exchange.honest()
    exchange.deliver(Answer(found.status, [Part(alter(found.body))], "application/json", found.headers))


_FIRST_OBJECT = re.compile(rb'^\{(?:"totalCount":\d+,)?(?:"studies":\[\n\{)?')


def _inject(body: bytes, member: bytes) -> bytes:
    """`member`, with a comma behind it, as the first of the first study or of the whole answer."""
    return _FIRST_OBJECT.sub(lambda start: start.group() + member, body, count=1)


def _instead_of_a_number(body: bytes, value: bytes) -> bytes:
    """`value` in place of the enrolment, or as a new member if there is none."""
    altered, times = re.subn(rb'("enrollmentInfo":\{"count":)\d+', rb"\g<1>" + value, body, count=1)
    return altered if times else _inject(body, b'"count":' + value + b",")


@fault("json")
def garbage(exchange: Exchange) -> None:
    """Random bytes, labelled as JSON."""
    noise = random.Random(8350).randbytes(4096)
    _altered(exchange, lambda body: b"\xff" + noise)


@fault("json")
def not_utf8(exchange: Exchange) -> None:
    """An e with an acute accent in latin-1, in a string of the first record."""
    _altered(exchange, lambda body: re.sub(rb'("[A-Za-z]+":")', rb"\g<1>" + b"\xe9", body, count=1))


@fault("json")
def nan(exchange: Exchange) -> None:
    """NaN where a number belongs."""
    _altered(exchange, lambda body: _instead_of_a_number(body, b"NaN"))


@fault("json")
def duplicate_keys(exchange: Exchange) -> None:
    """A key that comes twice in one object, with different values."""
    version = exchange.request.path == VERSION
    twin = b'"dataTimestamp":"1999-12-31T09:00:05",' if version else b'"hasResults":true,"hasResults":false,'
    _altered(exchange, lambda body: _inject(body, twin))


@fault("json")
def lone_surrogate(exchange: Exchange) -> None:
    """Half of a surrogate pair, escaped, in a string of the first record."""
    _altered(exchange, lambda body: _inject(body, b'"note":"\\ud800",'))


@fault("json")
def deep_nesting(exchange: Exchange) -> None:
    """Two hundred thousand lists in one another."""
    depth = 200_000
    _altered(exchange, lambda body: _inject(body, b'"deep":' + b"[" * depth + b"]" * depth + b","))


@fault("json")
def huge_integer(exchange: Exchange) -> None:
    """An integer of five thousand digits where a number belongs."""
    _altered(exchange, lambda body: _instead_of_a_number(body, b"9" * 5000))


@fault("json", harmless=True)
def bom(exchange: Exchange) -> None:
    """A byte order mark before sound JSON."""
    _altered(exchange, lambda body: b"\xef\xbb\xbf" + body)

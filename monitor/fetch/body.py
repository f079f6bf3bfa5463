"""A body as it comes off the wire → bytes that are proven whole, or `Unreadable`.

HTTP libraries hand out half a gzip stream, or a body that ends where the connection happened to end, without a word.
Half an answer that looks like a whole one would be a change invented, so here everything that cannot be proven is refused.
"""

import zlib
from collections.abc import Iterable, Mapping

from monitor.core.errors import TooLarge, Unreadable

_GZIP_MAGIC = b"\x1f\x8b"


def require_framing(headers: Mapping[str, str]) -> None:
    """Refuse an answer whose end nobody announced: it cannot be told from one that was cut."""
    chunked = headers.get("transfer-encoding", "").strip().lower()
    if chunked and chunked != "chunked":
        raise Unreadable(
            f"the answer is framed in a way that we do not read: Transfer-Encoding {chunked[:40]!r}"
        )
    if bool(chunked) == ("content-length" in headers):
        raise Unreadable(
            "the answer is framed twice: by length and by chunks"
            if chunked
            else "the answer is unframed: neither its length nor chunks say where it ends"
        )


def read_body(chunks: Iterable[bytes], encoding: str, raw_limit: int, limit: int) -> bytes:
    """The decompressed body. `encoding` is the Content-Encoding header; limits are bytes before and after decompression."""
    encoding = encoding.strip().lower()
    if encoding in ("", "identity"):
        return _plain(_limited(chunks, raw_limit), limit)
    if encoding in ("gzip", "x-gzip"):
        return _gunzipped(_limited(chunks, raw_limit), limit)
    raise Unreadable(f"the answer is compressed in a way that was not asked for: {encoding[:40]!r}")


def _limited(chunks: Iterable[bytes], limit: int) -> Iterable[bytes]:
    total = 0
    for chunk in chunks:
        total += len(chunk)
        if total > limit:
            raise _too_large(limit)
        yield chunk


def _plain(chunks: Iterable[bytes], limit: int) -> bytes:
    body = b"".join(chunks)
    if len(body) > limit:
        raise _too_large(limit)
    return body


def _gunzipped(chunks: Iterable[bytes], limit: int) -> bytes:
    gunzip = zlib.decompressobj(wbits=31)
    parts: list[bytes] = []
    room = limit
    try:
        for chunk in chunks:
            if gunzip.eof:
                raise Unreadable("the answer goes on after its compressed part has ended")
            part = gunzip.decompress(chunk, room + 1)
            room -= len(part)
            if room < 0:
                raise _too_large(limit)
            parts.append(part)
    except zlib.error as error:
        raise Unreadable("the answer's compression is damaged") from error
    if not gunzip.eof:
        raise Unreadable("the answer's compressed part is cut off")
    if gunzip.unused_data:
        raise Unreadable("the answer goes on after its compressed part has ended")
    body = b"".join(parts)
    if body.startswith(_GZIP_MAGIC):
        raise Unreadable("the answer is compressed twice")
    return body


def _too_large(limit: int) -> TooLarge:
    """The answer is longer than anything we ask for."""
    return TooLarge(f"the answer is longer than {limit / 2**20:g} MiB")

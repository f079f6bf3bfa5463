"""The stored body of a module: whole, or thinned to what makes it another than an older one; either way the same bytes come back.

A thinned body is a zero, which no zlib stream begins with, and then compressed: a line of JSON (the checksum of the whole, then for each
stretch how many new bytes come first, and from where how many of the old ones follow), and behind the line the new bytes.
"""

import zlib
from collections.abc import Iterator
from typing import Any

import orjson

_MARK = b"\x00"
# Bytes that must be the same in a row before copying them pays.
_BLOCK = 32
# A thinned body must be smaller by half: else the whole one stays, and later ones are rebuilt from it.
_WORTH = 2

_Stretch = tuple[int, int, int]  # new bytes, then: from where in the old ones, and how many of them

# Joined behind `module_versions AS m`: `base.body` is what `body_of` wants beside `m.body`.
WITH_BASE = (
    "LEFT JOIN thinned ON thinned.id = m.id LEFT JOIN module_versions AS base ON base.id = thinned.base"
)


def is_thinned(body: bytes) -> bool:
    """Whether a stored body needs another to be read."""
    return body[:1] == _MARK


def body_of(body: bytes, base: bytes | None) -> Any:
    """What a stored body holds. `base` is the stored body that it is rebuilt from, None for a whole one.

    Raises zlib.error or ValueError where either is damaged, or they do not belong together.
    """
    return orjson.loads(_bytes_of(body, base))


def _bytes_of(body: bytes, base: bytes | None) -> bytes:
    if not is_thinned(body):
        return zlib.decompress(body)
    if base is None:
        raise ValueError("what it is rebuilt from is not there")
    return _applied(zlib.decompress(base), zlib.decompress(body[1:]))


def thin(body: bytes, base: bytes) -> bytes | None:
    """A whole body as what makes it another than the whole `base`; None where that saves less than half, or would not give it back."""
    old, new = zlib.decompress(base), zlib.decompress(body)
    head: list[int] = [zlib.crc32(new)]
    literal = bytearray()
    position = 0
    for fresh, since, count in _stretches(old, new):
        head += (fresh, since, count)
        literal += new[position : position + fresh]
        position += fresh + count
    thinned = _MARK + zlib.compress(orjson.dumps(head) + b"\n" + literal, 9)
    if len(thinned) * _WORTH > len(body) or _bytes_of(thinned, base) != new:
        return None
    return thinned


def _stretches(old: bytes, new: bytes) -> Iterator[_Stretch]:
    """How the new bytes are made of the old ones: every block of the old ones is looked for at every place of the new that is not yet
    explained. Takes time in proportion to both, whatever they hold."""
    places: dict[bytes, int] = {}
    for at in range(0, len(old) - _BLOCK + 1, _BLOCK):
        places.setdefault(old[at : at + _BLOCK], at)
    begun = position = expected = 0
    while position < len(new):
        since = places.get(new[position : position + _BLOCK])
        # Where it goes on as before, the old bytes from there are the likeliest.
        if new[position : position + _BLOCK] == old[expected : expected + _BLOCK]:
            since = expected
        if since is None:
            position += 1
            expected += 1
            continue
        while position > begun and since and new[position - 1] == old[since - 1]:
            position, since = position - 1, since - 1
        count = _alike(old, since, new, position)
        yield position - begun, since, count
        begun = position = position + count
        expected = since + count
    if begun < len(new):
        yield len(new) - begun, 0, 0


def _alike(old: bytes, since: int, new: bytes, position: int) -> int:
    """How many bytes are the same from there on."""
    most = min(len(old) - since, len(new) - position)
    low = 0
    step = _BLOCK
    while low < most and step:
        step = min(step, most - low)
        if old[since + low : since + low + step] == new[position + low : position + low + step]:
            low, step = low + step, step * 2
        else:
            step //= 2
    return low


def _applied(old: bytes, difference: bytes) -> bytes:
    line, _, literal = difference.partition(b"\n")
    checksum, *numbers = orjson.loads(line)
    new = bytearray()
    taken = 0
    for fresh, since, count in zip(numbers[::3], numbers[1::3], numbers[2::3], strict=True):
        new += literal[taken : taken + fresh] + old[since : since + count]
        taken += fresh
    if zlib.crc32(new) != checksum:
        raise ValueError("it does not belong to what it is rebuilt from")
    return bytes(new)

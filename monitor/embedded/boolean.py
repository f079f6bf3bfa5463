"""Boolean questions as PubMed and Europe PMC take them: words, phrases and fields, joined by AND, OR and NOT, in brackets.

Read from left to right. A word may be left out, as PubMed does with what it has never seen: it then neither adds nor takes away.
"""

import re
from collections.abc import Callable

Found = set[int] | None
Atom = Callable[[str], Found]


class NoQuestion(ValueError):
    """It cannot be read; the message says where."""


def answer(text: str, atoms: re.Pattern[str], atom: Atom, everything: set[int]) -> Found:
    """What a question finds among `everything`. `atoms` are its smallest parts, `atom` says what one of them finds; None: left out."""
    tokens = [found for found in re.findall(rf"[()]|{atoms.pattern}|\S", text) if found.strip()]
    found, rest = _joined(tokens, atom, everything)
    if rest:
        raise NoQuestion(f"unexpected {rest[0]!r}")
    return found


def _joined(tokens: list[str], atom: Atom, everything: set[int]) -> tuple[Found, list[str]]:
    found: Found = None
    joint, first = "AND", True
    while tokens and tokens[0] != ")":
        if not first and tokens[0] in ("AND", "OR", "NOT"):
            joint, tokens = tokens[0], tokens[1:]
            if tokens[:1] == ["NOT"] and joint == "AND":
                joint, tokens = "NOT", tokens[1:]
        if not tokens or tokens[0] in ("AND", "OR", ")"):
            raise NoQuestion(f"nothing behind {joint}")
        if tokens[0] == "(":
            part, tokens = _joined(tokens[1:], atom, everything)
            if tokens[:1] != [")"]:
                raise NoQuestion("a bracket is not closed")
            tokens = tokens[1:]
        else:
            part, tokens = atom(tokens[0]), tokens[1:]
        found = part if found is None and joint != "NOT" else _both(found, part, joint, everything)
        joint, first = "AND", False
    return found, tokens


def _both(left: Found, right: Found, joint: str, everything: set[int]) -> Found:
    if right is None:
        return left
    left = everything if left is None else left
    return left | right if joint == "OR" else left - right if joint == "NOT" else left & right

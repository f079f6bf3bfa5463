"""Secrets that sing: whatever a test needs as a secret it takes from here, and `tests/canaries.py` looks for them wherever anything was
written or said. They share one word, so that one search finds them all, in a URL, in JSON, in base64 and in capitals.

The word is put together when it is asked for: it stands in no source file, so a copy of the sources is no leak.
"""

import base64
import re
from pathlib import Path

STEM = "".join(("sing", "4n0t", "bird"))

TOKEN = f"{STEM}token"
USER = f"{STEM}user"
# With what has to be written otherwise in a URL, in JSON, in a shell.
PASSWORD = f'{STEM}pass/w%rd"{STEM}'
PATH = f"{STEM}path"
HEADER = f"{STEM}header"
PARAMETER = f"{STEM}parameter"
HOST = f"{STEM}host"
WORD = f"{STEM.upper()}WORD"
# Of a signed web hook: at least 24 bytes, as Standard Webhooks asks for.
WEBHOOK_SECRET = "whsec_" + base64.b64encode(f"{STEM}-of-a-signed-hook".encode()).decode()
OLD_WEBHOOK_SECRET = "whsec_" + base64.b64encode(f"{STEM}-of-an-older-hook".encode()).decode()


def _inside_base64(text: str) -> set[str]:
    """What is surely there of a text within something that was written in base64, wherever in it the text begins."""
    found = set()
    for before in range(3):
        whole = base64.b64encode(b"\0" * before + text.encode()).decode().rstrip("=")
        # The first and the last letters also stand for what is before and behind.
        found.add(whole[(before * 8 + 5) // 6 : len(whole) - 1])
    return found


_NEEDLE = re.compile(f"{STEM}|{STEM.encode().hex()}".encode(), re.IGNORECASE)
_CODED = re.compile("|".join(map(re.escape, sorted(_inside_base64(STEM)))).encode())

# Where a person writes secrets down: these files are theirs.
_OWN_NAMES = frozenset({"trialmon.yaml"})
_OWN_FOLDERS = frozenset({"watchlists", "credentials", "templates"})


def sings(content: bytes | str) -> str:
    """The surroundings of a secret in what was written or said, the secret among them; empty if there is none."""
    raw = content.encode("utf-8", "surrogatepass") if isinstance(content, str) else content
    found = _NEEDLE.search(raw) or _CODED.search(raw)
    if found is None:
        return ""
    around = raw[max(found.start() - 60, 0) : found.end() + 40].decode("utf-8", "replace")
    return " ".join(around.split()) or "?"


def is_their_own_place(path: Path) -> bool:
    """Whether a file is one in which secrets belong."""
    return path.name in _OWN_NAMES or path.parent.name in _OWN_FOLDERS

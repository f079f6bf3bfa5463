"""The few files that a browser loads beside the pages: our style, our mark, and htmx. Each has its contents' digest in its address,
so that a browser may keep it for ever and never shows a page with another version's style."""

from functools import cache
from hashlib import blake2b
from importlib.util import find_spec
from pathlib import Path

_OURS = Path(__file__).parent / "static"
_TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}


@cache
def _contents() -> dict[str, bytes]:
    files = {path.name: path.read_bytes() for path in sorted(_OURS.iterdir()) if path.suffix in _TYPES}
    # The package is htmx as a wheel. It is found, never imported: its Python side is for another framework.
    package = find_spec("js_lib_htmx")
    if package is None or package.origin is None:
        raise FileNotFoundError("the package django-js-lib-htmx, which holds htmx, is not installed")
    return {
        **files,
        "htmx.min.js": Path(package.origin).with_name("static").joinpath("htmx", "htmx.min.js").read_bytes(),
    }


@cache
def _digests() -> dict[str, str]:
    return {name: blake2b(body, digest_size=6).hexdigest() for name, body in _contents().items()}


def address(name: str) -> str:
    """Where a file is: `/static/1f2e…/style.css`. Raises KeyError for a file that is not there."""
    return f"/static/{_digests()[name]}/{name}"


def asset(digest: str, name: str) -> tuple[bytes, str] | None:
    """A file's contents and media type; None if there is no such file with such contents."""
    if _digests().get(name) != digest:
        return None
    return _contents()[name], _TYPES[Path(name).suffix]

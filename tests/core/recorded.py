"""Recorded registry data, read by the shortest way (see the fixture `registry_data`)."""

import json
import lzma
from collections.abc import Iterator
from pathlib import Path
from typing import Any


def lines(file: Path) -> Iterator[Any]:
    """Every line of a compressed JSON Lines file."""
    with lzma.open(file, "rt", encoding="utf-8") as stream:
        for line in stream:
            yield json.loads(line)


def successive(folder: Path) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """The pairs (before, after) of successive captures of one trial."""
    newest: dict[str, Any] = {}
    for capture in lines(folder / "replay.jsonl.xz"):
        study = capture["study"]
        number = study["protocolSection"]["identificationModule"]["nctId"]
        if number in newest:
            yield newest[number], study
        newest[number] = study

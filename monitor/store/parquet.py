"""The history as Parquet: a folder a month (`month=2026-03`), as DuckDB and cluster engines find their way by themselves."""

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from monitor.core.errors import NothingDone
from monitor.store.export import Row, plain, replacing

# Rows wait until they make a group that is worth a place in the file, and no longer than memory allows.
_GROUP_ROWS = 20_000
_GROUP_BYTES = 32 * 1024 * 1024
_MOST_OPEN = 6

_NUMBERS = frozenset({"id", "version", "changes", "enrollment"})
_TRUTHS = frozenset({"housekeeping", "has_results"})
_MOMENTS = frozenset({"seen_at", "last_seen_at"})


class _Months:
    """The open files, one a month; a month that comes back after its file was closed gets a further one."""

    def __init__(self, folder: Path, schema: Any) -> None:
        self._folder = folder
        self._schema = schema
        self._open: OrderedDict[str, Any] = OrderedDict()
        self._parts: dict[str, int] = {}

    def write(self, month: str, rows: list[dict[str, Any]]) -> None:
        import pyarrow as pa

        self._writer(month).write_table(pa.Table.from_pylist(rows, schema=self._schema))

    def _writer(self, month: str) -> Any:
        from pyarrow.parquet import ParquetWriter

        if month not in self._open:
            while len(self._open) >= _MOST_OPEN:
                self._open.popitem(last=False)[1].close()
            part = self._parts[month] = self._parts.get(month, 0) + 1
            within = self._folder / f"month={month}"
            within.mkdir(parents=True, exist_ok=True)
            self._open[month] = ParquetWriter(
                within / f"part-{part:04}.parquet", self._schema, compression="zstd"
            )
        self._open.move_to_end(month)
        return self._open[month]

    def close(self) -> None:
        while self._open:
            self._open.popitem()[1].close()


def write_parquet(rows: Iterable[Row], target: Path, columns: Sequence[str]) -> int:
    """Write a folder; gives how many rows. One that is there is replaced if it is such a folder.

    Raises NothingDone where pyarrow is not installed, or where something else has the name.
    """
    try:
        import pyarrow as pa  # noqa: F401 - whether it is there
    except ImportError as error:
        raise NothingDone("Parquet needs pyarrow", "pip install 'trialmon[parquet]'") from error
    if target.exists() and not _is_ours(target):
        raise NothingDone(f"{target} is there and no export of ours", "choose another name")
    written = 0
    with replacing(target) as partial:
        partial.mkdir(parents=True)
        months = _Months(partial, _schema(columns))
        try:
            written = _write(rows, months, columns)
        finally:
            months.close()
    return written


def _is_ours(target: Path) -> bool:
    return target.is_dir() and all(child.name.startswith("month=") for child in target.iterdir())


def _schema(columns: Sequence[str]) -> Any:
    import pyarrow as pa

    def kind(name: str) -> Any:
        if name in _NUMBERS:
            return pa.int64()
        if name in _TRUTHS:
            return pa.bool_()
        return pa.timestamp("s", tz="UTC") if name in _MOMENTS else pa.string()

    return pa.schema([(name, kind(name)) for name in columns])


def _write(rows: Iterable[Row], months: _Months, columns: Sequence[str]) -> int:
    waiting: dict[str, list[dict[str, Any]]] = {}
    written = waiting_rows = waiting_bytes = 0
    for row in rows:
        cells = {name: _cell(name, row[name]) for name in columns}
        waiting.setdefault(row["seen_at"][:7], []).append(cells)
        waiting_rows += 1
        waiting_bytes += sum(len(cell) for cell in cells.values() if isinstance(cell, str))
        if waiting_rows >= _GROUP_ROWS or waiting_bytes >= _GROUP_BYTES:
            written += _let_go(waiting, months)
            waiting_rows = waiting_bytes = 0
    return written + _let_go(waiting, months)


def _let_go(waiting: dict[str, list[dict[str, Any]]], months: _Months) -> int:
    written = 0
    for month, rows in sorted(waiting.items()):
        months.write(month, rows)
        written += len(rows)
    waiting.clear()
    return written


def _cell(name: str, value: Any) -> Any:
    if name in _NUMBERS or name in _TRUTHS or value is None:
        return value
    if name in _MOMENTS:
        return datetime.fromisoformat(value)
    cell = plain(value)
    return cell if isinstance(cell, str) else str(cell)

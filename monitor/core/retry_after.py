"""What a server means by Retry-After."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

SHORTEST = 1.0
LONGEST = 24 * 3600.0


def retry_after(headers: Mapping[str, str], now: datetime) -> float | None:
    """Seconds to wait, between 1 and 86,400; None where the header is absent or nonsense.

    A moment is measured against the server's own Date header: our clock may be wrong.
    """
    text = headers.get("retry-after", "").strip()
    if re.fullmatch(r"[+-]?\d+(\.\d+)?", text):
        return _clamped(float(text))
    moment = _moment(text)
    if moment is None:
        return None
    return _clamped((moment - (_moment(headers.get("date", "")) or now)).total_seconds())


def _clamped(seconds: float) -> float:
    return min(max(seconds, SHORTEST), LONGEST)


def _moment(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)

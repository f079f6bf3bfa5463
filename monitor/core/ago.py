"""Days as people say them: `today`, `yesterday`, `3 months ago`."""

import calendar
import re
from datetime import date, timedelta

_AGO = re.compile(r"(an?|one|[0-9]{1,5}) +(day|week|month|year)s? +ago", re.IGNORECASE)


def spoken_day(text: str, today: date) -> date | None:
    """The day that is meant, None for anything else. A month ago is the same day of that month, or its last. Raises ValueError or
    OverflowError for a day before the calendar begins."""
    words = " ".join(text.split()).lower()
    if words in ("today", "yesterday"):
        return today - timedelta(days=words == "yesterday")
    match = _AGO.fullmatch(words)
    if match is None:
        return None
    many = 1 if match[1].startswith(("a", "o")) else int(match[1])
    if match[2] in ("day", "week"):
        return today - timedelta(days=many * (7 if match[2] == "week" else 1))
    months = today.year * 12 + today.month - 1 - many * (12 if match[2] == "year" else 1)
    year, month = months // 12, months % 12 + 1
    return date(year, month, min(today.day, calendar.monthrange(year, month)[1]))

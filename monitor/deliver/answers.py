"""What an HTTP answer means. A status of 2xx alone is no proof: a login page is answered with 200, and so is `{"ok": false}`."""

import json
import re
from datetime import datetime

from monitor.core.retry_after import retry_after
from monitor.deliver.outcome import Accepted, Outcome, Retry
from monitor.deliver.reading import outcome_of_status
from monitor.deliver.transport import Answer

_PAGE = re.compile(rb"\s*(<!doctype html|<html)\b", re.IGNORECASE)
_BOM = b"\xef\xbb\xbf"


def outcome_of_answer(answer: Answer, now: datetime) -> Outcome:
    """How the attempt ended that was answered so. A receiver's own words are not repeated: they may quote what we sent."""
    if not 200 <= answer.status < 300:
        return outcome_of_status(answer.status, retry_after(answer.headers, now))
    return denied(answer, errors=True) or Accepted()


def denied(answer: Answer, *, errors: bool) -> Retry | None:
    """Why a 2xx is no success all the same; None if nothing speaks against it. `errors`: an `error` in the answer is a denial too,
    which is so for a receiver that is asked to say 2xx and nothing else, and not for every service."""
    body = answer.body.removeprefix(_BOM)
    hidden = answer.headers.get("content-encoding", "identity").lower() not in ("", "identity")
    if _PAGE.match(body) or (hidden and "text/html" in answer.headers.get("content-type", "").lower()):
        return Retry(f"the receiver answered {answer.status} with a web page, perhaps a login page")
    said = _mapping(body)
    if said.get("ok") is False:
        return Retry(f"the receiver answered {answer.status}, but its answer says ok: false")
    if errors and (said.get("error") or said.get("errors")):
        return Retry(f"the receiver answered {answer.status}, but its answer names an error")
    return None


def _mapping(body: bytes) -> dict[str, object]:
    if not body.lstrip().startswith(b"{"):
        return {}
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}

"""Made trials whose records a test edits from day to day."""

import json
from collections.abc import Mapping
from copy import deepcopy
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from monitor.embedded import History

FIRST = date(2026, 3, 2)
_SEED = Path(__file__).parents[2] / "seeds" / "made" / "week.jsonl"


class MadeTrials:
    """`edit(2, "NCT99900001", statusModule={…})` lays fields over a trial's modules on the second day after the first;
    the registry's dates of the update move with it. `{}` in the sponsor's name stands for the trial's number."""

    def __init__(self, *numbers: str, sponsor: str = "Made Sponsor") -> None:
        self.history = History()
        self._now: dict[str, dict[str, Any]] = {}
        for number in numbers:
            study: dict[str, Any] = json.loads(_SEED.read_text(encoding="utf-8").splitlines()[0])["study"]
            study["protocolSection"]["identificationModule"]["nctId"] = number
            study["protocolSection"]["sponsorCollaboratorsModule"]["leadSponsor"]["name"] = sponsor.format(number)
            # Recently verified and far from its end: nothing that the clock would speak of.
            study["protocolSection"]["statusModule"].update(
                {
                    "statusVerifiedDate": "2026-02",
                    "primaryCompletionDateStruct": {"date": "2028-06", "type": "ESTIMATED"},
                    "completionDateStruct": {"date": "2028-12", "type": "ESTIMATED"},
                }
            )
            self._now[number] = study
            self.history.put(number, FIRST, study)

    def edit(self, ahead: int, number: str, *, submitted: bool = True, **modules: Mapping[str, Any]) -> None:
        """What the registry says of a trial from that day on; without `submitted` the sponsor sent nothing."""
        study = deepcopy(self._now[number])
        day = day_of(ahead)
        protocol = study["protocolSection"]
        for name, fields in modules.items():
            protocol[name] = {**protocol.get(name, {}), **fields}
        protocol["statusModule"]["lastUpdatePostDateStruct"] = {"date": day.isoformat(), "type": "ACTUAL"}
        if submitted:
            protocol["statusModule"]["lastUpdateSubmitDate"] = (day - timedelta(days=1)).isoformat()
        self._now[number] = study
        self.history.put(number, day, study)

    def now(self, number: str) -> dict[str, Any]:
        """What was last said of a trial. Not to be altered."""
        return self._now[number]


def day_of(ahead: int) -> date:
    """So many days after the first."""
    return FIRST + timedelta(days=ahead)

"""The trials that are measured: recorded ones where a machine has them, else made ones; and what happens to them."""

import json
import lzma
import os
import random
from collections.abc import Iterator
from itertools import cycle, islice
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).parents[1]
_SEEDS = REPOSITORY / "seeds" / "clinicaltrials.gov"
_FIRST_NUMBER = 10_000_001


def recorded_data() -> Path | None:
    """The folder of recorded ClinicalTrials.gov data: $TRIALMON_REGISTRY_DATA, else beside the checkout; None without one."""
    root = Path(os.environ.get("TRIALMON_REGISTRY_DATA", REPOSITORY.parent / "shared" / "registry-data"))
    folder = root / "clinicaltrials.gov"
    return folder if (folder / "corpus.jsonl.xz").is_file() else None


def records(count: int, *, made: bool) -> Iterator[tuple[str, Any]]:
    """`count` records under numbers of their own, in an order that mixes long and short ones; repeated where there are fewer."""
    for nth, line in enumerate(islice(cycle(_lines(made)), count)):
        number = f"NCT{_FIRST_NUMBER + nth}"
        study = json.loads(line)
        identification = study["protocolSection"]["identificationModule"]
        identification["nctId"] = number
        identification.pop("nctIdAliases", None)  # two records cannot both be what one old number became
        yield number, study


def _lines(made: bool) -> list[bytes]:
    folder = None if made else recorded_data()
    if folder is None:
        lines = [
            json.dumps(json.loads(file.read_bytes())["states"][-1]["study"]).encode()
            for file in sorted(_SEEDS.glob("NCT*.json"))
        ]
    else:
        with lzma.open(folder / "corpus.jsonl.xz") as stored:
            lines = list(stored)
    random.Random(20260316).shuffle(lines)
    return lines


def edit(study: Any, nth: int) -> None:
    """What a sponsor does to a record: in turn a slip of dates, another status, another enrolment, a site more, words rewritten."""
    protocol = study["protocolSection"]
    status = protocol["statusModule"]
    status["lastUpdateSubmitDate"] = "2026-03-17"
    status["lastUpdatePostDateStruct"] = {"date": "2026-03-18", "type": "ESTIMATED"}
    match nth % 5:
        case 0:
            status["primaryCompletionDateStruct"] = {"date": "2031-01", "type": "ESTIMATED"}
            status["completionDateStruct"] = {"date": "2031-06", "type": "ESTIMATED"}
        case 1:
            halted = status["overallStatus"] != "SUSPENDED"
            status["overallStatus"] = "SUSPENDED" if halted else "RECRUITING"
            status["whyStopped"] = "Supply of the study product"
        case 2:
            protocol.setdefault("designModule", {})["enrollmentInfo"] = {"count": 7919, "type": "ESTIMATED"}
        case 3:
            sites = protocol.setdefault("contactsLocationsModule", {}).setdefault("locations", [])
            sites.append(
                {"facility": "Hospital of the Benchmark", "city": "Utrecht", "country": "Netherlands"}
            )
        case _:
            description = protocol.setdefault("descriptionModule", {})
            description["briefSummary"] = "Now in other words. " + description.get("briefSummary", "")

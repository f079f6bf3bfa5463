"""What somebody writes in an afternoon, to compare with: httpx, json and DeepDiff, the newest record of each trial in SQLite.

`python -m benchmarks.plain_loop BASE_URL DATABASE NUMBERS`. It leaves out the data date, which moves in every record, and prints each
difference. With `--equal-first` it asks Python whether two records are equal before it asks DeepDiff what the difference is.
It knows nothing of failures, reordered lists, history, significance or who wants to be told.
"""

import argparse
import json
import sqlite3
from pathlib import Path

import httpx
from deepdiff import DeepDiff


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("base_url")
    parser.add_argument("database", type=Path)
    parser.add_argument("numbers", type=Path, help="a file with a trial number a line")
    parser.add_argument("--equal-first", action="store_true")
    asked = parser.parse_args()
    numbers = asked.numbers.read_text().split()
    database = sqlite3.connect(asked.database)
    database.execute("CREATE TABLE IF NOT EXISTS studies (number TEXT PRIMARY KEY, body TEXT)")
    changed = 0
    with httpx.Client(base_url=asked.base_url, timeout=60) as client:
        for start in range(0, len(numbers), 100):
            ids = ",".join(numbers[start : start + 100])
            answer = client.get("/api/v2/studies", params={"filter.ids": ids, "pageSize": 100})
            answer.raise_for_status()
            for study in json.loads(answer.text)["studies"]:
                changed += look(database, study, asked.equal_first)
            database.commit()
    print(json.dumps({"looked": len(numbers), "changed": changed}))


def look(
    database: sqlite3.Connection, study: dict[str, dict[str, dict[str, str]]], equal_first: bool
) -> bool:
    """Compare one study with what is stored of it, and store it if it differs. True if an older one differed."""
    number = study["protocolSection"]["identificationModule"]["nctId"]
    study.get("derivedSection", {}).get("miscInfoModule", {}).pop("versionHolder", None)
    row = database.execute("SELECT body FROM studies WHERE number = ?", (number,)).fetchone()
    if row is not None:
        before = json.loads(row[0])
        if equal_first and before == study:
            return False
        difference = DeepDiff(before, study)
        if not difference:
            return False
        print(number, difference.to_json())
    database.execute("REPLACE INTO studies VALUES (?, ?)", (number, json.dumps(study)))
    return row is not None


if __name__ == "__main__":
    main()

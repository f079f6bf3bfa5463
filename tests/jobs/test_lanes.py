"""A lane a destination: side by side, each once at a time, and none that ends badly goes unnoticed."""

import threading

import pytest

from monitor.jobs.context import Report
from monitor.jobs.lanes import Lanes


def test_one_that_hangs_holds_up_no_other_and_is_not_begun_twice() -> None:
    let_go, begun = threading.Event(), []

    def work(destination: str) -> Report:
        begun.append(destination)
        if destination == "hangs":
            assert let_go.wait(30)
        return Report(told=1)

    lanes, report = Lanes(work), Report()
    lanes.start(["hangs", "works"])
    while report.told < 3:
        lanes.start(["hangs", "works"])
        lanes.collect(report, 0.05)
    assert (begun.count("hangs"), lanes.busy) == (1, True)
    told = report.told
    let_go.set()
    while lanes.busy:
        lanes.collect(report, 0.05)
    lanes.collect(report)
    assert report.told == begun.count("works") + 1 > told


def test_what_ends_a_lane_is_raised_where_it_is_waited_for_and_the_others_count() -> None:
    def work(destination: str) -> Report:
        if destination == "bad":
            raise ValueError("of ours")
        failed = Report()
        failed.fail("destination", destination, "503")
        return failed

    lanes, report = Lanes(work), Report()
    lanes.start(["bad"])
    with pytest.raises(ValueError, match="of ours"):
        lanes.collect(report, 30)
    lanes.start(["good"])
    lanes.collect(report, 30)
    assert report.failed == [{"destination": "good", "why": "503"}]

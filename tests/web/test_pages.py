"""What the pages say of the demo's trials, read as a browser reads them."""

import re
from collections.abc import Callable
from pathlib import Path

import html5lib
import httpx
import pytest

from tests.web.conftest import NOW, serving

Get = Callable[..., httpx.Response]


def words(answer: httpx.Response) -> str:
    """The text of a page's content, white space folded."""
    assert answer.status_code == 200, answer.text[:500]
    tree = html5lib.parse(answer.text, namespaceHTMLElements=False)
    main = tree.find(".//main")
    assert main is not None
    return " ".join(" ".join(main.itertext()).split())


def test_a_day_is_told_gravest_first_by_watchlist(get: Get) -> None:
    told = words(get("/?day=2026-05-19"))
    assert "Cell therapy for chronic low back pain" in told
    assert told.index("Results posted on 19 May 2026") < told.index("Completed (was active, not recruiting)")
    assert "before and after" in told


def test_a_day_on_which_nothing_changed_says_so_and_when_something_last_did(get: Get) -> None:
    assert "Nothing changed. The last change before was on" in words(get("/?day=2026-03-02"))


def test_what_the_level_leaves_out_is_counted(get: Get) -> None:
    assert "1 event not shown" in words(get("/?day=2026-05-19&at_least=routine"))
    assert "not shown" not in words(get("/?day=2026-05-19&at_least=noise"))


def test_a_live_page_is_left_as_it_is_until_there_is_news(get: Get) -> None:
    page = get("/")
    address = page.text.partition('hx-get="')[2].partition('"')[0].replace("&amp;", "&")
    nothing_new = get(address, hx_request="true")
    assert (nothing_new.status_code, "hx-refresh" in nothing_new.headers) == (204, False)
    part = get(re.sub(r"newest=\d+", "newest=0", address), hx_request="true")
    assert part.status_code == 200
    assert part.text.lstrip().startswith("<div"), "the live part alone, without the page around it"


def test_a_live_page_that_is_left_open_becomes_the_next_days(get: Get) -> None:
    answer = get("/?newest=1&shown=2026-05-18", hx_request="true")
    assert (answer.status_code, answer.headers["hx-refresh"]) == (204, "true")


def test_today_says_that_nobody_looked_and_a_live_page_learns_it(demo_database: Path) -> None:
    """The demo's last look was at three."""
    with serving(demo_database, now=NOW.replace(minute=20, hour=15)) as address:
        lately = httpx.get(address, trust_env=False).text
    assert "This may not be all" not in lately
    with serving(demo_database) as address, httpx.Client(base_url=address, trust_env=False) as client:
        told = words(client.get("/"))
        assert (
            "This may not be all: source clinicaltrials.gov: no look has read everything since 2026-05-19 15:00 UTC"
            in told
        )
        live = lately.partition('hx-get="')[2].partition('"')[0].replace("&amp;", "&")
        assert "This may not be all" in client.get(live, headers={"hx-request": "true"}).text
        assert "This may not be all" not in words(client.get("/?day=2026-05-18")), "a day that is over"


def test_a_trial_tells_what_was_promised_and_who_was_told(get: Get) -> None:
    told = words(get("/trial/NCT03737461"))
    assert "RESPINE" in told
    assert "promised on 2023-08-11 for 8 March 2026, 3 years 3 months later" in told
    assert "+1,193" in told, "the slip stands in the table behind the chart"
    assert "Results posted 2026-05-19" in told.replace(" done", "")
    assert "EudraCT 2017-002092-25 reader" in told
    assert "France" in told
    assert "RESPINE: Results posted on 19 May 2026" in told


def test_a_trial_says_in_short_how_far_it_slipped_and_shows_what_befell_it_in_order(get: Get) -> None:
    told = words(get("/trial/NCT03737461"))
    assert (
        "Study completion 3 years 3 months later 1 December 2022, as promised on 2022-03-01 → 8 March 2026, 1 slip; reached"
        in told
    )
    order = [
        "2025-09-30 · version 3",
        "2024-10-23 · no new version",
        "A publication about this trial",
        "2023-08-11 · version 2",
    ]
    assert sorted(order, key=told.index) == order


def test_a_paper_is_linked_where_it_can_be_read(get: Get) -> None:
    assert (
        '<a href="https://pubmed.ncbi.nlm.nih.gov/39393844/" rel="noreferrer">PMID 39393844</a>'
        in get("/trial/NCT03737461").text
    )


def test_a_trials_number_may_be_written_small(get: Get) -> None:
    assert get("/trial/nct03737461").status_code == 200


@pytest.mark.parametrize(
    "path", ["/trial/NCT09999999", "/trial/NCT03737461/compare?b=99", "/watchlist/nothing", "/nowhere"]
)
def test_what_is_not_there_is_said_in_words(get: Get, path: str) -> None:
    answer = get(path)
    assert answer.status_code == 404
    assert "<h1>Not found</h1>" in answer.text


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("/trial/NCT1", "NCT and 8 digits"),
        ("/trial/NCT00000000", "NCT and 8 digits"),
        ("/?day=2026-02-30", "a day is written"),
        ("/?at_least=huge", "one of these"),
        ("/?topic=weather", "one of these"),
        ("/?unheard=of", "nothing that can be asked for"),
        ("/?day=2026-01-01&day=2026-01-02", "twice"),
        ("/events?before=soon", "whole number"),
        ("/events?since=yesterday", "a day is written"),
    ],
)  # fmt: skip
def test_what_means_nothing_is_refused_saying_what_is_expected(get: Get, path: str, says: str) -> None:
    answer = get(path)
    assert answer.status_code == 400
    assert says in answer.text


def test_two_versions_stand_side_by_side(get: Get) -> None:
    told = words(get("/trial/NCT03737461/compare?a=1&b=2"))
    assert "Recruiting (RECRUITING)" in told
    assert "Active, not recruiting (ACTIVE_NOT_RECRUITING)" in told
    assert "protocolSection.statusModule.overallStatus" in told.replace(". ", "."), (
        "a line may break after a dot"
    )


def test_a_version_with_itself_differs_in_nothing(get: Get) -> None:
    assert "Nothing differs." in words(get("/trial/NCT03737461/compare?a=2&b=2"))


def test_a_watchlist_is_sorted_and_filtered(get: Get) -> None:
    everything = words(get("/watchlist/low-back-pain?sort=number"))
    assert everything.index("NCT02412735") < everything.index("NCT03737461") < everything.index("NCT06325566")
    some = words(get("/watchlist/low-back-pain?q=facet+stem&status=COMPLETED"))
    assert "NCT04410731" in some
    assert "NCT03737461" not in some


def test_events_are_paged_through_without_a_gap(get: Get) -> None:
    seen, path = [], "/events?at_least=noise"
    while path:
        page = get(path)
        tree = html5lib.parse(page.text, namespaceHTMLElements=False)
        seen += ["".join(one.itertext()) for one in tree.findall(".//p[@class='headline']")]
        following = tree.find(".//a[@rel='next']")
        path = following.get("href") if following is not None else ""
    api = get("/api/events?limit=500").json()["events"]
    assert len(seen) == len(api)
    assert [one["headline"] for one in api] == [" ".join(text.split()).partition(" ")[2] for text in seen]


def test_a_trial_is_found_by_words_and_by_its_number(get: Get) -> None:
    assert "NCT03737461" in words(get("/search?q=respine"))
    assert get("/search?q=NCT03737461").headers["location"] == "/trial/NCT03737461"
    assert "Nothing has all of these words" in words(get("/search?q=xyzzy"))


@pytest.mark.parametrize(
    "words_", ['"', "AND", "a* OR", "NEAR(", "^", "col:x", "-", "((((", "'; drop table trials"]
)
def test_no_words_are_a_mistake(get: Get, words_: str) -> None:
    assert get(f"/search?q={words_}").status_code == 200


def test_health_says_whether_silence_means_that_nothing_changed(get: Get) -> None:
    told = words(get("/health"))
    assert re.search(r"Database \d+ kB of which \w+.* \d+ kB Free on its disk [\d.]+ [MG]B", told)
    assert "clinicaltrials.gov" in told
    assert "Last looks" in told
    assert "Silence may not mean that nothing changed" in told, "nobody has looked since"

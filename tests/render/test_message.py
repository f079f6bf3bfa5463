import quopri
import re
from dataclasses import dataclass, replace
from datetime import UTC, timedelta
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

import html5lib
import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from monitor.core.change import Kind
from monitor.core.dates import PartialDate
from monitor.core.facts import TrialFacts
from monitor.core.json import Json
from monitor.core.notification import Message
from monitor.core.receipt import Receipt
from monitor.core.significance import Significance
from monitor.core.upcoming import Deadline
from monitor.render.contexts import (
    AlertContext,
    ComingUp,
    DigestContext,
    DigestSection,
    Looks,
    Note,
    NoticeContext,
    Reason,
    WatchedTrial,
    WatchingContext,
)
from monitor.render.message import (
    MOST_OF_A_TITLE,
    render_alert,
    render_digest,
    render_notice,
    render_watching,
)
from tests.hostile import HOSTILE, HOSTILE_IDS
from tests.render.builders import (
    COMPLETION,
    NOON,
    a_change,
    a_slipped_alert,
    a_verdict,
    a_watched_trial,
    an_alert,
)

RATE = (
    "of terminated trials with results, 68 % were stopped for reasons other than their data, 57 % of those for want of participants"
    " (Williams 2015)"
)
PAGE = "https://clinicaltrials.gov/study/NCT03737461"
# What the templates are made of, and nothing else ever is.
OUR_ELEMENTS = set(
    "html head meta title style body div table tbody tr td th h1 h2 h3 p br span a code del ins svg line circle".split()
)
OUR_ATTRIBUTES = set(
    "lang charset name content class style role width height cellpadding cellspacing border align scope colspan href viewBox aria-hidden "
    "x1 x2 y1 y2 cx cy r fill stroke stroke-width".split()
)


@dataclass(frozen=True)
class _Parsed:
    """An HTML body as a browser reads it; what is not well-formed raises."""

    html: str

    @cached_property
    def tree(self) -> Any:
        return html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(self.html)

    @property
    def elements(self) -> list[str]:
        return [str(one.tag).rpartition("}")[2] for one in self.tree.iter() if isinstance(one.tag, str)]

    @property
    def attributes(self) -> set[tuple[str, str]]:
        return {
            (str(name).rpartition("}")[2], str(value))
            for one in self.tree.iter()
            for name, value in one.attrib.items()
        }

    @property
    def comments(self) -> int:
        return sum(1 for one in self.tree.iter() if not isinstance(one.tag, str))

    @property
    def words(self) -> str:
        """What is read in it, with single spaces."""
        return " ".join(" ".join(self.tree.find("body").itertext()).split())

    def rows(self) -> list[str]:
        """The rows of its tables of data, each in words."""
        return [
            " ".join(" ".join(row.itertext()).split())
            for table in self.tree.iter("table")
            if table.get("role") != "presentation"
            for row in table.iter("tr")
        ]


def _links(markdown: str) -> list[str | int | float | None]:
    parser = MarkdownIt("gfm-like", {"linkify": False}).disable("linkify")

    def walk(tokens: list[Token]) -> list[Token]:
        return [inner for token in tokens for inner in [token, *walk(token.children or [])]]

    tokens = walk(parser.parse(markdown))
    assert not [token for token in tokens if token.type.startswith(("image", "html", "fence", "code_block"))]
    return [token.attrGet("href") for token in tokens if token.type == "link_open"]


def test_an_alerts_title_is_the_short_name_and_the_gravest_headline() -> None:
    verdicts = (
        a_verdict("Enrolment cut", Significance.NOTABLE),
        a_verdict("Terminated", Significance.CRITICAL),
    )
    assert render_alert(an_alert(verdicts=verdicts)).title == "RESPINE: Terminated"


def test_an_alert_reads_as_a_whole() -> None:
    verdicts = (
        a_verdict("Terminated (was: recruiting)", because="44 of 100 suspended trials resume"),
        a_verdict(
            "Primary completion slipped 7 months: March 2026 → October 2026", Significance.NOTABLE, (1,)
        ),
    )
    changes = (
        a_change("RECRUITING", "TERMINATED"),
        a_change("2026-03", "2026-10", path=COMPLETION, label="Primary completion date"),
    )
    alert = render_alert(an_alert(verdicts=verdicts, changes=changes))
    assert alert.text == (
        "CRITICAL · Terminated (was: recruiting)\n"
        "  Because: 44 of 100 suspended trials resume\n"
        f"  For comparison: {RATE}\n"
        "  Overall status: Recruiting (RECRUITING) → Terminated (TERMINATED)\n"
        "\n"
        "NOTABLE · Primary completion slipped 7 months: March 2026 → October 2026\n"
        "  Primary completion date: March 2026 → October 2026\n"
        "\n"
        "NCT03737461: Mesenchymal stromal cells in low back pain\n"
        "Status: Terminated\n"
        "Registry date 9 February 2026, seen 9 February 2026 12:00 UTC (version 4)\n"
        'Watchlist "Cell therapy for low back pain": you watch this trial\n'
        f"{PAGE}\n"
    )
    assert alert.markdown == (
        "**CRITICAL · Terminated (was: recruiting)**\n"
        "\n"
        "Because: 44 of 100 suspended trials resume\n"
        "\n"
        f"For comparison: {RATE}\n"
        "\n"
        "- Overall status: Recruiting (RECRUITING) → **Terminated (TERMINATED)**\n"
        "\n"
        "**NOTABLE · Primary completion slipped 7 months: March 2026 → October 2026**\n"
        "\n"
        "- Primary completion date: March 2026 → **October 2026**\n"
        "\n"
        "NCT03737461: Mesenchymal stromal cells in low back pain\n"
        "\n"
        "- Status: Terminated\n"
        "- Registry date 9 February 2026, seen 9 February 2026 12:00 UTC (version 4)\n"
        '- Watchlist "Cell therapy for low back pain": you watch this trial\n'
        f"- [NCT03737461 at clinicaltrials.gov]({PAGE})\n"
    )
    assert _links(alert.markdown) == [PAGE]
    read = _Parsed(alert.html)
    assert read.rows() == [
        "What Before After",
        "Overall status Recruiting (RECRUITING) → Terminated (TERMINATED)",
        "What Before After",
        "Primary completion date March 2026 → October 2026",
    ]
    for said in alert.text.splitlines()[1:2] + alert.text.splitlines()[-4:-1]:
        assert said.strip().replace('"', "“", 1).replace('"', "”") in read.words
    assert [link.get("href") for link in read.tree.iter("a")] == [PAGE]


def test_changed_words_are_marked_in_each_form() -> None:
    before = (
        "Adults with pain for at least six months and without any other disease of the spine. Age 18 to 65 years. "
        * 2
    )
    change = a_change(before, before.replace("65", "75", 1), path="x.criteria", label="Criteria")
    alert = render_alert(an_alert(changes=(change,)))
    assert "[-65-] {+75+}" in alert.text
    assert "~~65~~ **75**" in alert.markdown
    html = _Parsed(alert.html).tree
    assert ([one.text for one in html.iter("del")], [one.text for one in html.iter("ins")]) == (
        ["65"],
        ["75"],
    )


def test_what_came_and_what_went_is_said() -> None:
    changes = (
        a_change(None, "Pain", label="Outcome", kind="added"),
        a_change("Disability", None, label="Outcome", kind="removed"),
    )
    text = render_alert(an_alert(verdicts=(a_verdict(changes=(0, 1)),), changes=changes)).text
    assert "  Outcome: new: Pain\n  Outcome: gone: Disability\n" in text


def test_what_changed_comes_before_what_came_and_whole_parts_come_last() -> None:
    changes = (
        a_change(None, {"groups": ["a"]}, label="Part", kind="added"),
        a_change("x", None, label="Left", kind="removed"),
        a_change(None, "y", label="Came", kind="added"),
        a_change(False, True, label="Has results"),
    )
    text = render_alert(an_alert(verdicts=(a_verdict(changes=(0, 1, 2, 3)),), changes=changes)).text
    labels = [line.split(":")[0].strip() for line in text.splitlines()[2:6]]
    assert labels == ["Has results", "Came", "Left", "Part"]


def test_only_changes_behind_what_this_reader_is_told_are_shown() -> None:
    changes = (a_change("RECRUITING", "TERMINATED"), a_change("x", "y", label="Secret of another topic"))
    assert "Secret" not in render_alert(an_alert(changes=changes)).text


def test_a_change_named_by_two_verdicts_appears_once_under_the_graver() -> None:
    verdicts = (a_verdict("Edited", Significance.ROUTINE), a_verdict("Terminated", Significance.CRITICAL))
    lines = render_alert(an_alert(verdicts=verdicts)).text.splitlines()
    assert lines[:5] == [
        "CRITICAL · Terminated",
        f"  For comparison: {RATE}",
        "  Overall status: Recruiting (RECRUITING) → Terminated (TERMINATED)",
        "",
        "ROUTINE · Edited",
    ]


def test_of_many_changes_the_first_are_shown_and_the_rest_is_counted() -> None:
    changes = tuple(a_change("x", "y", label=f"Field {number}") for number in range(65))
    alert = render_alert(an_alert(verdicts=(a_verdict(changes=tuple(range(65))),), changes=changes))
    assert alert.text.count("Field ") == 25
    assert "and 40 more changes; `trialmon changes --trial NCT03737461` shows all" in alert.text
    assert "and 40 more" in alert.markdown
    assert "trialmon changes --trial NCT03737461" in [
        one.text for one in _Parsed(alert.html).tree.iter("code")
    ]


def test_of_many_verdicts_the_gravest_are_told_and_the_rest_is_counted() -> None:
    routine = (a_verdict(f"Routine {n}", Significance.ROUTINE, ()) for n in range(20))
    verdicts = (*routine, a_verdict("Halted"))
    alert = render_alert(an_alert(verdicts=verdicts))
    assert alert.text.startswith("CRITICAL · Halted\n")
    assert "and 9 more to tell; `trialmon events --trial NCT03737461` shows all" in alert.text
    assert "and 9 more to tell" in alert.markdown
    assert "and 9 more to tell" in alert.html


def test_a_digest_of_very_many_trials_stays_short_enough_for_a_mail() -> None:
    alerts = tuple(an_alert(number=f"NCT{number:08}") for number in range(1, 501))
    digest = render_digest(DigestContext((DigestSection("Everything", alerts),), NOON))
    assert digest.title.startswith("500 changes in 500 trials, 500 critical: RESPINE")
    for form in (digest.text, digest.markdown, digest.html):
        assert "and 460 more" in form
    assert len(digest.markdown) < 32_000
    assert len(digest.html) < 100_000, "from there on mail programs cut what they show"


def test_the_reader_learns_why_from_every_watchlist_that_asks() -> None:
    reasons = (
        Reason("Back pain", "you watch this trial"),
        Reason("Cells", "found by the search “stem cells”"),
    )
    text = render_alert(an_alert(reasons=reasons)).text
    assert (
        'Watchlist "Back pain": you watch this trial\nWatchlist "Cells": found by the search “stem cells”\n'
        in text
    )


def test_the_time_is_the_readers() -> None:
    text = render_alert(an_alert(timezone=ZoneInfo("America/New_York"))).text
    assert "seen 9 February 2026 07:00 EST" in text


def test_what_happens_to_a_number_without_a_version_names_none() -> None:
    alert = render_alert(an_alert(version=0, changes=(), verdicts=(a_verdict("Gone", changes=()),)))
    assert "seen 9 February 2026 12:00 UTC\nWatchlist" in alert.text
    assert "version" not in alert.markdown + alert.html


def test_a_trial_of_which_nothing_is_known_is_named_by_its_number() -> None:
    alert = render_alert(
        an_alert(facts=TrialFacts(), registry_date="", changes=(), verdicts=(a_verdict(changes=()),))
    )
    assert alert.title == "NCT03737461: Terminated (was: recruiting)"
    assert "Status" not in alert.text
    assert "\nSeen 9 February 2026 12:00 UTC (version 4)\n" in alert.text


@pytest.mark.parametrize(
    "page",
    [
        "",
        "http://clinicaltrials.gov/study/NCT1",
        "javascript:alert(1)",
        'https://x/"><script>',
        "https://x/a b",
        "https://x/)",
    ],
)
def test_a_page_that_is_no_plain_https_address_is_no_link(page: str) -> None:
    alert = render_alert(an_alert(page=page))
    assert "<a" not in alert.html
    assert _links(alert.markdown) == []
    assert page == "" or page not in alert.text


def test_a_long_title_is_cut_to_one_line() -> None:
    alert = render_alert(an_alert(verdicts=(a_verdict("word\r\n" * 200),)))
    assert MOST_OF_A_TITLE - 1 <= len(alert.title) <= MOST_OF_A_TITLE
    assert alert.title.endswith("…")


def test_a_digest_groups_by_watchlist_with_the_gravest_trial_first() -> None:
    quiet = an_alert(number="NCT00000001", verdicts=(a_verdict("Site added", Significance.ROUTINE),))
    quiet = replace(quiet, facts=TrialFacts(acronym="QUIET"))
    sections = (DigestSection("Back pain", (quiet, an_alert())), DigestSection("Cells", (an_alert(),)))
    digest = render_digest(DigestContext(sections, NOON))
    assert digest.title == "2 changes in 2 trials, 1 critical: RESPINE, QUIET"
    order = [
        digest.text.index(part)
        for part in (
            "== Back pain ==",
            "RESPINE (NCT03737461), Terminated",
            "QUIET (NCT00000001)",
            "== Cells ==",
        )
    ]
    assert order == sorted(order)
    assert digest.text.endswith("As of 9 February 2026 12:00 UTC\n")
    assert digest.markdown.startswith("## Back pain\n\n### RESPINE (NCT03737461), Terminated\n\n**CRITICAL")
    assert _Parsed(digest.html).elements.count("h3") == 3


def test_two_versions_of_a_trial_in_one_digest_both_count() -> None:
    later = an_alert(verdicts=(a_verdict("Results posted"),), seen_at=NOON.replace(hour=18))
    digest = render_digest(DigestContext((DigestSection("Cells", (an_alert(), later)),), NOON))
    assert digest.title == "2 changes in 1 trial, 2 critical: RESPINE"


def test_a_digest_names_the_trials_seen_for_the_first_time() -> None:
    digest = render_digest(DigestContext((DigestSection("Cells", (), (a_watched_trial(),)),), NOON, UTC))
    assert digest.title == "Now watching 1 trial more"
    assert (
        "Watched from now on:\n  NCT03737461  RESPINE: Terminated, primary completion October 2026 (estimated)\n"
        in digest.text
    )


def test_a_first_look_is_told_as_a_table() -> None:
    trials = (a_watched_trial(), a_watched_trial("NCT00000002", TrialFacts(title="No acronym")))
    message = render_watching(WatchingContext("Cell therapy", trials))
    assert message.title == "Now watching 2 trials for Cell therapy"
    assert "  NCT00000002  No acronym: no status\n" in message.text
    assert len(_Parsed(message.html).rows()) == 3
    assert len(_links(message.markdown)) == 2


def test_of_many_watched_trials_the_first_are_named() -> None:
    trials = tuple(a_watched_trial(f"NCT{number:08}") for number in range(500))
    message = render_watching(WatchingContext("Everything", trials))
    assert message.title == "Now watching 500 trials for Everything"
    assert "and 460 more" in message.text
    assert "and 460 more" in message.markdown


def test_a_notice_says_what_happened_and_what_to_do() -> None:
    notice = render_notice(
        NoticeContext("No look has succeeded", ("ClinicalTrials.gov refuses us.",), "run trialmon doctor")
    )
    said = "ClinicalTrials.gov refuses us.\n\nWhat to do: run trialmon doctor\n"
    assert (notice.title, notice.text, notice.markdown) == ("No look has succeeded", said, said)
    assert _Parsed(notice.html).words.endswith(f"No look has succeeded {' '.join(said.split())}")


def test_a_figure_to_compare_with_is_told_once_and_with_its_source() -> None:
    twice = (a_verdict("Terminated"), a_verdict("Terminated again"), a_verdict("Site closed", changes=()))
    alert = render_alert(an_alert(verdicts=twice))
    for form in (alert.text, alert.markdown, alert.html):
        assert form.count("(Williams 2015)") == 1
    suspended = an_alert(facts=TrialFacts(acronym="RESPINE", status="SUSPENDED"))
    assert "For comparison" not in render_alert(suspended).text, "we know no figure for that"


def test_a_trial_that_the_registry_does_not_know_is_named_once_in_a_digest() -> None:
    alert = an_alert(facts=TrialFacts(), changes=(), verdicts=(a_verdict("Not known", changes=()),))
    message = render_digest(DigestContext((DigestSection("Cells", (alert,)),), NOON))
    assert "\nNCT03737461\n" in message.text
    assert "NCT03737461 (" not in message.text + message.markdown + message.html


def test_a_digest_spares_its_reader_the_figures() -> None:
    digest = render_digest(DigestContext((DigestSection("Cells", (an_alert(),)),), NOON))
    assert "For comparison" not in digest.text + digest.html


def test_a_mail_shows_beside_its_subject_what_changed() -> None:
    html = render_alert(an_alert()).html
    preview = html.partition("<body")[2].partition("</div>")[0]
    assert "Overall status: Recruiting (RECRUITING) → Terminated (TERMINATED)" in preview


@pytest.mark.parametrize("trials", [60, 150, 1200])
def test_no_mail_program_cuts_a_long_digest_before_its_gravest_news(trials: int) -> None:
    """Gmail shows the first 102 kB of a mail, counted as it is sent."""
    quiet, grave = _a_notable_alert(), an_alert()
    alerts = [
        replace(
            grave if n % 25 == 24 else quiet,
            number=f"NCT{n:08}",
            facts=replace(quiet.facts, acronym=f"TRIAL-{n}", title="Ü" * 150),
        )
        for n in range(trials)
    ]
    sections = tuple(
        DigestSection(f"List {start:04}", tuple(alerts[start : start + 30])) for start in range(0, trials, 30)
    )
    digest = render_digest(DigestContext(sections, NOON))
    assert len(quopri.encodestring(digest.html.encode())) < 102_000
    assert len(digest.html) > 60_000, "as much as there is room for"
    page = _Parsed(digest.html)
    critical = {f"TRIAL-{n}" for n in range(24, trials, 25)}
    told = [str(link.text).partition(" (")[0] for link in page.tree.iter("a")]
    assert critical <= set(told), "in full or in a line, but before any cut"
    full = [" ".join(heading.itertext()).partition(" (")[0] for heading in page.tree.iter("h3")]
    assert critical <= set(full) or set(full) <= critical, "the gravest are told in full"
    assert "So that no mail program cuts this message, " in page.words
    assert all(alert.number in digest.text for alert in alerts)


def _a_notable_alert() -> AlertContext:
    return an_alert(verdicts=(replace(a_verdict(), significance=Significance.NOTABLE),))


def test_a_digest_of_one_trial_has_its_gravest_headline_for_a_title() -> None:
    verdicts = (a_verdict("Made smaller", Significance.NOTABLE, ()), a_verdict("Halted"))
    (one,) = (DigestSection("Cells", (an_alert(verdicts=verdicts),)),)
    digest = render_digest(DigestContext((one,), NOON))
    assert digest.title == "RESPINE: Halted; and 1 more"
    assert ">2 changes in 1 trial, 1 critical</h1>" in digest.html
    assert render_digest(DigestContext((one,), NOON, notes=(Note("Silent", ()),))).title.startswith(
        "2 changes in "
    )


def test_a_digest_says_in_its_title_how_much_of_it_is_critical() -> None:
    alerts = (an_alert(), replace(_a_notable_alert(), number="NCT00000002"))
    assert render_digest(DigestContext((DigestSection("Cells", alerts),), NOON)).title.startswith(
        "2 changes in 2 trials, 1 critical: "
    )
    assert "critical" not in render_digest(DigestContext((DigestSection("Cells", alerts[1:]),), NOON)).title


def test_what_is_coming_stands_in_its_watchlists_part_with_what_one_must_know() -> None:
    deadline = Deadline("results_due", PartialDate(2026, 3, 1), True, "reckoned from primary completion")
    coming = tuple(ComingUp(a_watched_trial(), deadline) for _ in range(25))
    digest = render_digest(DigestContext((DigestSection("Cells", (), (), coming),), NOON))
    said = "1 March 2026: RESPINE (NCT03737461): results due (estimated); reckoned from primary completion\n"
    assert digest.text.count(said) == 20
    for form in (digest.text, digest.markdown, digest.html):
        assert "and 5 more" in form
        assert "trialmon calendar" in form
    assert _Parsed(digest.html).rows()[:2] == [
        "When Trial What",
        "1 March 2026 RESPINE results due (estimated); reckoned from primary completion",
    ]


def test_a_quiet_day_says_who_looked_and_when() -> None:
    quiet = render_digest(DigestContext((), NOON, looks=Looks(200, NOON - timedelta(hours=1))))
    assert quiet.title == "No changes"
    assert quiet.text.startswith(
        "Nothing changed. 200 trials looked at, last look at 9 February 2026 11:00 UTC.\n"
    )


def test_a_quiet_day_names_what_could_not_be_read_up_to_ten() -> None:
    names = tuple(f"NCT{number:08}" for number in range(1, 15))
    digest = render_digest(DigestContext((), NOON, looks=Looks(200, NOON, unread=names)))
    assert digest.title == "No changes in what could be read"
    assert "Not known of NCT00000001, NCT00000002" in digest.text
    assert "NCT00000010 and 4 more." in digest.text


def test_a_day_without_a_look_is_not_called_quiet() -> None:
    blind = render_digest(DigestContext((), NOON, looks=Looks(200, NOON - timedelta(days=2))))
    assert blind.title == "Not known whether anything changed"
    assert "No look has succeeded since 7 February 2026 12:00 UTC" in blind.text
    never = render_digest(DigestContext((), NOON, looks=Looks(0, None)))
    assert "No look has succeeded yet" in never.text
    assert "Nothing changed" not in blind.text + never.text


def test_all_dates_of_a_message_are_written_in_the_readers_language() -> None:
    slipped = a_slipped_alert()
    (verdict,) = slipped.verdicts
    told = replace(verdict, headline="It slipped to October 2026", because="said on 9 February 2026")
    alert = replace(slipped, verdicts=(told,), language="de", timezone=ZoneInfo("Europe/Berlin"))
    german = render_alert(alert)
    assert "Registry date 9. Februar 2026, seen 9. Februar 2026 13:00 MEZ" in german.text.replace(
        "CET", "MEZ"
    )
    assert "Primary completion date: Januar 2025 → Oktober 2026" in german.text
    assert "10. Januar 2023: Juni 2024" in german.text
    assert german.title == "RESPINE: It slipped to Oktober 2026"
    assert "Because: said on 9. Februar 2026" in german.text
    digest = render_digest(DigestContext((DigestSection("Backs", (alert,)),), NOON, language="de"))
    for said in (german, digest):
        for form in (said.text, said.markdown, said.html):
            assert not re.search(r"\b(January|February|June|October) \d", form)


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.sampled_from(HOSTILE)
    | st.text(max_size=300),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=6,
)
KINDS: st.SearchStrategy[Kind] = st.sampled_from(["added", "removed", "changed"])


@given(JSON, JSON, KINDS)
def test_a_change_of_any_value_reads_as_one_line_in_each_form(before: Json, after: Json, kind: Kind) -> None:
    alert = render_alert(an_alert(changes=(a_change(before, after, label="Field", kind=kind),)))
    lines = [line for line in alert.text.splitlines() if line.startswith("  Field: ")]
    assert len(lines) == 1
    assert len([row for row in _Parsed(alert.html).rows() if row.startswith("Field ")]) == 1
    assert _links(alert.markdown) == [PAGE]


def _poisoned(text: str) -> AlertContext:
    """An alert in which everything that comes from outside is that text."""
    long_before = f"{text} six months of pain and more words so that only what changed is shown. " * 4
    changes = (
        replace(a_change(text, text + "!", label=text), role="primary_completion"),
        a_change(long_before, long_before + text, label="Criteria"),
        a_change(None, {"facility": text}, path="a.locations[x]", label="Site", kind="added"),
        a_change(text, None, label="Gone", kind="removed"),
    )
    return an_alert(
        number=text,
        registry=text,
        facts=TrialFacts(title=text, acronym=text, status=text),
        registry_date=text,
        slips=a_slipped_alert().slips,
        reasons=(Reason(text, text),),
        verdicts=(a_verdict(text, changes=(0, 1, 2, 3), because=text),),
        changes=changes,
    )


def _every_message(text: str) -> tuple[Message, ...]:
    """One of each kind, with that text wherever others' words go."""
    alert = _poisoned(text)
    watched = WatchedTrial(text, PAGE, alert.facts)
    coming = ComingUp(watched, Deadline("results_due", PartialDate(2026, 3), True, text))
    section = DigestSection(text, (replace(alert, also_in=(text,)),), (watched,), (coming,))
    receipt = Receipt({text: 3}, 1, {Significance.ROUTINE: 1}, {})
    notes = (Note(text, (text,)),)
    return (
        render_alert(alert),
        render_digest(DigestContext((section,), NOON, receipt=receipt, lead=text, notes=notes)),
        render_digest(DigestContext((), NOON, looks=Looks(3, NOON))),
        render_watching(WatchingContext(text, (watched,))),
        render_notice(NoticeContext(text, (text,), text)),
    )


@pytest.mark.parametrize("text", HOSTILE, ids=HOSTILE_IDS)
def test_hostile_text_is_inert_in_every_message_and_every_form(text: str) -> None:
    harmless = {
        value
        for message in _every_message("word")
        for name, value in _Parsed(message.html).attributes
        if name in ("style", "class")
    }
    for message in _every_message(text):
        parsed = _Parsed(message.html)
        assert set(parsed.elements) <= OUR_ELEMENTS
        assert not parsed.comments
        assert {name for name, _ in parsed.attributes} <= OUR_ATTRIBUTES
        assert {value for name, value in parsed.attributes if name == "href"} <= {PAGE}
        assert {value for name, value in parsed.attributes if name in ("style", "class")} <= harmless
        assert parsed.elements.count("style") == parsed.elements.count("title") == 1
        assert set(_links(message.markdown)) <= {PAGE}
        for form in (message.title, message.text.replace(PAGE, ""), message.markdown.replace(PAGE, "")):
            assert "://" not in form
            assert "@everyone" not in form
            assert "<!" not in form
            assert not {"\x1b", "\x00", "\x9b", "\u202e", "\u200b", "\r"} & set(form)
            form.encode("utf-8")
        assert "\n" not in message.title
        assert "49" not in message.text or "{{" not in text

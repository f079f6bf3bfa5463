"""Every rule is declared with examples; each of them is true."""

import pytest

from monitor.core.significance import TOPICS, Example, Rule, assess
from tests.rules.conftest import FAMILIES, RULES
from tests.rules.judging import case_of

EXAMPLES = [
    pytest.param(rule, example, id=f"{rule.id}: {example.says}")
    for rule in RULES
    for example in rule.examples
]
EVERY_RULE = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)


@pytest.mark.parametrize(("rule", "example"), EXAMPLES)
def test_an_example_is_judged_as_it_says(rule: Rule, example: Example) -> None:
    spoken = [verdict for verdict in assess(case_of(example), RULES) if verdict.rule == rule.id]
    if example.significance is None:
        assert spoken == []
        return
    [verdict] = spoken
    assert verdict.significance == example.significance
    assert not example.headline or verdict.headline == example.headline


@EVERY_RULE
def test_a_rule_has_an_example_of_what_it_says(rule: Rule) -> None:
    assert any(example.significance is not None for example in rule.examples)


@EVERY_RULE
def test_the_examples_of_a_rule_are_told_apart_by_what_they_say(rule: Rule) -> None:
    said = [example.says for example in rule.examples]
    assert len(set(said)) == len(said)
    assert all(example.occurrence == rule.on for example in rule.examples)


@EVERY_RULE
def test_a_rule_says_what_it_is_for(rule: Rule) -> None:
    assert rule.title
    assert not rule.title.endswith(".")
    assert rule.doc.endswith((".", "!"))
    assert rule.topic in TOPICS


def test_the_id_of_a_rule_is_its_own_and_begins_with_its_family() -> None:
    ids = [rule.id for rule in RULES]
    assert len(set(ids)) == len(ids)
    for family, members in FAMILIES.items():
        assert {rule.id.partition(".")[0] for rule in members} == {family}


def test_every_family_of_rules_is_found() -> None:
    assert {"status", "dates", "results", "enrollment", "record"} <= FAMILIES.keys()
    assert sum(map(len, FAMILIES.values())) == len(RULES)


def test_only_the_rules_of_last_resort_wait_for_the_others() -> None:
    waiting = {rule.id for rule in RULES if rule.last}
    assert waiting >= {"record.edited", "record.housekeeping"}
    assert {rule_id.partition(".")[0] for rule_id in waiting} <= {"noise", "record"}

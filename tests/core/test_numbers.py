"""Trial numbers: recognised as people write them, spelt as registries do, and never made out of something else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.core.numbers import TrialNumber, is_telling, names, number_in, numbers_in, spelt

AS_WRITTEN = {
    "NCT03737461": TrialNumber("nct", "NCT03737461"),
    "nct 03737461": TrialNumber("nct", "NCT03737461"),
    "ClinicalTrials.gov identifier: NCT03737461": TrialNumber("nct", "NCT03737461"),
    "EudraCT 2017-002092-25": TrialNumber("eudract", "2017-002092-25"),
    "EudraCT number: 2017-002092-25": TrialNumber("eudract", "2017-002092-25"),
    "2017-002092-25/FR": TrialNumber("eudract", "2017-002092-25"),
    "2017‐002092‐25": TrialNumber("eudract", "2017-002092-25"),
    "2022-500024-30-00": TrialNumber("ctis", "2022-500024-30"),
    "EU CT number 2022-500024-30": TrialNumber("ctis", "2022-500024-30"),
    "ISRCTN 98765432": TrialNumber("isrctn", "ISRCTN98765432"),
    "chictr2000029308": TrialNumber("chictr", "ChiCTR2000029308"),
    "ChiCTR-IOR-17013301": TrialNumber("chictr", "ChiCTR-IOR-17013301"),
    "jRCTs031180001": TrialNumber("jrct", "jRCTs031180001"),
    "UMIN000012345": TrialNumber("umin", "UMIN000012345"),
    "ACTRN12612000730853": TrialNumber("actrn", "ACTRN12612000730853"),
    "CTRI/2017/01/007650": TrialNumber("ctri", "CTRI/2017/01/007650"),
    "IRCT20080901001165N45": TrialNumber("irct", "IRCT20080901001165N45"),
    "KCT0001234": TrialNumber("kct", "KCT0001234"),
    "DRKS00012345": TrialNumber("drks", "DRKS00012345"),
    "RBR-6fz5z2": TrialNumber("rbr", "RBR-6fz5z2"),
    "PACTR201509001170295": TrialNumber("pactr", "PACTR201509001170295"),
    "NL-OMON12345": TrialNumber("nl", "NL-OMON12345"),
    "NTR1111": TrialNumber("ntr", "NTR1111"),
    "RPCEC00000123": TrialNumber("rpcec", "RPCEC00000123"),
    "SLCTR/2019/012": TrialNumber("slctr", "SLCTR/2019/012"),
    "TCTR20190101001": TrialNumber("tctr", "TCTR20190101001"),
    "U1111-1201-4567": TrialNumber("utn", "U1111-1201-4567"),
}


@pytest.mark.parametrize("written", AS_WRITTEN)
def test_a_number_is_recognised_as_people_write_it(written: str) -> None:
    assert number_in(written) == AS_WRITTEN[written]
    assert spelt(written) == AS_WRITTEN[written].text
    assert number_in(AS_WRITTEN[written].text) == AS_WRITTEN[written]
    assert AS_WRITTEN[written].registry


@pytest.mark.parametrize(
    "dummy",
    [
        "NCT00000000",
        "NCT12345678",
        "ISRCTN00000000",
        "U0000-0000-0000",
        "U1111-1111-1111",
        "2017-000000-00",
        "DRKS00000000",
    ],
)
def test_a_number_that_stands_for_none_is_none(dummy: str) -> None:
    assert number_in(dummy) is None
    assert numbers_in(f"Registered as {dummy}.") == ()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "RECHMPL17_0206",
        "NCT037374612",
        "XNCT03737461",
        "NCT03737461 and NCT06325566",
        "NCT03737461 of 2018",
        "doi 10.1016/2017-002092-25",
        "call 33-2017-002092-25-12",
        "1999-002092-25",
    ],
)
def test_what_is_not_one_number_alone_is_none(text: str) -> None:
    assert number_in(text) is None


def test_all_numbers_of_a_text_come_once_in_their_order() -> None:
    text = "(ISRCTN98765432; EudraCT 2017-002092-25, NCT03737461. See also nct03737461 and 2017-002092-25-FR)"
    assert [number.text for number in numbers_in(text)] == [
        "ISRCTN98765432",
        "2017-002092-25",
        "NCT03737461",
    ]


def test_a_resubmission_is_the_same_trial() -> None:
    assert number_in("2022-500024-30-00") == number_in("2022-500024-30-01")


def test_a_text_names_a_number_of_no_known_kind_as_a_whole_word() -> None:
    assert names("Funded as rechmpl17_0206.", "RECHMPL17_0206")
    assert names("protocol MSB\u2010DR003, part 2", "MSB-DR003")
    assert not names("protocol MSB-DR0031", "MSB-DR003")
    assert not names("protocol", "")


@pytest.mark.parametrize("number", ["NTR12", "RECHMPL17_0206", "MSB-DR003", "20-000330", "2017-002092-25"])
def test_a_number_that_stands_in_few_texts_is_telling(number: str) -> None:
    assert is_telling(number)
    assert names(f"Registered as {number}.", number)


@pytest.mark.parametrize("number", ["", "12", "2018-1", "1234567", "RESPINE", "A-1", "NCT00000000"])
def test_a_number_that_stands_in_many_texts_or_for_none_is_not(number: str) -> None:
    assert not is_telling(number)
    assert not names(f"Of 12 in 2018-1 for RESPINE 1234567 A-1 {number}", number)


def test_a_text_names_a_known_number_however_it_is_spelt() -> None:
    assert names("(EudraCT 2017‐002092‐25/FR)", "EudraCT 2017-002092-25")
    assert not names("NCT037374611", "NCT03737461")


def test_what_has_no_known_form_keeps_its_spelling() -> None:
    assert spelt("  MSB-DR003  part 2 ") == "MSB-DR003 part 2"


@given(st.text())
def test_any_text_is_read_without_complaint(text: str) -> None:
    for number in numbers_in(text):
        assert number_in(number.text) == number


@given(st.integers(min_value=2, max_value=99999999), st.sampled_from(["", " ", ": "]))
def test_every_number_of_clinicaltrials_gov_is_found_in_any_sentence(n: int, between: str) -> None:
    number = f"NCT{n:08d}"
    if number_in(number) is not None:
        assert numbers_in(f"Trial registration NCT{between}{n:08d}.") == (TrialNumber("nct", number),)

from hypothesis import given
from hypothesis import strategies as st

from monitor.render.words import GAP, Piece, marked

WORDS = st.lists(
    st.sampled_from(["pain", "score", "at", "12", "months.", "change", "from", "baseline;"]), max_size=40
)


def test_the_changed_word_is_marked_between_its_neighbours() -> None:
    assert marked("Change in pain at 12 months", "Change in pain at 24 months") == (
        Piece("same", "Change in pain at"),
        Piece("out", "12"),
        Piece("in", "24"),
        Piece("same", "months"),
    )


def test_a_line_that_comes_is_shown_with_the_words_before_it() -> None:
    assert marked("Pain.\nDisability.", "Pain.\nDisability.\nSafety.") == (
        Piece("same", "Pain. Disability."),
        Piece("in", "Safety."),
    )


def test_what_stayed_between_two_changes_is_left_out_but_for_its_ends() -> None:
    middle = " ".join(f"w{number}" for number in range(100))
    pieces = marked(f"old {middle} old", f"new {middle} new")
    assert pieces[2] == Piece("same", f"w0 w1 w2 w3 w4 w5 {GAP} w94 w95 w96 w97 w98 w99")


def test_texts_that_differ_in_white_space_only_give_nothing() -> None:
    assert marked("a  b\nc", "a b\n\n c") == ()


def test_two_long_texts_without_a_common_word_are_cut() -> None:
    pieces = marked("x " * 4000, "y " * 4000)
    assert [piece.mark for piece in pieces] == ["out", "in", "same"]
    assert all(len(piece.text) < 200 for piece in pieces)


@given(WORDS, WORDS)
def test_the_marked_words_are_those_of_the_two_texts(before: list[str], after: list[str]) -> None:
    pieces = marked(" ".join(before), " ".join(after), most=1000)
    if before == after:
        assert pieces == ()
        return

    def text(*marks: str) -> list[str]:
        return [word for piece in pieces if piece.mark in marks for word in piece.text.split()]

    assert _in_order([word for word in text("same", "out") if word != GAP], before)
    assert _in_order([word for word in text("same", "in") if word != GAP], after)
    assert any(piece.mark != "same" for piece in pieces)


def _in_order(words: list[str], whole: list[str]) -> bool:
    rest = iter(whole)
    return all(word in rest for word in words)

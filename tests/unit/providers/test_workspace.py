"""The workspace model: guesses what was seen, says how sure it is, and stays within its memory."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pointsman.providers.workspace import CANDIDATES, WorkspaceModel

HANDLERS = "\n".join(
    f"""
async def list_{name}(session: Session, limit: int = 50) -> list[{name.title()}]:
    rows = await session.execute(select({name.title()}).limit(limit))
    return [row.{name} for row in rows]
"""
    for name in ("orders", "customers", "products", "invoices")
)


def model() -> WorkspaceModel:
    one = WorkspaceModel()
    one.learn("handlers.py", HANDLERS)
    one.settle()
    return one


def test_it_completes_an_idiom_of_the_workspace() -> None:
    guess = model().guess("async def list_returns(session: Session, limit: int = ", "\n")
    assert guess is not None
    assert guess.text.startswith("50) ->")


def test_a_half_typed_word_is_finished() -> None:
    guess = model().guess("    rows = await session.exe", "\n")
    assert guess is not None
    assert guess.text.startswith("cute(select(")


def test_what_was_seen_more_often_and_longer_is_surer() -> None:
    known = model().guess("async def list_returns(session: Session, limit: int = ", "\n")
    vague = model().guess("x = (", "\n")
    assert known is not None
    assert vague is None or vague.confidence < known.confidence


def test_nothing_like_it_gives_nothing() -> None:
    assert model().guess("SELECT name FROM ", "\n") is None


def test_the_open_file_counts_without_being_learnt() -> None:
    buffer = "self.checkout_total = checkout(cart)\n" * 3
    guess = WorkspaceModel().guess(buffer + "self.checkout_total = ", "\n")
    assert guess is not None
    assert guess.text == "checkout(cart)"


def test_a_file_is_learnt_once_and_the_limit_holds() -> None:
    one = WorkspaceModel(limit_tokens=50)
    assert one.learn("a", HANDLERS)
    assert not one.learn("a", HANDLERS)
    assert not one.learn("b", "x = 1")


def test_guessing_leaves_no_trace_of_the_buffer() -> None:
    one = model()
    one.guess("a_name_that_only_the_buffer_has = ", "\n")
    assert one.words("a_name_that") == []


@given(st.text(max_size=80), st.text(max_size=40))
def test_guessing_is_total(prefix: str, suffix: str) -> None:
    guess = model().guess(prefix, suffix)
    assert guess is None or (0 < guess.confidence <= 1 and guess.text.strip())


def test_a_guess_looks_at_a_bounded_number_of_places_however_large_the_workspace() -> None:
    large = WorkspaceModel()
    for n in range(200):
        large.learn(str(n), HANDLERS)
    large.settle()
    vocabulary = large._vocabulary
    found = large._stream.places(vocabulary.number("limit"), vocabulary.number(":"))
    assert 0 < len(found) <= CANDIDATES

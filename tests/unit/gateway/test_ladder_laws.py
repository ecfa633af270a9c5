"""Laws of the ladder under any behaviour of three models: time, text, labels and a clean table afterwards."""

from __future__ import annotations

import asyncio
import tempfile
from itertools import pairwise
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.gateway.scripted import LADDER, FakeClock, Step, ask, rig, template

from pointsman.core.errors import Fault, ProviderError
from pointsman.core.types import Source, Usage
from pointsman.gateway.answer import Verdict
from pointsman.providers.base import Done

_WAITS = st.sampled_from([0.0, 0.5, 4.0, 11.0, 1e5])
_PIECES = st.sampled_from(["alpha ", "beta\n", " ", "x" * 3_000])
_FAILS = st.builds(
    lambda fault, after: ProviderError(fault, "scripted", retry_after_s=after),
    st.sampled_from(list(Fault)),
    st.sampled_from([None, 0.0, 3.0, 1e4]),
)
_ENDS = st.one_of(_FAILS, st.builds(lambda cut: Done(Usage(5, 5), truncated=cut), st.booleans()))
_STEPS: st.SearchStrategy[list[Step]] = st.builds(
    lambda middle, end: [*middle, *end], st.lists(st.one_of(_WAITS, _PIECES), max_size=6), st.lists(_ENDS, max_size=1)
)
_SCRIPTS = st.fixed_dictionaries({slot: st.lists(_STEPS, min_size=1, max_size=3) for slot in LADDER})


@settings(max_examples=60, deadline=None)
@given(_SCRIPTS, st.integers(0, 10), st.booleans())
def test_whatever_the_models_do(scripts: dict[str, list[list[Step]]], score: int, offline: bool) -> None:
    async def run(folder: Path) -> None:
        made = rig(folder)
        made.provider.scripts = {slot: list(steps) for slot, steps in scripts.items()}
        shown: list[str] = []
        request = ask(check=lambda text: Verdict(score / 10, text.strip()), offline=(template,) if offline else ())
        for _ in range(2):
            shown.clear()
            began = made.clock.monotonic()
            answer = await made.answer(request, shown.append)
            assert made.clock.monotonic() - began <= answer.plan.deadline_s + 0.1
            assert (shown[-1] if shown else "") == answer.text
            for before, after in pairwise(["", *shown]):
                assert after == "" or after.startswith(before) or after == answer.text
            assert bool(answer.text) is (answer.source is not Source.NONE)
            assert answer.text or answer.message
            assert answer.message or not answer.degraded
            assert answer.source is not Source.NONE or not offline
            if answer.source is Source.MODEL:
                assert sum(each.fault is None for each in answer.attempts) == 1
                assert answer.quality >= 0.7 or answer.message
            else:
                assert all(each.fault is not None for each in answer.attempts)
        assert isinstance(made.clock, FakeClock)
        assert all(made.gateway.fleet.health(each).active == 0 for each in made.gateway.fleet.deployments)
        assert made.provider.closed == len(made.provider.calls)
        await made.aclose()

    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(run(Path(folder)))

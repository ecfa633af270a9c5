"""Inline completion: ghost text while somebody types.

What was shown is served again, shorter, while it is typed through: no request, no delay. A new place waits for a pause, then
goes through the gateway; without a model, the workspace's own repetition answers, and only when it is confident.
"""

from __future__ import annotations

import asyncio

from pointsman.agents.hole import fit, hole_check, wants_block
from pointsman.agents.prompts import hole_prompt
from pointsman.core.document import Snapshot
from pointsman.core.types import Position, Range, ServiceLevel, Source
from pointsman.features.items import InlineItem
from pointsman.features.session import Session, Shown
from pointsman.features.study import Study
from pointsman.gateway.answer import Ask, Fallback

_PREFIX, _SUFFIX = 40_000, 20_000
_CONFIDENT = 0.5
"""Measured by bench/workspace.py: above it about four of five guesses are the line that followed."""
_CONFIDENT_WHEN_ASKED = 0.15
_STUDY_LIMIT = 400_000


async def inline_completion(
    session: Session, snapshot: Snapshot, position: Position, *, invoked: bool
) -> tuple[InlineItem, ...]:
    """At most one item at `position`. `invoked` is true when the person asked for it: then it comes at once, and bolder."""
    if not session.settings.inline_completion_enabled and not invoked:
        return ()
    prefix, suffix = around(snapshot, position)
    shown = typed_through(session.shown.get(snapshot.uri), prefix, suffix)
    if shown is None:
        if inside_word(suffix) or not prefix.strip():
            return ()
        online = session.service_level() is not ServiceLevel.EMERGENCY
        if online and not invoked:
            await asyncio.sleep(session.settings.inline_completion_delay_ms / 1000)
        shown = await _new(session, snapshot, prefix, suffix, invoked=invoked)
    if shown is None:
        session.shown.pop(snapshot.uri, None)
        return ()
    session.shown[snapshot.uri] = shown
    return (InlineItem(shown.text, Range(position, position), shown.answer_id, shown.source),)


def around(snapshot: Snapshot, position: Position) -> tuple[str, str]:
    """The text before and after a position, bounded, with line ends as \\n."""
    text = snapshot.text
    at = text.offset(position)
    before = text.slice(Range(text.position(max(0, at - _PREFIX)), position))
    after = text.slice(Range(position, text.position(min(len(text), at + _SUFFIX))))
    return _unix(before), _unix(after)


def inside_word(suffix: str) -> bool:
    """Whether the cursor stands before more of a word: a completion there would split it."""
    return suffix[:1].isalnum() or suffix[:1] == "_"


def typed_through(shown: Shown | None, prefix: str, suffix: str) -> Shown | None:
    """What is left of the shown text when the person typed its beginning; None when they went another way."""
    if shown is None or not prefix.startswith(shown.prefix):
        return None
    typed = prefix[len(shown.prefix) :]
    rest = shown.text[len(typed) :]
    # Editors close a bracket as it is typed, so the suffix may have grown by what the rest would bring itself.
    same_place = suffix == shown.suffix or suffix.endswith(shown.suffix)
    if not same_place or not shown.text.startswith(typed) or not rest.strip():
        return None
    if suffix != shown.suffix:
        rest = fit(rest, prefix, suffix, block="\n" in rest)
        if not rest:
            return None
    return Shown(prefix, suffix, rest, shown.answer_id, shown.source)


async def _new(session: Session, snapshot: Snapshot, prefix: str, suffix: str, *, invoked: bool) -> Shown | None:
    study = await session.recent_study(snapshot) if len(snapshot.text) <= _STUDY_LIMIT else None
    block = wants_block(prefix, suffix)
    answer = await session.ask(_ask(session, snapshot, study, prefix, suffix, block=block, invoked=invoked))
    text = answer.text
    return Shown(prefix, suffix, text, answer.id, answer.source) if text else None


def _ask(
    session: Session, snapshot: Snapshot, study: Study | None, prefix: str, suffix: str, *, block: bool, invoked: bool
) -> Ask:
    name = session.name_of(snapshot)
    language = study.language if study else None
    prompt = hole_prompt(
        prefix, suffix, path=name, language=study.language_name if study else snapshot.language_id, multiline=block
    )
    threshold = _CONFIDENT_WHEN_ASKED if invoked else _CONFIDENT

    def from_workspace() -> Fallback | None:
        guess = session.model.guess(prefix, suffix)
        if guess is None or guess.confidence < threshold:
            return None
        text = fit(guess.text, prefix, suffix, block=False)
        return Fallback(text, Source.WORKSPACE, f"seen in this workspace, {guess.confidence:.0%} sure") if text else None

    return Ask(
        agent=study.agent.name if study else "generalist",
        profile=session.profile(snapshot, study, "inline_completion", prompt=prompt),
        prompt=prompt,
        check=hole_check(prefix, suffix, block=block, language=language),
        scope=session.scope,
        document=snapshot.uri,
        offline=(from_workspace,),
    )


def _unix(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")

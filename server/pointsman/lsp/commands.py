"""The commands that an editor can execute. Each takes one object, and takes its snapshot before anything else."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lsprotocol import types

from pointsman.core.document import Snapshot
from pointsman.core.types import Range
from pointsman.lsp import convert
from pointsman.lsp.errors import RequestError, invalid_params
from pointsman.lsp.markdown import safe
from pointsman.lsp.status import wire_status

if TYPE_CHECKING:
    from pointsman.lsp.session import Session

Answer = Coroutine[Any, Any, object]
FEEDBACK = "pointsman.server.feedback"
NOOP = "pointsman.server.noop"


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a command: its argument, and where the editor wants to see progress."""

    argument: Mapping[str, object]
    token: types.ProgressToken | None = None


def accepted(answer_id: str) -> types.Command:
    """What an editor executes when a person takes a suggestion."""
    return types.Command(title="Accepted", command=FEEDBACK, arguments=[{"id": answer_id, "event": "accepted"}])


def _snapshot(session: Session, call: Call) -> Snapshot:
    uri = call.argument.get("uri")
    if not isinstance(uri, str):
        raise invalid_params("`uri` must name an open document")
    snapshot = session.documents.get(uri)
    if snapshot is None:
        raise RequestError(types.LSPErrorCodes.RequestFailed, "That document is not open in the editor")
    return snapshot


def _range(session: Session, call: Call, snapshot: Snapshot) -> Range | None:
    if (given := call.argument.get("range")) is None:
        return None
    try:
        wire = session.server.protocol.structure(given, types.Range)
    except Exception as error:
        raise invalid_params("`range` is not a range") from error
    return convert.range_in(snapshot, wire, session.client.encoding)


def review(session: Session, call: Call) -> Answer:
    """`{uri, range?}` -> `{findings, message, degraded}`; the findings themselves come as diagnostics."""
    snapshot = _snapshot(session, call)
    span = _range(session, call, snapshot)

    async def answer() -> object:
        from pointsman.lsp.progress import progress

        workbench = await session.workbench()
        async with progress(session, call.token, "Pointsman: review") as report:
            found = await workbench.review(snapshot, span, report)
        return {"findings": len(found.findings), "message": found.message, "degraded": found.degraded}

    return answer()


def explain(session: Session, call: Call) -> Answer:
    """`{uri, range}` -> `{markdown, message, degraded}`"""
    snapshot = _snapshot(session, call)
    span = _range(session, call, snapshot)
    if span is None:
        raise invalid_params("`range` is missing")

    async def answer() -> object:
        from pointsman.lsp.progress import progress

        workbench = await session.workbench()
        async with progress(session, call.token, "Pointsman: explain") as report:
            found = await workbench.explain(snapshot, span, report)
        return {"markdown": safe(found.markdown), "message": found.message, "degraded": found.degraded}

    return answer()


async def last_route(session: Session, _: Call) -> object:
    """`-> {markdown}`: which model answered last, and why."""
    return {"markdown": safe((await session.workbench()).last_route())}


async def status(session: Session, _: Call) -> object:
    """`->` what `pointsman/status` carries."""
    return wire_status((await session.workbench()).status())


async def clear_findings(session: Session, call: Call) -> object:
    """`{uri?} -> null`: forget what reviews found."""
    uri = call.argument.get("uri")
    (await session.workbench()).clear_findings(uri if isinstance(uri, str) else None)
    return None


async def feedback(session: Session, call: Call) -> object:
    """`{id, event} -> null`: a person took an answer, or did not."""
    answer_id, event = call.argument.get("id"), call.argument.get("event")
    if not isinstance(answer_id, str) or not isinstance(event, str):
        raise invalid_params("`id` and `event` must be strings")
    (await session.workbench()).feedback(answer_id, event)
    return None


async def noop(_session: Session, _: Call) -> object:
    """`-> null`: what a lens executes in an editor that can show nothing more."""
    return None


COMMANDS: dict[str, Callable[[Session, Call], Answer]] = {
    "pointsman.server.review": review,
    "pointsman.server.explain": explain,
    "pointsman.server.lastRoute": last_route,
    "pointsman.server.clearFindings": clear_findings,
    "pointsman.server.status": status,
    FEEDBACK: feedback,
    NOOP: noop,
}

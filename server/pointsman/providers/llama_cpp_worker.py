"""The local model's own process: may crash, hang or be killed without harm to the server.

    python -P -E -B -m pointsman.providers.llama_cpp_worker

Speaks `llama_cpp_frames` over stdin and stdout, works on one request at a time in the order of their coming, and leaves when
stdin ends, whatever it is doing.
"""

from __future__ import annotations

import codecs
import os
import queue
import threading
from collections.abc import Mapping
from typing import Any, BinaryIO

from pointsman.providers import llama_cpp_frames as frames
from pointsman.providers import llama_cpp_prompt as layout
from pointsman.providers.llama_cpp_model import LoadError, Model, TooLongError, WithdrawnError
from pointsman.providers.llama_cpp_sandbox import confine


class StopStrings:
    """Ends a stream of text at the first of some strings, holding back only what may yet become one."""

    def __init__(self, stops: tuple[str, ...]) -> None:
        self._stops = tuple(stop for stop in stops if stop)
        self._held = ""
        self.hit = False

    def feed(self, text: str) -> str:
        """What may be shown now that `text` has come."""
        self._held += text
        found = [at for stop in self._stops if (at := self._held.find(stop)) >= 0]
        if found:
            self.hit = True
            shown, self._held = self._held[: min(found)], ""
            return shown
        longest = max((len(stop) - 1 for stop in self._stops), default=0)
        for size in range(min(longest, len(self._held)), 0, -1):
            if any(stop.startswith(self._held[-size:]) for stop in self._stops):
                shown, self._held = self._held[:-size], self._held[-size:]
                return shown
        shown, self._held = self._held, ""
        return shown

    def rest(self) -> str:
        """What was held back, at the end of the stream."""
        shown, self._held = self._held, ""
        return shown


class Worker:
    """Requests come from a thread that reads, and are answered in the thread that owns the model."""

    def __init__(self, source: BinaryIO, sink: BinaryIO, cut_off: bool) -> None:
        self._source, self._sink, self._cut_off = source, sink, cut_off
        self._todo: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
        self._now = -1
        self._withdrawn: set[int] = set()

    def run(self) -> None:
        """Serves until stdin ends, which ends the process."""
        threading.Thread(target=self._listen, daemon=True).start()
        wish = self._todo.get()
        try:
            model = Model(
                wish["path"], context=wish["context"], threads=wish["threads"], cancelled=lambda: self._now in self._withdrawn
            )
            hole = layout.find_hole(model, wish["fim"])
        except (LoadError, ImportError, OSError, AttributeError) as error:
            self._send("refused", kind=type(error).__name__, message=str(error))
            return
        chat = layout.find_chat(model)
        self._send(
            "ready",
            context=model.context,
            fim=hole.name if hole else "",
            chat=chat.name,
            network="none" if self._cut_off else "open",
        )
        while True:
            wish = self._todo.get()
            self._now = wish["id"]
            for old in list(self._withdrawn):
                if old < self._now:
                    self._withdrawn.discard(old)
            try:
                self._answer(model, hole, chat, wish)
            except WithdrawnError:
                self._send("error", id=self._now, fault="cancelled", message="withdrawn")
            except TooLongError as error:
                self._send("error", id=self._now, fault="too_long", message=str(error))
            except (RuntimeError, ValueError, KeyError, TypeError) as error:
                self._send("error", id=self._now, fault="server", message=f"{type(error).__name__}: {error}")

    def _answer(self, model: Model, hole: layout.FoundHole | None, chat: layout.Chat, wish: Mapping[str, Any]) -> None:
        room = min(max(int(wish["tokens"]), 1), model.context // 2)
        stops = tuple(wish["stop"])
        if wish["fim"]:
            prompt = layout.fill_hole(model, hole, wish["prefix"], wish["suffix"], model.context - room)
        else:
            if sum(len(text) for _, text in wish["messages"]) > model.context * 64:
                raise TooLongError("the conversation is far longer than the context")
            prompt = layout.converse(model, chat, wish["system"], [(role, text) for role, text in wish["messages"]])
            stops += chat.stop
        if not prompt:
            self._send("error", id=wish["id"], fault="empty", message="there is nothing to go on from")
            return
        decoder = codecs.getincrementaldecoder("utf-8")("replace")
        shown = StopStrings(stops)
        chances: list[float] = []
        finished = False
        ends = hole.ends if wish["fim"] and hole else frozenset()
        answer = model.generate(prompt, tokens=room, temperature=wish["temperature"], json=wish["json"], ends=ends)
        for token in answer:
            chances.append(token.probability)
            finished = token.last
            if text := shown.feed(decoder.decode(token.piece)):
                self._send("text", id=wish["id"], text=text)
            if shown.hit:
                finished = True
                break
        if not shown.hit and (text := shown.feed(decoder.decode(b"", True)) + shown.rest()):
            self._send("text", id=wish["id"], text=text)
        self._send(
            "done",
            id=wish["id"],
            input=len(prompt),
            cached=model.reused,
            output=len(chances),
            truncated=not finished,
            confidence=sum(chances) / len(chances) if chances else 0.0,
        )

    def _listen(self) -> None:
        try:
            while (message := frames.read(self._source)) is not None:
                if message["op"] == "cancel":
                    self._withdrawn.add(message["id"])
                else:
                    self._todo.put(message)
        finally:
            # The server is gone. A decode may still run in the other thread and cannot be waited for.
            os._exit(0)

    def _send(self, op: str, **values: object) -> None:
        try:
            self._sink.write(frames.pack({"op": op, **values}))
            self._sink.flush()
        except OSError:
            os._exit(0)


def main() -> None:
    """The process: keeps the pipes to itself, gives up what it does not need, then serves."""
    source, sink = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    # Libraries write where they like: none of it may get between the messages.
    nothing = os.open(os.devnull, os.O_RDWR)
    for standard in range(3):
        os.dup2(nothing, standard)
    Worker(source, sink, confine(os.getppid())).run()


if __name__ == "__main__":
    main()

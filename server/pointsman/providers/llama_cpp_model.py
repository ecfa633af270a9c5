"""One GGUF, loaded by llama.cpp: tokens in, tokens out. Runs only in the local model's own process.

It calls the C interface rather than the `Llama` class, which compiles the file's chat template when it loads (T11), hard-codes
the FIM ids of `suffix=`, and counts no reused tokens. One sequence lives in the memory: a prompt that begins like the
last one costs only its difference.
"""

from __future__ import annotations

import ctypes
import importlib
import os
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

BATCH = 512
SEED = 20
_ERROR_LEVEL = 3
_ABORTED, _NO_ROOM = 2, 1
_SPM = 1

JSON_GRAMMAR = r"""
root   ::= value
value  ::= object | array | string | number | "true" | "false" | "null"
object ::= "{" ws ( member ( "," ws member )* )? "}" ws
member ::= string ":" ws value ws
array  ::= "[" ws ( value ws ( "," ws value ws )* )? "]" ws
string ::= "\"" ( [^"\\\x00-\x1f] | "\\" ( ["\\/bfnrt] | "u" [0-9a-fA-F]{4} ) )* "\""
number ::= "-"? ( "0" | [1-9] [0-9]{0,15} ) ( "." [0-9]{1,15} )? ( [eE] [-+]? [0-9]{1,3} )?
ws     ::= [ \t\n]{0,20}
"""


class LoadError(Exception):
    """llama.cpp does not take this file; the text says why in its own words."""


class WithdrawnError(Exception):
    """The request was withdrawn while the model worked on it."""


class TooLongError(Exception):
    """The prompt does not fit the context."""


@dataclass(frozen=True, slots=True)
class Token:
    """One token of an answer: its bytes, the model's probability for it, and whether it ends the answer."""

    id: int
    piece: bytes
    probability: float
    last: bool


class Model:
    """A loaded GGUF. One thread at a time; `cancelled` is asked from inside a decode and must be quick."""

    def __init__(self, path: str, *, context: int, threads: int, cancelled: Callable[[], bool]) -> None:
        self._lib: Any = importlib.import_module("llama_cpp")
        self._numpy: Any = importlib.import_module("numpy")
        self._cancelled = cancelled
        self._said: deque[str] = deque(maxlen=4)
        self._log = self._lib.llama_log_callback(self._hear)
        self._lib.llama_log_set(self._log, None)
        self._lib.llama_backend_init()
        self._model = self._lib.llama_model_load_from_file(os.fsencode(path), self._lib.llama_model_default_params())
        if not self._model:
            raise LoadError(self._last_words())
        trained = int(self._lib.llama_model_n_ctx_train(self._model))
        settings = self._lib.llama_context_default_params()
        settings.n_ctx = min(context, trained) if trained > 0 else context
        settings.n_batch = settings.n_ubatch = BATCH
        settings.n_threads = settings.n_threads_batch = threads
        self._context = self._lib.llama_init_from_model(self._model, settings)
        if not self._context:
            raise LoadError(self._last_words())
        self.context = int(self._lib.llama_n_ctx(self._context))
        self._memory = self._lib.llama_get_memory(self._context)
        self._abort = self._lib.ggml_abort_callback(lambda _: self._cancelled())
        self._lib.llama_set_abort_callback(self._context, self._abort, None)
        self._vocab = self._lib.llama_model_get_vocab(self._model)
        self._size = int(self._lib.llama_vocab_n_tokens(self._vocab))
        self._puts_space = int(self._lib.llama_vocab_type(self._vocab)) == _SPM
        self._held: list[int] = []
        bos = int(self._lib.llama_vocab_bos(self._vocab))
        self.bos = bos if bos >= 0 and self._lib.llama_vocab_get_add_bos(self._vocab) else None
        ids = tuple(int(getattr(self._lib, f"llama_vocab_fim_{part}")(self._vocab)) for part in ("pre", "suf", "mid"))
        self.fim = (ids[0], ids[1], ids[2]) if min(ids) >= 0 else None

    def mark(self, text: str) -> int | None:
        """The id of the one control token that `text` names, or None."""
        ids = self._tokenize(text, special=True)
        # A vocabulary without the mark spells it out; one token that spells plain text is no mark either.
        return ids[0] if len(ids) == 1 and self._is_mark(ids[0], text) else None

    def encode(self, text: str, *, bare: bool = False) -> list[int]:
        """The tokens of plain text; control tokens in it stay text."""
        if bare and self._puts_space:
            # This kind puts a space before a text. A line end never joins what follows, and takes the space with it.
            return self._tokenize("\n" + text)[len(self._tokenize("\n")) :]
        return self._tokenize(text)

    def generate(
        self, prompt: Sequence[int], *, tokens: int, temperature: float, json: bool, ends: frozenset[int]
    ) -> Iterator[Token]:
        """At most `tokens` tokens that follow `prompt`; the last one is an end mark unless the limit came first.

        Raises TooLongError before any work, WithdrawnError from any place.
        """
        if not prompt or len(prompt) + tokens > self.context:
            raise TooLongError(f"{len(prompt)} tokens and {tokens} to answer do not fit {self.context}")
        self.reused = self._keep(prompt)
        self._read(prompt[self.reused :])
        sampler = self._sampler(temperature, json)
        try:
            for number in range(tokens):
                if self._cancelled():
                    raise WithdrawnError
                logits = self._numpy.ctypeslib.as_array(self._lib.llama_get_logits_ith(self._context, -1), (self._size,))
                top = float(logits.max())
                total = float(self._numpy.exp(logits - top).sum())
                # The sampler also tells the grammar which token was taken.
                token = int(self._lib.llama_sampler_sample(sampler, self._context, -1))
                chance = float(self._numpy.exp(logits[token] - top)) / total
                last = token in ends or bool(self._lib.llama_vocab_is_eog(self._vocab, token))
                yield Token(token, b"" if last else self._piece(token), chance, last)
                if last:
                    return
                if number + 1 < tokens:
                    self._read([token])
        finally:
            self._lib.llama_sampler_free(sampler)

    def _keep(self, prompt: Sequence[int]) -> int:
        """Forgets what differs from `prompt`; returns how many of its tokens are still held. The last one is read anew."""
        same = 0
        for held, wanted in zip(self._held, prompt[:-1], strict=False):
            if held != wanted:
                break
            same += 1
        # Models with a running state instead of a memory cannot forget a part.
        if not self._lib.llama_memory_seq_rm(self._memory, 0, same, -1):
            self._lib.llama_memory_clear(self._memory, True)
            same = 0
        del self._held[same:]
        return same

    def _read(self, tokens: Sequence[int]) -> None:
        for start in range(0, len(tokens), BATCH):
            part = tokens[start : start + BATCH]
            if self._cancelled():
                raise WithdrawnError
            array = (ctypes.c_int32 * len(part))(*part)
            status = self._lib.llama_decode(self._context, self._lib.llama_batch_get_one(array, len(part)))
            if status == 0:
                self._held += part
                continue
            # What an aborted decode has left behind is not known: forget it.
            if not self._lib.llama_memory_seq_rm(self._memory, 0, len(self._held), -1):
                self._lib.llama_memory_clear(self._memory, True)
                self._held.clear()
            if status == _ABORTED:
                raise WithdrawnError
            if status == _NO_ROOM:
                raise TooLongError("the context is full")
            raise RuntimeError(f"llama.cpp could not decode (status {status}): {self._last_words()}")

    def _sampler(self, temperature: float, json: bool) -> Any:
        lib = self._lib
        chain = lib.llama_sampler_chain_init(lib.llama_sampler_chain_default_params())
        if json:
            lib.llama_sampler_chain_add(chain, lib.llama_sampler_init_grammar(self._vocab, JSON_GRAMMAR.encode(), b"root"))
        if temperature <= 0:
            lib.llama_sampler_chain_add(chain, lib.llama_sampler_init_greedy())
            return chain
        for step in (
            lib.llama_sampler_init_top_k(40),
            lib.llama_sampler_init_top_p(0.95, 1),
            lib.llama_sampler_init_temp(temperature),
            # Always the same seed: the same request gives the same answer.
            lib.llama_sampler_init_dist(SEED),
        ):
            lib.llama_sampler_chain_add(chain, step)
        return chain

    def _tokenize(self, text: str, *, special: bool = False) -> list[int]:
        data = text.encode("utf-8", "replace")
        room = len(data) + 8
        found = (ctypes.c_int32 * room)()
        count = int(self._lib.llama_tokenize(self._vocab, data, len(data), found, room, False, special))
        if count < 0:
            raise TooLongError("the text has more tokens than bytes")
        return list(found[:count])

    def _piece(self, token: int, *, special: bool = False) -> bytes:
        room = 256
        buffer = ctypes.create_string_buffer(room)
        count = int(self._lib.llama_token_to_piece(self._vocab, token, buffer, room, 0, special))
        return buffer.raw[: max(count, 0)]

    def _is_mark(self, token: int, text: str) -> bool:
        name: bytes | None = self._lib.llama_vocab_get_text(self._vocab, token)
        plain = self._tokenize(text)
        return name is not None and name.decode("utf-8", "replace") == text and plain != [token]

    def _hear(self, level: int, text: bytes, _: object) -> None:
        if level == _ERROR_LEVEL and text.strip():
            self._said.append(text.decode("utf-8", "replace").strip())

    def _last_words(self) -> str:
        # The first error is the cause, the later ones only repeat it on the way out.
        words = self._said[0] if self._said else "no reason given"
        return "".join(sign for sign in words if sign.isprintable())[:200]

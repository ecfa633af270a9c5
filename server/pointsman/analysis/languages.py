"""Which language a file is in. The data is `grammars/<name>/language.toml`: adding a language is adding a folder.

Nothing is read before the first question, and no grammar is loaded here: `syntax` does that, one language at a time.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path, PurePosixPath
from typing import Any

from pointsman.core import resources

_HEAD = 20_000
_OBJECTIVE_C = re.compile(r"^[ \t]*(?:@(?:interface|protocol|class|implementation|property|end)\b|#import\b)", re.M)
_CPP = re.compile(
    r"^[ \t]*(?:class|namespace|template|using|public:|private:|protected:|virtual)\b|\bstd::|^[ \t]*#include <\w+>\s*$", re.M
)
_C_HEADERS = (".h",)


@dataclass(frozen=True, slots=True)
class Embedded:
    """Code of another language inside this one: the text of `content` nodes that lie in `parent` nodes.

    `language` is the default; an attribute `lang` or `type` of the parent (script and style elements) or an info string
    (code fences) may name another. "" means that only what is named there is analysed.
    """

    parent: str
    content: str
    language: str = ""


@dataclass(frozen=True, slots=True)
class Language:
    """One language as `language.toml` describes it.

    `module` and `function` name the entry of its tree-sitter grammar (`tree_sitter_typescript`, `language_tsx`).
    `line_comment` is None and `block_comment` is None where the language has none. `queries` lists the folders whose queries
    are joined for this language, its own last: tsx uses all that typescript has.
    """

    name: str
    folder: Path
    module: str
    function: str = "language"
    lsp_ids: tuple[str, ...] = ()
    extensions: tuple[str, ...] = ()
    filenames: tuple[str, ...] = ()
    interpreters: tuple[str, ...] = ()
    line_comment: str | None = None
    block_comment: tuple[str, str] | None = None
    queries: tuple[str, ...] = ()
    embedded: tuple[Embedded, ...] = ()
    traits: frozenset[str] = frozenset()
    """Conventions of the language that the engines ask for by name; `grammars/README.md` lists them."""


@dataclass(slots=True)
class _Index:
    names: dict[str, Language] = field(default_factory=dict)
    ids: dict[str, Language] = field(default_factory=dict)
    extensions: dict[str, Language] = field(default_factory=dict)
    filenames: dict[str, Language] = field(default_factory=dict)
    patterns: list[tuple[str, Language]] = field(default_factory=list)
    interpreters: dict[str, Language] = field(default_factory=dict)


def detect(path: str | None = None, language_id: str | None = None, source: str = "") -> Language | None:
    """The language of a file, or None where it is none of ours.

    The editor's `language_id` (an LSP id, a Neovim filetype or one of `names()`) goes before the file's name, its name before
    a `#!` line of `source`. A header `.h` is C unless its text shows C++ or Objective-C.
    """
    index = _index()
    by_id = index.ids.get(language_id.lower()) if language_id else None
    by_path = _by_path(index, path) if path else None
    if by_id is not None:
        # Editors send `typescript` for a .tsx file when its own mode is missing: the grammars differ, so the name wins.
        return by_path if by_path is not None and by_id.name in by_path.queries else by_id
    if by_path is not None:
        header = path is not None and path.lower().endswith(_C_HEADERS)
        return _header(index, source, by_path) if header else by_path
    return index.interpreters.get(_interpreter(source[:200])) if source.startswith("#!") else None


def by_name(name: str) -> Language:
    """The language called `name` (one of `names()`); KeyError where there is none."""
    return _index().names[name]


def by_alias(alias: str) -> Language | None:
    """The language that a code fence's info string or a `lang` attribute names (`py`, `ts`, `text/javascript`), or None."""
    word = alias.strip().lower().rpartition("/")[2].removeprefix("x-")
    index = _index()
    return index.ids.get(word) or index.extensions.get("." + word) or index.interpreters.get(word)


def names() -> tuple[str, ...]:
    """The names of all languages, sorted."""
    return tuple(sorted(_index().names))


def _by_path(index: _Index, path: str) -> Language | None:
    name = PurePosixPath(path.replace("\\", "/")).name
    exact = index.filenames.get(name) or index.filenames.get(name.lower())
    if exact is not None:
        return exact
    for pattern, language in index.patterns:
        if fnmatchcase(name.lower(), pattern):
            return language
    # The longest ending first, so that `.d.ts` or `.tf.json` may differ from `.ts` or `.json`.
    lower = name.lower()
    dot = lower.find(".", 1)
    while dot != -1:
        found = index.extensions.get(lower[dot:])
        if found is not None:
            return found
        dot = lower.find(".", dot + 1)
    return None


def _interpreter(head: str) -> str:
    """`python` of `#!/usr/bin/env -S python3.12 -u`."""
    words = [word.rpartition("/")[2] for word in head[2:].splitlines()[0].split()] if head[2:].strip() else []
    if words and words[0] == "env":
        words = [word for word in words[1:] if not word.startswith("-") and "=" not in word]
    return words[0].rstrip("0123456789.").lower() if words else ""


def _header(index: _Index, source: str, default: Language) -> Language:
    head = source[:_HEAD]
    if _OBJECTIVE_C.search(head):
        return index.names.get("objective_c", default)
    return index.names.get("cpp", default) if _CPP.search(head) else default


@cache
def _index() -> _Index:
    index = _Index()
    for file in sorted(resources.grammars().glob("*/language.toml")):
        language = _read(file)
        index.names[language.name] = language
        for key in (language.name, *language.lsp_ids):
            index.ids.setdefault(key, language)
        for extension in language.extensions:
            index.extensions.setdefault(extension, language)
        for filename in language.filenames:
            if "*" in filename:
                index.patterns.append((filename.lower(), language))
            else:
                index.filenames.setdefault(filename, language)
                index.filenames.setdefault(filename.lower(), language)
        for interpreter in language.interpreters:
            index.interpreters.setdefault(interpreter, language)
    return index


def _read(file: Path) -> Language:
    data: dict[str, Any] = tomllib.loads(file.read_text(encoding="utf-8"))
    name = file.parent.name
    module, _, function = data["grammar"].partition(":")
    block = data.get("block_comment")
    return Language(
        name=name,
        folder=file.parent,
        module=module,
        function=function or "language",
        lsp_ids=tuple(data.get("lsp_ids", ())),
        extensions=tuple(data.get("extensions", ())),
        filenames=tuple(data.get("filenames", ())),
        interpreters=tuple(data.get("interpreters", ())),
        line_comment=data.get("line_comment"),
        block_comment=(block[0], block[1]) if block else None,
        queries=(*data.get("inherits", ()), name),
        embedded=tuple(Embedded(**item) for item in data.get("embedded", ())),
        traits=frozenset(data.get("traits", ())),
    )

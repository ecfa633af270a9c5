from __future__ import annotations

import pytest

from pointsman.analysis import languages, syntax

NAMES = """
bash c cpp csharp css dart dockerfile go hcl html java javascript json kotlin markdown objective_c php python ruby rust scss sql
svelte swift toml tsx typescript vue yaml
""".split()  # noqa: SIM905  (read as a sentence)


def test_all_languages_are_there() -> None:
    assert list(languages.names()) == NAMES


@pytest.mark.parametrize(
    ("path", "language_id", "source", "expected"),
    [
        ("a.py", None, "", "python"),
        ("src/App.tsx", None, "", "tsx"),
        ("types.d.ts", None, "", "typescript"),
        ("C:\\work\\Main.KT", None, "", "kotlin"),
        ("deploy/Dockerfile", None, "", "dockerfile"),
        ("Dockerfile.prod", None, "", "dockerfile"),
        ("Podfile", None, "", "ruby"),
        ("main.tf", None, "", "hcl"),
        ("view.h", None, "#import <UIKit/UIKit.h>\n@interface A\n@end", "objective_c"),
        ("list.h", None, "#include <vector>\nnamespace a {}", "cpp"),
        ("list.h", None, "int f(void);", "c"),
        ("run", None, "#!/usr/bin/env python3\n", "python"),
        ("run", None, "#!/bin/sh\n", "bash"),
        ("run", None, "#!/usr/bin/env -S node --x\n", "javascript"),
        ("notes.txt", None, "", None),
        (None, "shellscript", "", "bash"),
        (None, "typescriptreact", "", "tsx"),
        (None, "objective-c", "", "objective_c"),
        ("a.tsx", "typescript", "", "tsx"),
        ("a.py", "plaintext", "", "python"),
        ("a.txt", "go", "", "go"),
        (None, None, "", None),
    ],
)
def test_detect(path: str | None, language_id: str | None, source: str, expected: str | None) -> None:
    found = languages.detect(path, language_id, source)
    assert (found.name if found else None) == expected


@pytest.mark.parametrize("alias", ["py", "ts", "text/javascript", "sh", "c++", "yml"])
def test_alias_of_a_code_fence(alias: str) -> None:
    assert languages.by_alias(alias) is not None


@pytest.mark.parametrize("name", NAMES)
def test_every_grammar_loads_and_every_query_compiles(name: str) -> None:
    language = languages.by_name(name)
    assert syntax.load(language) is not None
    for file in language.folder.glob("*.scm"):
        assert syntax.compiled(language, file.stem) is not None

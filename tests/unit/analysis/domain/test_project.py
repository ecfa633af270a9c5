"""Size and stack of a project, in the strategy's words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pointsman.analysis.project import project

PACKAGE = '{{"dependencies": {{{}}}}}'


@pytest.mark.parametrize(
    ("files", "lines", "size"),
    [
        (1, None, "small"),
        (60, 9_000, "small"),
        (30, 40_000, "medium"),
        (400, None, "medium"),
        (1_500, None, "large"),
        (20, 300_000, "large"),
    ],
)
def test_size(files: int, lines: int | None, size: str) -> None:
    assert project({}, files=files, lines=lines).size == size


@pytest.mark.parametrize(
    ("name", "text", "stack"),
    [
        ("web/package.json", PACKAGE.format('"react": "^19.0.0", "vite": "^7.0.0"'), "modern_stack"),
        ("package.json", PACKAGE.format('"react": "^15.6.0", "webpack": "3.1.0", "grunt": "1"'), "legacy_stack"),
        ("package.json", PACKAGE.format('"react": "20.0.0-canary.1", "typescript": "7.0.0-beta"'), "cutting_edge"),
        ("package.json", PACKAGE.format('"react-native": "0.66.0"'), "legacy_stack"),
        ("package.json", PACKAGE.format('"react-native": "0.80.1"'), "modern_stack"),
        ("backend/pyproject.toml", 'requires-python = ">=3.11"\ndependencies = ["pydantic>=2.9"]\n', "modern_stack"),
        ("setup.py", 'setup(python_requires=">=2.7", install_requires=["six", "Django>=1.11"])', "legacy_stack"),
        ("requirements.txt", "django==5.2\n", "modern_stack"),
        ("pom.xml", "<properties><java.version>1.8</java.version></properties>", "legacy_stack"),
        ("build.gradle.kts", "android { compileSdk = 36 }\n", "modern_stack"),
        ("go.mod", "module a\n\ngo 1.25\n", "modern_stack"),
        ("go.mod", "module a\n\ngo 1.13\n", "legacy_stack"),
        ("Cargo.toml", '[package]\nedition = "2024"\n', "modern_stack"),
        ("Gemfile", "gem 'rails', '~> 4.2'\n", "legacy_stack"),
        ("composer.json", '{"require": {"php": "^8.3"}}', "modern_stack"),
        ("package.json", "{}", None),
        ("README.md", "react 15", None),
    ],
)
def test_stack(name: str, text: str, stack: str | None) -> None:
    found = project({name: text}, files=10)
    assert found.stack == stack
    assert stack is None or len(found.evidence) > 1


def test_one_experiment_among_settled_versions_is_no_cutting_edge() -> None:
    text = PACKAGE.format('"react": "^19.0.0", "vite": "^7.0.0", "typescript": "^5.8.0", "eslint": "10.0.0-beta.1"')
    assert project({"package.json": text}, files=10).stack == "modern_stack"


@given(
    st.dictionaries(st.sampled_from(["package.json", "go.mod", "a/pom.xml", "setup.py", "Cargo.toml", "Gemfile"]), st.text()),
    st.integers(0),
)
def test_any_manifest(manifests: dict[str, str], files: int) -> None:
    assert project(manifests, files=files).evidence

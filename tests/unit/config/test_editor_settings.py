"""The settings that the VS Code extension declares are those that the server reads, with the same words and bounds."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pointsman.config import options
from pointsman.config.load import load
from pointsman.config.options import OPTIONS

ROOT = Path(__file__).parents[3]
OF_THE_EXTENSION = {"server.path", "python", "trace.server", "keys.store"}


def declared() -> dict[str, dict[str, object]]:
    manifest = json.loads((ROOT / "editors" / "vscode" / "package.json").read_text("utf-8"))
    sections = manifest["contributes"]["configuration"]
    sections = sections if isinstance(sections, list) else [sections]
    found = {key: schema for section in sections for key, schema in section["properties"].items()}
    return {key.removeprefix("pointsman."): schema for key, schema in found.items()}


@pytest.mark.parametrize("name", sorted(set(declared()) - OF_THE_EXTENSION))
def test_every_declared_setting_is_read(name):
    assert name in {option.editor for option in OPTIONS}


@pytest.mark.parametrize("name", sorted(set(declared()) - OF_THE_EXTENSION))
def test_every_value_that_the_editor_offers_is_understood(name, tmp_path):
    schema = declared()[name]
    offered = [*schema.get("enum", []), schema.get("default"), schema.get("minimum"), schema.get("maximum")]
    for value in offered:
        found = load({"POINTSMAN_CONFIG_DIR": str(tmp_path)}, editor={name: value})
        assert found.notices == (), (name, value)


@pytest.mark.parametrize("name", sorted(set(declared()) - OF_THE_EXTENSION))
def test_the_editor_s_default_is_the_server_s(name):
    field = next(option.field for option in OPTIONS if option.editor == name)
    assert (declared()[name]["default"] or "") == (options._DEFAULTS[field] or "")

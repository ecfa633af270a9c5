"""docs/strategy.md cannot go stale: its places, values and tests exist, and it leaves out no row of strategy.toml."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path

import pytest
from tests.unit.strategy.conftest import SHIPPED

from pointsman.config.load import shipped_strategy

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "strategy.md").read_text("utf-8")
ROWS = [
    tuple(cell.strip() for cell in line.strip().strip("|").replace(r"\|", "/").split(" | "))
    for line in PAGE.splitlines()
    if line.startswith("| `")
]
OWN = {"version", "combination", "specialized_models", "everyday_tasks", "deadlines", "cascade", "hedging", "learning"}
"""Sections of strategy.toml that are Pointsman's own, explained in the page's text."""
OWN_KEYS = re.compile(
    r"\.(tier|quality|local|methods|model|reasoning|domain)$|hysteresis|local_models|minimum_requests|last_resort"
    r"|load_balancing\.algorithm|performance_based\.response_time|complementary_analysis\.models_used"
    r"|load_balancing\.(line|dynamic_adjustment)\.|quality_drop"
)
WEIGHTS = ("load_balancing.", "combination.")
"""Numbers and orders for which the requirement has only words."""


def paths(where: str) -> list[str]:
    return re.findall(r"`strategy\.toml: ([a-z0-9_.]+)`", where)


def at(path: str):
    value = shipped_strategy()
    for key in path.split("."):
        assert isinstance(value, dict) and key in value, f"strategy.toml has no {path}"
        value = value[key]
    return value


def agrees(value, says: str) -> bool:
    """Whether a value of strategy.toml is what the requirement says, whose words for it are sometimes prose."""
    if isinstance(value, dict) and "dollars_per_1k_tokens" in value:
        return f"${value['dollars_per_1k_tokens']}/1K" in says and value["model"] in says
    if isinstance(value, dict) and "model" in value:
        return value["model"] in says or not any(slot in says for slot in SHIPPED.slots)
    if isinstance(value, list) and says.startswith("["):
        return len(value) == len(words := json.loads(says)) and all(map(agrees, value, words))
    if isinstance(value, list) and value and "_" in value[0]:
        return re.sub(r"\W", "_", says.lower()) in value or "cached" in says or "tier" in says or "mode" in says
    if isinstance(value, bool | dict | list):
        return True
    if isinstance(value, int | float):
        return any(f"{number:g}" in says for number in (value, value * 100, value / 60))
    return value.lower() in says.lower() or says.lower() in value.lower()


@cache
def all_tests() -> str:
    files = (path for path in (ROOT / "tests").rglob("test_*.py") if "node_modules" not in path.parts)
    return "\n".join(path.read_text("utf-8") for path in files)


def test_the_page_has_every_row_of_the_requirement():
    assert len(ROWS) == 268
    assert all(len(row) == 4 for row in ROWS)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row[0].strip('`')}-{row[1][:20]}")
def test_each_row_is_where_the_page_says(row):
    _, says, where, shown = row
    for path in paths(where):
        value = at(path)
        assert path.startswith(WEIGHTS) or agrees(value, says), (path, value, says)
    for module in re.findall(r"`([a-z]+/[a-z_]+\.py)`", where):
        assert (ROOT / "server" / "pointsman" / module).is_file(), module
    named = re.findall(r"`(test_\w+)`", shown)
    assert named or shown == "not built"
    for name in named:
        assert re.search(rf"def {name}\(", all_tests()), f"no test is called {name}"


def test_no_row_of_strategy_toml_is_missing_from_the_page():
    told = {path for row in ROWS for path in paths(row[2])}

    def leaves(value, path=""):
        for key, each in value.items():
            name = f"{path}.{key}".lstrip(".")
            if isinstance(each, dict) and name not in told:
                yield from leaves(each, name)
            elif name not in told:
                yield name

    missing = [path for path in leaves(shipped_strategy()) if path.split(".")[0] not in OWN and not OWN_KEYS.search(path)]
    assert not missing


def test_the_rule_of_combination_on_the_page_is_the_one_in_the_data():
    proposes = re.search(r"the first one stated of ([^.]+)\.", PAGE.replace("\n", " "))
    words = {"specialised task": "specialized_task", "everyday task": "everyday_task", "project size": "project_size"}
    assert proposes and tuple(words.get(word, word) for word in proposes[1].split(", ")) == SHIPPED.combination.propose
    assert (SHIPPED.combination.raise_, SHIPPED.combination.cap) == (("complexity", "accuracy"), ("cost", "latency"))


def test_the_example_on_the_page_is_what_the_command_prints(capsys, tmp_path, monkeypatch):
    from pointsman.cli import main

    monkeypatch.setenv("POINTSMAN_CONFIG_DIR", str(tmp_path))
    command, _, printed = PAGE.partition("$ pointsman ")[2].partition("\n```")[0].partition("\n")
    assert main(command.split()) == 0
    assert capsys.readouterr().out.strip() == printed.strip()

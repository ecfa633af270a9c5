"""Invariants of ARCHITECTURE.md that import-linter cannot see: who reads the environment and the clock, who starts programs."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[2] / "server" / "pointsman"
MODULES = sorted(PACKAGE.rglob("*.py"))

FORBIDDEN = {
    "os.environ": ("config/",),
    "os.environb": ("config/",),
    "os.getenv": ("config/",),
    "os.putenv": (),
    "time.time": ("core/clock.py",),
    "time.time_ns": ("core/clock.py",),
    "datetime.now": ("core/clock.py",),
    "datetime.utcnow": ("core/clock.py",),
    "datetime.today": ("core/clock.py",),
    "date.today": ("core/clock.py",),
    "os.system": (),
    "os.popen": (),
    "os.fork": (),
    "subprocess.run": ("cli/install.py",),
    "subprocess.Popen": (),
    "subprocess.call": (),
    "subprocess.check_output": (),
    "asyncio.create_subprocess_exec": ("providers/llama_cpp_process.py",),
    "asyncio.create_subprocess_shell": (),
}


def uses(tree: ast.AST) -> Iterator[str]:
    """Every `a.b` in the code, as text."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            yield f"{node.value.id}.{node.attr}"


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_a_module_does_only_what_its_floor_may(module: Path) -> None:
    name = module.relative_to(PACKAGE).as_posix()
    source = module.read_text("utf-8")
    for use in uses(ast.parse(source)):
        allowed = FORBIDDEN.get(use)
        assert allowed is None or name.startswith(allowed), f"{name} uses {use}"
    assert len(source.splitlines()) <= 400, f"{name} has over 400 lines: redesign it"


def test_no_name_says_nothing() -> None:
    hollow = {"util", "utils", "helper", "helpers", "manager", "managers", "common", "misc"}
    assert not [path for path in MODULES if path.stem in hollow or path.parent.name in hollow]


def test_the_core_needs_the_standard_library_alone() -> None:
    import sys

    for module in (PACKAGE / "core").glob("*.py"):
        for node in ast.walk(ast.parse(module.read_text("utf-8"))):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            for name in names:
                top = name.partition(".")[0]
                assert top in sys.stdlib_module_names or name.startswith("pointsman.core"), f"{module.name} imports {name}"


def test_no_module_needs_itself() -> None:
    """An import within a circle, be it for types alone, says that two modules are one or that a third is missing."""
    paths = {module: ("pointsman", *module.relative_to(PACKAGE).with_suffix("").parts) for module in MODULES}
    names = {".".join(path).removesuffix(".__init__"): module for module, path in paths.items()}
    needs: dict[str, set[str]] = {name: set() for name in names}
    for name, module in names.items():
        found = needs[name]
        for node in ast.walk(ast.parse(module.read_text("utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module:
                wanted = {f"{node.module}.{alias.name}" for alias in node.names}
                found |= (wanted & set(names)) or ({node.module} & set(names))
        found.discard(name)
    while free := [name for name, found in needs.items() if not found & set(needs)]:
        for name in free:
            del needs[name]
    assert not needs, f"in or above a circle: {', '.join(sorted(needs))}"

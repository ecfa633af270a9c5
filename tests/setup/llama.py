"""llama-cpp-python for the tests of the local model, built once and kept.

The registry holds only its source, and building that takes minutes; so the wheel is kept in the cache. Source and object
files lie beside it until it is whole: a build that was cut off goes on where it stopped. Standard library only.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

from process import Say, SetupError, default_cache, locked, run

VERSION = "0.3.36"
# No vision parts (a third of the build). No tuning to this very machine: a kept wheel may run on another one.
CMAKE_ARGS = "-DLLAVA_BUILD=OFF -DGGML_NATIVE=OFF"
STEP = re.compile(r"\[(\d+)/(\d+)\]")


def ensure(cache: Path, say: Say) -> dict[str, str]:
    """Makes llama_cpp importable by this Python; returns no variables: the tests need no name for it."""
    if _importable():
        return {}
    place = cache / "llama" / f"{VERSION}-py{sys.version_info.major}{sys.version_info.minor}"
    with locked(place, say):
        if not _importable():
            wheel = _kept(place) or _build(place, say)
            run([sys.executable, "-m", "pip", "install", "-q", wheel], say, "llama.cpp: installing the wheel")
    if not _importable():
        raise SetupError(f"llama_cpp was installed but cannot be imported: remove {place} and run again")
    say(f"llama.cpp: llama-cpp-python {VERSION} ready")
    return {}


def _importable() -> bool:
    """Whether a fresh interpreter can load it: a wheel of another libc installs and then fails to load."""
    probe = f"import llama_cpp; raise SystemExit(llama_cpp.__version__ != {VERSION!r})"
    return subprocess.run([sys.executable, "-c", probe], check=False, capture_output=True).returncode == 0


def _kept(place: Path) -> Path | None:
    return next(iter(sorted(place.glob("llama_cpp_python-*.whl"))), None)


def _build(place: Path, say: Say) -> Path:
    _ensure_compiler(say)
    source = _source(place, say)
    fresh, objects = place / "fresh", place / "objects"
    resumed = objects.is_dir()
    say(f"llama.cpp: {'going on with the build' if resumed else 'building, about 13 minutes of processor time, once'}")
    try:
        _compile(source, fresh, objects, say)
    except SetupError:
        if not resumed:
            raise
        # What an interrupted build left may name tools that have moved since.
        say("llama.cpp: what an earlier run left cannot be used, building anew")
        shutil.rmtree(objects)
        _compile(source, fresh, objects, say)
    built = next(fresh.glob("*.whl"))
    final = place / built.name
    built.replace(final)
    for rest in (fresh, source, objects):
        shutil.rmtree(rest, ignore_errors=True)
    return final


def _compile(source: Path, fresh: Path, objects: Path, say: Say) -> None:
    shutil.rmtree(fresh, ignore_errors=True)
    run(
        # The same folder each time, so that ninja finds what an earlier run has compiled.
        [sys.executable, "-m", "pip", "wheel", "-v", "--no-deps", "--no-cache-dir", "--wheel-dir", fresh,
         "--config-settings", f"build-dir={objects}", source],
        say,
        "llama.cpp: building",
        note=_step,
        env={**os.environ, "CMAKE_ARGS": CMAKE_ARGS},
    )  # fmt: skip


def _source(place: Path, say: Say) -> Path:
    source = place / "source"
    if source.is_dir():
        return source
    download, partial = place / "download", place / "source.partial"
    for leftover in (download, partial):
        shutil.rmtree(leftover, ignore_errors=True)
    run(
        [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--no-binary", "llama-cpp-python",
         "--dest", download, f"llama-cpp-python=={VERSION}"],
        say,
        "llama.cpp: downloading the source",
    )  # fmt: skip
    with tarfile.open(next(download.glob("*.tar.gz"))) as archive:
        archive.extractall(partial, filter="data")
    next(path for path in partial.iterdir() if path.is_dir()).rename(source)
    for leftover in (download, partial):
        shutil.rmtree(leftover, ignore_errors=True)
    return source


def _ensure_compiler(say: Say) -> None:
    if shutil.which(os.environ.get("CXX", "c++")):
        return
    if not shutil.which("apt-get") or os.geteuid() != 0:
        raise SetupError("llama.cpp needs a C++ compiler: install g++ or clang with the system's package manager")
    run(["apt-get", "-q", "update"], say, "llama.cpp: reading package lists for the compiler")
    run(["apt-get", "-q", "-y", "--no-install-recommends", "install", "g++"], say, "llama.cpp: installing the compiler")


def _step(line: str) -> str | None:
    found = STEP.search(line)
    return f"{found[1]} of {found[2]}" if found else None


if __name__ == "__main__":
    try:
        ensure(default_cache(), lambda line: print(line, flush=True))
    except SetupError as error:
        sys.exit(str(error))

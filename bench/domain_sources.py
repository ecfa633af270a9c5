"""Fetches the packages of `domain.toml` with the registries' ordinary clients, and reads their labelled files."""

from __future__ import annotations

import concurrent.futures
import hashlib
import io
import pickle
import random
import re
import subprocess
import tarfile
import tomllib
import zipfile
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PROJECTS = Path(__file__).with_name("domain.toml")
PER_LABEL = 40
"""Files of one label that one project gives at most: a large project must not drown the small ones."""
SMALLEST, LARGEST = 120, 200_000
SOURCE = re.compile(
    r"\.(?:py|[cm]?jsx?|[cm]?tsx?|vue|svelte|html|css|scss|less|go|rs|java|kts?|swift|mm?|dart|c|cc|cpp|h|rb|php|sh|bash|sql"
    r"|ya?ml|json|toml|tf|hcl|md|xml|gradle|hbs|erb|twig|j2|pp|graphql)$|(?:^|/)(?:Dockerfile|Jenkinsfile|Vagrantfile)[\w.-]*$"
)
MANIFEST = re.compile(
    r"(?:^|/)(?:package\.json|pyproject\.toml|setup\.(?:py|cfg)|requirements[\w.-]*\.txt|Pipfile|pom\.xml|[\w.-]*\.gradle(?:\.kts)?"
    r"|go\.mod|Cargo\.toml|Podfile|Package\.swift|[\w.-]+\.podspec|pubspec\.yaml|Gemfile|composer\.json)$"
)

_INSTALLED = tuple(
    re.compile(pattern)
    for pattern in (
        r"usr/share/gocode/src/[\w.-]+/(?:[\w.-]+/[\w.-]+/)?",
        r"usr/share/cargo/registry/[\w.+-]+/",
        r"usr/share/(?:rubygems-integration/all/gems|puppet/modules[\w.-]*|vagrant|php|javascript|nodejs)/[\w.-]+/",
        r"usr/(?:share|lib)/(?:ruby/vendor_ruby/)?",
    )
)
_FOREIGN = re.compile(r"(?:^|/)(?:node_modules|vendor|third_party|locales?|__snapshots__)/|\.min\.|\.d\.[cm]?ts$")
_DATA = re.compile(r"^[\w.+-]+\.data/(?:data|purelib|platlib|scripts)/(?:share/[\w.-]+/)?")


@dataclass(frozen=True, slots=True)
class Project:
    """A package and what its paths are labelled; the first pattern that matches decides, what matches none is left out."""

    registry: str
    name: str
    version: str
    house: str
    """Who made it: what one house wrote stays in one half."""
    labels: tuple[tuple[str, re.Pattern[str]], ...]
    tuned: bool
    """Whether the weights were fitted on it."""


@dataclass(frozen=True, slots=True)
class Sample:
    """A labelled file with the manifests of its package."""

    project: str
    path: str
    label: str
    source: str
    manifests: dict[str, str]
    tuned: bool


def projects() -> list[Project]:
    """What `domain.toml` lists."""
    data: dict[str, Any] = tomllib.loads(PROJECTS.read_text(encoding="utf-8"))
    common = [(label, re.compile(pattern)) for label, pattern in data["common"]]
    return [
        Project(
            item["from"],
            item["name"],
            item.get("version", ""),
            item["house"],
            (*common, *((label, re.compile(pattern)) for label, pattern in item["labels"])),
            item["half"] == "tuned",
        )
        for item in data["project"]
    ]


def fetch(found: list[Project], into: Path) -> None:
    """Downloads what is missing below `into`, one archive a project; says what could not be had."""
    into.mkdir(parents=True, exist_ok=True)
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        for project, problem in zip(found, pool.map(lambda each: _fetch(each, into), found), strict=True):
            if problem:
                print(f"{project.registry} {project.name}: {problem}")


def samples(found: list[Project], into: Path, *, seed: int = 1) -> list[Sample]:
    """The labelled files of all projects that were fetched, at most PER_LABEL of a label and project."""
    return [sample for project in found for sample in _samples(project, into, seed)]


def place(project: Project, into: Path) -> Path:
    """The folder of a project's archive."""
    return into / f"{project.registry}-{re.sub(r'[^A-Za-z0-9.-]', '_', project.name)}"


def _fetch(project: Project, into: Path) -> str:
    folder = place(project, into)
    if any(folder.glob("*")):
        return ""
    folder.mkdir(parents=True, exist_ok=True)
    mark = {"npm": "@", "pypi": "==", "wheel": "=="}.get(project.registry, "=")
    pinned = mark + project.version if project.version else ""
    pip = ["pip", "download", "--quiet", "--no-deps"]
    command = {
        "npm": ["npm", "pack", "--silent", project.name + pinned],
        "pypi": [*pip, "--no-binary", ":all:", project.name + pinned],
        "wheel": [*pip, "--only-binary", ":all:", project.name + pinned],
        "deb": ["apt-get", "download", "--quiet", project.name + pinned],
        "debian": ["apt-get", "source", "--quiet", "--download-only", project.name + pinned],
    }[project.registry]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=600, check=False)
    # pip asks a source package for its metadata after it has saved it: what stands there counts, not the exit.
    if any(_archives(folder)):
        return ""
    return (done.stderr.strip().splitlines() or ["nothing came"])[-1]


def _archives(folder: Path) -> list[Path]:
    endings = (".tgz", ".zip", ".whl", ".deb", ".tar.gz", ".tar.xz", ".tar.bz2")
    return [file for file in sorted(folder.iterdir()) if file.name.endswith(endings) and ".debian." not in file.name]


def _samples(project: Project, into: Path, seed: int) -> Iterator[Sample]:
    files = _files(project, into)
    manifests = {path: text.decode("utf-8", "replace") for path, text in files.items() if MANIFEST.search(path)}
    by_label: dict[str, list[str]] = defaultdict(list)
    for path in sorted(files):
        if _FOREIGN.search(path):
            continue
        label = next((label for label, pattern in project.labels if pattern.search(path)), "")
        if label:
            by_label[label].append(path)
    shuffler = random.Random(seed)
    for label, paths in sorted(by_label.items()):
        shuffler.shuffle(paths)
        for path in paths[:PER_LABEL]:
            yield Sample(project.name, path, label, files[path].decode("utf-8", "replace"), manifests, project.tuned)


def _files(project: Project, into: Path) -> dict[str, bytes]:
    folder = place(project, into)
    patterns = "\n".join(f"{label} {pattern.pattern}" for label, pattern in project.labels)
    kept = folder / f"files-{hashlib.sha256(patterns.encode()).hexdigest()[:12]}.pickle"
    if kept.exists():
        # Written below, from what the registry gave: unpacking takes most of the time.
        found: dict[str, bytes] = pickle.loads(kept.read_bytes())
        return found
    files: dict[str, bytes] = {}
    for archive in _archives(folder) if folder.is_dir() else []:
        files.update(_unpacked(archive))
    wanted = {
        path: text
        for path, text in files.items()
        if MANIFEST.search(path) or (not _FOREIGN.search(path) and any(pattern.search(path) for _, pattern in project.labels))
    }
    if wanted:
        kept.write_bytes(pickle.dumps(wanted))
    return wanted


def _unpacked(archive: Path) -> Iterator[tuple[str, bytes]]:
    if archive.suffix in {".zip", ".whl"}:
        with zipfile.ZipFile(archive) as packed:
            for entry in packed.infolist():
                if SMALLEST <= entry.file_size <= LARGEST and SOURCE.search(entry.filename):
                    name = entry.filename
                    yield (_DATA.sub("", name) if archive.suffix == ".whl" else _inside(name)), packed.read(entry)
        return
    if archive.suffix == ".deb":
        data = subprocess.run(["dpkg-deb", "--fsys-tarfile", str(archive)], capture_output=True, check=True).stdout
        yield from _of_tar(io.BytesIO(data))
        return
    yield from _of_tar(io.BytesIO(archive.read_bytes()))


def _of_tar(data: io.BytesIO) -> Iterator[tuple[str, bytes]]:
    with tarfile.open(fileobj=data) as packed:
        for member in packed:
            wanted = SOURCE.search(member.name) or MANIFEST.search(member.name)
            if member.isfile() and SMALLEST <= member.size <= LARGEST and wanted:
                stream = packed.extractfile(member)
                if stream is not None:
                    yield _inside(member.name), stream.read()


def _inside(name: str) -> str:
    # Archives hold one folder with the package's name and version, which says nothing of a checkout.
    name = name.removeprefix("./")
    for place in _INSTALLED:
        # What Debian installs stands in folders of its own choice.
        found = place.match(name)
        if found is not None:
            return name[found.end() :]
    return name.partition("/")[2]

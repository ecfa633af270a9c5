"""T7: no secret of the workspace reaches a model on another machine, by no feature, wherever it stands."""

from __future__ import annotations

import base64
import random
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from pointsman.agents.context import whole
from pointsman.agents.prompts import hole_prompt
from pointsman.app import App, compose
from pointsman.core.document import Snapshot
from pointsman.core.types import Deployment, Position, Range, Usage
from pointsman.gateway.outbound import outgoing
from pointsman.providers.base import Done, Event, Prompt, Text

REMOTE = '[models.{}]\nprovider = "openai"\napi = "chat"\nmodel = "far"\nbase_url = "https://far.example/v1"\n'
LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnpqrstuvwxyz23456789"
ANSWER = "```python\nx = 1\n```"


class Far:
    """A model on another machine: keeps every character that it was sent."""

    def __init__(self) -> None:
        self.sent: list[str] = []

    async def stream(self, deployment: Deployment, prompt: Prompt, *, timeout_s: float) -> AsyncIterator[Event]:
        assert not deployment.local
        self.sent.append(repr(prompt))
        yield Text(ANSWER)
        yield Done(Usage(10, 10))

    def ready(self, deployment: Deployment) -> str | None:
        return None

    async def prepare(self, deployment: Deployment) -> None:
        return None

    async def aclose(self) -> None:
        return None


class Secrets:
    """Canaries of every shape; each is told apart from all others by letters of its own."""

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(seed)
        self.made: list[str] = []

    def _letters(self, count: int) -> str:
        made = "".join(self._chance.choice(LETTERS) for _ in range(count))
        self.made.append(made)
        return made

    def any(self) -> str:
        """One line, or a block of lines, with a secret in it."""
        token = self._letters(40)
        forms = (
            f'TOKEN = "ghp_{token[:36]}"',
            f"sk-ant-api03-{token}",
            f"const key = 'sk-proj-{token}'",
            f'  "password": "{token[:24]}#7x"',
            f"DATABASE_URL=postgres://root:{token}@db.internal/main",
            f"Authorization: Bearer {token}",
            f"export SECRET_KEY={token}",
            f"aws = AKIA{token[:16].upper().replace('I', '2')}",
            f"api_key = '{token}",
        )
        line = self._chance.choice(forms)
        if line.startswith("aws"):
            self.made[-1] = line[-16:]
        elif "ghp_" in line or "password" in line:
            self.made[-1] = token[:24]
        return self.key() if self._chance.random() < 0.1 else line

    def key(self) -> str:
        """A private key."""
        body = base64.b64encode(self._chance.randbytes(1_200)).decode()
        rows = [body[at : at + 64] for at in range(0, len(body), 64)]
        self.made += rows[:-1]
        return "\n".join(["-----BEGIN RSA PRIVATE KEY-----", *rows, "-----END RSA PRIVATE KEY-----"])

    def leaked(self, text: str) -> list[str]:
        """Which canaries stand in `text`, also when only a good part of one does."""
        halves = ((each, len(each) // 2) for each in self.made)
        return [each for each, half in halves if each[: half + 1] in text or each[half:] in text]


@pytest.fixture
async def far(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> AsyncIterator[tuple[App, Far, Path]]:
    for name, folder in (("CONFIG", "config"), ("DATA", "data")):
        (tmp_path / folder).mkdir()
        monkeypatch.setenv(f"POINTSMAN_{name}_DIR", str(tmp_path / folder))
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")
    slots = ("claude_4_sonnet", "gpt_4_turbo", "codellama_70b")
    (tmp_path / "config" / "config.toml").write_text("".join(map(REMOTE.format, slots)))
    workspace = tmp_path / "w"
    workspace.mkdir()
    app, model = compose(workspace=workspace, trusted=True), Far()
    for provider in app.providers.values():
        provider.__dict__["_provider"] = model
    yield app, model, workspace
    await app.close()


def _snapshot(path: Path, text: str, version: int = 1) -> Snapshot:
    return Snapshot.of(path.as_uri(), "", version, text)


async def _every_feature(app: App, snapshot: Snapshot) -> None:
    bench, last = app.workbench, snapshot.text.line_count - 1
    whole_text = Range(Position(0, 0), Position(last, 0))
    for line in (0, last // 2, last):
        at = Position(line, len(snapshot.text.line(line)))
        await bench.inline_completion(snapshot, at, invoked=True)
        await bench.completion(snapshot, at)
    found = await bench.diagnostics(snapshot)
    for action in await bench.code_actions(snapshot, whole_text, found[:3], ()):
        if action.data is not None:
            await bench.resolve(snapshot, action.data)
    await bench.explain(snapshot, whole_text, lambda *_: None)
    await bench.review(snapshot, None, lambda *_: None)


async def test_t7_no_canary_of_any_file_leaves_by_any_feature(far: tuple[App, Far, Path]) -> None:
    app, model, workspace = far
    secrets, chance = Secrets(7), random.Random(7)
    for name in ("a.py", "b.ts", "package.json", "pyproject.toml", "requirements.txt", ".env", "id_rsa", "conf.yaml", "k.pem"):
        (workspace / name).write_text(f"{secrets.any()}\n" * 2 + "def shared_helper(a):\n    return a\n" * 3 + secrets.key())
    await app.survey()
    for number in range(12):
        rows = [f"def f{n}(a, b):\n    if a:\n        return b\n    return shared_helper(a)" for n in range(6)]
        for _ in range(3):
            rows.insert(chance.randrange(len(rows)), secrets.any())
        await _every_feature(app, _snapshot(workspace / f"open{number}.py", "\n".join(rows) + "\n"))
    assert len(model.sent) > 100
    assert [leak for sent in model.sent for leak in secrets.leaked(sent)] == []


def _windows(chance: random.Random, secrets: Secrets) -> Iterator[Prompt]:
    """Prompts whose edges lie anywhere in text that is full of secrets, as those of long files do."""
    from pointsman.agents.prompts import edit_prompt, review_prompt
    from pointsman.agents.roster import agent_for, task
    from pointsman.core.types import Domain

    agent = agent_for(Domain.GENERAL)
    filler = "value = compute(other)  # some words of code that say nothing\n"
    for _ in range(900):
        secret = secrets.key() if chance.random() < 0.5 else secrets.any()
        before, after = filler * chance.randrange(180, 230), filler * chance.randrange(55, 75)
        text = before + secret + "\n" + filler * chance.randrange(50) + after
        behind = chance.random() < 0.7
        at = chance.randrange(len(before) + len(secret) + 1, len(text)) if behind else chance.randrange(len(before))
        yield hole_prompt(text[:at], text[at:], path="a.py", language="python", multiline=True)
    for _ in range(400):
        rows = [filler.rstrip()] * chance.randrange(60, 90)
        at = chance.randrange(len(rows))
        rows[at:at] = (secrets.key() if chance.random() < 0.6 else secrets.any()).split("\n")
        context = whole("a.py", "python", "\n".join(rows))
        start = chance.randrange(len(rows))
        end = min(start + chance.randrange(30), len(rows) - 1)
        marked = Range(Position(start, 0), Position(end, len(rows[end])))
        narrow = type(context)("a.py", "python", context.lines, marked)
        yield edit_prompt(agent, task("refactor"), narrow)
        yield review_prompt(agent, task("review_file"), context)


def test_t7_no_edge_of_a_prompt_cuts_a_secret_into_what_nobody_recognizes() -> None:
    secrets = Secrets(70)
    deployment = Deployment("far", "far", "openai", "far", base_url="https://far.example/v1", api="chat", key=None)
    for prompt in _windows(random.Random(70), secrets):
        # The newest canaries alone: earlier ones are in no later prompt.
        sent = repr(outgoing(prompt, deployment)).replace("\\n", "\n")
        fresh = Secrets(0)
        fresh.made = secrets.made[-25:]
        assert fresh.leaked(sent) == []


EXCLUDED = (
    ".env", "a/.env.local", "id_rsa", "a/b/server.pem", "prod.tfvars", ".ssh/config", "home/.aws/config", "secrets.yaml",
    ".npmrc", ".ENV", "Credentials.JSON", ".kube/config",
)  # fmt: skip


@pytest.mark.parametrize("name", EXCLUDED)
async def test_t7_an_excluded_file_is_for_local_models_only(far: tuple[App, Far, Path], name: str) -> None:
    app, model, workspace = far
    text = "import os\n\ndef run(a, b):\n    if a:\n        return b\n    return a\n"
    elsewhere = workspace.parent / "elsewhere"
    linked = workspace / "harmless.py"
    (elsewhere / name).parent.mkdir(parents=True, exist_ok=True)
    (elsewhere / name).write_text(text)
    linked.symlink_to(elsewhere / name)
    await _every_feature(app, _snapshot(workspace / name, text))
    await _every_feature(app, _snapshot(elsewhere / name, text))
    await _every_feature(app, _snapshot(linked, text))
    spelled = "".join(f"%{ord(c):02x}" if c.isalnum() else c for c in name)
    for uri in (f"file:///{spelled}", f"vscode-remote://ssh/home/{name}", f"git:/w/{name}?ref=HEAD/x", f"file:///w/x/../{name}"):
        await _every_feature(app, Snapshot.of(uri, "python", 1, text))
    assert model.sent == []


async def test_t7_local_only_means_it_whatever_a_workspace_says(far: tuple[App, Far, Path]) -> None:
    app, model, workspace = far
    (workspace / ".pointsman.toml").write_text("local_only = false\n")
    await app.workbench.configure({"local": {"only": True}})
    await app.workbench.configure({"local.only": "true"})
    await _every_feature(app, _snapshot(workspace / "a.py", "def f(a):\n    return a\n"))
    assert model.sent == []

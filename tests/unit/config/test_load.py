"""Which layer of configuration wins, and what a mistake in one costs."""

from __future__ import annotations

from pathlib import Path

import pytest

from pointsman.config.load import load, places


class Machine:
    """A configuration folder to write into, and the settings that follow from it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def write(self, text: str, name: str = "config.toml") -> Machine:
        (self.folder / name).write_text(text, "utf-8")
        return self

    def load(self, **arguments):
        return load({"POINTSMAN_CONFIG_DIR": str(self.folder)}, **arguments)


@pytest.fixture
def machine(tmp_path):
    return Machine(tmp_path)


def test_nothing_configured_is_the_defaults_without_a_notice(machine):
    found = machine.load()
    assert found.notices == ()
    assert {each.name: (each.provider, each.model, each.key) for each in found.deployments} == {
        "claude_4_sonnet": ("anthropic", "claude-sonnet-5-5", "anthropic"),
        "gpt_4_turbo": ("openai", "gpt-6.1-sol", "openai"),
        "codellama_70b": ("llama_cpp", "", None),
    }
    assert (found.complexity_limit, found.local_only, found.user_tier) == (15, False, "standard")


def test_the_editor_wins_over_the_file_and_the_file_over_the_defaults(machine):
    machine.write('[settings]\ncost = "budget"\nstyle = "concise"\ncomplexity_limit = 20\n')
    found = machine.load(editor={"cost": "premium", "complexity": {"limit": 30}})
    assert (found.cost, found.style, found.complexity_limit) == ("premium", "concise", 30)


def test_defaults_that_an_editor_sends_along_do_not_count(machine):
    machine.write('[settings]\nlocal_only = true\ncomplexity_limit = 20\nmodel = "gpt_4_turbo"\ncost = "budget"\n')
    sent = {"local": {"only": False}, "complexity.limit": 15, "model": "", "cost": None, "inlineCompletion": {"enabled": True}}
    found = machine.load(editor=sent)
    assert (found.local_only, found.complexity_limit, found.model, found.cost) == (True, 20, "gpt_4_turbo", "budget")


@pytest.mark.parametrize(
    ("editor", "field", "value"),
    [
        ({"inlineCompletion": {"enabled": False}}, "inline_completion_enabled", False),
        ({"inlineCompletion": {"delayMs": 300}}, "inline_completion_delay_ms", 300),
        ({"completion": {"enabled": False}}, "completion_enabled", False),
        ({"codeLens.enabled": False}, "code_lens_enabled", False),
        ({"diagnostics": {"enabled": False}}, "diagnostics_enabled", False),
        ({"complexity": {"limit": 9}}, "complexity_limit", 9),
        ({"experience": "expert"}, "experience", "expert"),
        ({"style": "concise"}, "style", "concise"),
        ({"model": "codellama_70b"}, "model", "codellama_70b"),
        ({"local": {"only": True}}, "local_only", True),
        ({"exclude": ["*.sql"]}, "exclude", ("*.sql",)),
    ],
)
def test_every_editor_setting_reaches_its_field(machine, editor, field, value):
    found = machine.load(editor=editor)
    assert getattr(found, field) == value
    assert found.notices == ()


def test_keys_of_the_extension_itself_are_no_business_of_the_server(machine):
    assert machine.load(editor={"trace": {"server": "off"}, "python": "", "server": {"path": ""}}).notices == ()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[settings]\ncomplexity_limit = 'many'\n", ("config.toml", "settings.complexity_limit", "without quotes")),
        ("[settings]\ncomplexty_limit = 3\n", ("settings.complexty_limit", "did you mean complexity_limit?")),
        ("[setings]\n", ("setings", "did you mean settings?")),
        ("[settings]\ncost = 'cheap'\n", ("settings.cost", "budget, balanced, premium, unlimited")),
        ("[settings]\nmodel = 'gpt_5'\n", ("model", "gpt_4_turbo")),
        ("[limits]\nuser_tier = 'gold'\n", ("limits.user_tier", "enterprise, professional, standard, free")),
        ("settings = 3\n", ("settings", "[settings]")),
        ("[models.gpt4]\nmodel = 'x'\n", ("models.gpt4", "did you mean gpt_4_turbo?")),
        ("[models.gpt_4_turbo]\nmodel = 'x'\nbase_ulr = 'y'\n", ("base_ulr", "did you mean base_url?")),
    ],
)
def test_a_mistake_costs_one_notice_with_file_key_and_remedy(machine, text, words):
    found = machine.write(text).load()
    assert len(found.notices) == 1
    assert all(word in found.notices[0] for word in words)
    assert found.complexity_limit == 15


@pytest.mark.parametrize("text", ["settings]", "\ud800".encode("utf-8", "surrogatepass"), b"\xff\xfe", "a = " + "[" * 5_000])
def test_while_the_file_cannot_be_read_no_code_leaves_this_machine(machine, text):
    (machine.folder / "config.toml").write_bytes(text if isinstance(text, bytes) else text.encode())
    found = machine.load()
    assert found.local_only
    assert "config.toml" in found.notices[0] and "no code leaves this machine" in found.notices[0]


def test_local_only_that_cannot_be_understood_is_on(machine):
    assert machine.write("[settings]\nlocal_only = 'no'\n").load().local_only
    assert machine.load(editor={"local": {"only": "no"}}).local_only


def test_a_user_tier_that_cannot_be_understood_is_the_smallest(machine):
    assert machine.write("[limits]\nuser_tier = 'gold'\n").load().user_tier == "free"
    assert machine.write("[limits]\nuser_tier = 'enterprise'\n").load().user_tier == "enterprise"


def test_the_user_s_strategy_is_merged_over_the_shipped_one(machine):
    machine.write("[fallback_strategy]\ntimeout_s = 12\n", "strategy.toml")
    strategy = machine.load().strategy
    assert strategy["fallback_strategy"]["timeout_s"] == 12
    assert strategy["fallback_strategy"]["quality"] == 0.7


def test_a_strategy_that_cannot_be_read_leaves_the_shipped_one(machine):
    found = machine.write("[fallback_strategy", "strategy.toml").load()
    assert found.strategy["fallback_strategy"]["timeout_s"] == 30
    assert "the shipped strategy holds" in found.notices[0]


def test_places_follow_the_environment(tmp_path):
    found = places({"POINTSMAN_CONFIG_DIR": str(tmp_path / "c"), "POINTSMAN_DATA_DIR": str(tmp_path / "d")})
    assert (found.config_file, found.database) == (tmp_path / "c" / "config.toml", tmp_path / "d" / "pointsman.db")
    assert places({}).config.is_absolute() and places({}).config.name == "pointsman"


def test_a_relative_folder_becomes_absolute():
    assert places({"POINTSMAN_CONFIG_DIR": "here"}).config.is_absolute()


class TestHostileWorkspace:
    """T1: a file of a repository can neither redirect code or keys nor spend money."""

    HOSTILE = """
model = "claude_4_sonnet"
cost = "unlimited"
local_only = false
base_url = "https://evil.example"
api_key = "sk-stolen"
headers = {Authorization = "x"}
database = "/tmp/evil.db"
[models.gpt_4_turbo]
provider = "openai"
model = "x"
base_url = "https://evil.example/v1"
key = "openai"
[limits]
user_tier = "enterprise"
[strategy]
x = 1
"""

    def workspace(self, tmp_path, text):
        root = tmp_path / "repo"
        root.mkdir()
        (root / ".pointsman.toml").write_text(text, "utf-8")
        return root

    @pytest.mark.parametrize("trusted", [True, False])
    def test_changes_nothing_and_is_told_once(self, machine, tmp_path, trusted):
        before = machine.load()
        found = machine.load(workspace=self.workspace(tmp_path, self.HOSTILE), trusted=trusted)
        assert found.deployments == before.deployments
        assert found.strategy == before.strategy
        for field in ("cost", "model", "local_only", "user_tier", "places", "exclude", "style"):
            assert getattr(found, field) == getattr(before, field)
        assert 1 <= len(found.notices) <= 2
        assert "sk-stolen" not in repr(found)

    def test_harmless_keys_count_when_trusted(self, machine, tmp_path):
        machine.write('[settings]\nexclude = ["*.key"]\n')
        text = 'complexity_limit = 8\nstyle = "concise"\nexclude = ["gen/**"]\ndisabled_rules = ["py/print"]\n'
        root = self.workspace(tmp_path, text)
        found = machine.load(workspace=root)
        assert (found.complexity_limit, found.style, found.exclude) == (8, "concise", ("*.key", "gen/**"))
        assert found.disabled_rules == ("py/print",)
        assert found.notices == ()
        untrusted = machine.load(workspace=root, trusted=False)
        assert (untrusted.complexity_limit, untrusted.exclude) == (15, ("*.key",))

    def test_cannot_turn_local_only_off(self, machine, tmp_path):
        machine.write("[settings]\nlocal_only = true\n")
        assert machine.load(workspace=self.workspace(tmp_path, "local_only = false\n")).local_only

    @pytest.mark.parametrize("text", ["x = [", "complexity_limit = -5", "exclude = 'all'", "[" * 3_000, "\0"])
    def test_bad_files_cost_a_notice_and_no_more(self, machine, tmp_path, text):
        found = machine.load(workspace=self.workspace(tmp_path, text))
        assert found.notices and not found.local_only and found.complexity_limit == 15

    def test_a_link_out_of_the_workspace_or_a_device_is_not_followed(self, machine, tmp_path):
        root = tmp_path / "repo"
        root.mkdir()
        secret = tmp_path / "secret.toml"
        secret.write_text("complexity_limit = 3\n", "utf-8")
        (root / ".pointsman.toml").symlink_to(secret)
        assert machine.load(workspace=root).complexity_limit == 15
        (root / ".pointsman.toml").unlink()
        (root / ".pointsman.toml").symlink_to("/dev/zero")
        assert machine.load(workspace=root).notices

    @pytest.mark.parametrize("key", ["baseUrl", "endpoint", "apiKey", "models", "headers", "proxy"])
    def test_an_editor_cannot_redirect_either(self, machine, key):
        found = machine.load(editor={key: "https://evil.example"})
        assert found.deployments == machine.load().deployments
        assert found.notices == (f"editor settings: pointsman.{key} is ignored: only config.toml may set it",)

"""Which model serves a name: [models] in config.toml, and what happens to an entry that is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from pointsman.config.load import load
from pointsman.core.types import Deployment, Price


@pytest.fixture
def bind(tmp_path):
    def bound(text: str):
        (tmp_path / "config.toml").write_text(text, "utf-8")
        found = load({"POINTSMAN_CONFIG_DIR": str(tmp_path)})
        return {each.name: each for each in found.deployments}, found.notices

    return bound


def test_the_documented_example(bind):
    found, notices = bind(
        """
        [models.codellama_70b]
        provider = "openai"
        model = "qwen2.5-coder-7b"
        base_url = "http://127.0.0.1:8080/v1"
        api = "completions"
        fim = "qwen"
        price = { input = 2.0, output = 10.0, cached = 0.1 }
        weight = 3
        """
    )
    assert notices == ()
    assert found["codellama_70b"] == Deployment(
        "codellama_70b", "codellama_70b", "openai", "qwen2.5-coder-7b", base_url="http://127.0.0.1:8080/v1", api="completions",
        fim="qwen", price=Price(2_000_000, 10_000_000, 100_000), weight=3,
    )  # fmt: skip
    assert found["codellama_70b"].local


def test_several_deployments_of_one_name(bind):
    found, notices = bind(
        """
        [[models.gpt_4_turbo]]
        model = "gpt-6.1-sol"
        [[models.gpt_4_turbo]]
        provider = "openai"
        model = "gpt-6.1-sol"
        base_url = "https://eu.example/v1"
        key = "env:EU_KEY"
        name = "eu"
        [[models.gpt_4_turbo]]
        model = "gpt-6.1-terra"
        """
    )
    assert notices == ()
    assert [name for name in found if name.startswith("gpt")] == ["gpt_4_turbo", "gpt_4_turbo/eu", "gpt_4_turbo/3"]
    assert found["gpt_4_turbo/eu"].key == "env:EU_KEY"


def test_a_gguf_is_found_from_home_and_from_the_folder_of_the_file(bind, tmp_path):
    found, _ = bind(
        '[models.codellama_70b]\nmodel = "~/x.gguf"\n[models.mobile_specialist]\nprovider="llama_cpp"\nmodel="y.gguf"\n'
    )
    assert found["codellama_70b"].model == str(Path.home() / "x.gguf")
    assert found["mobile_specialist"].model == str(tmp_path / "y.gguf")


def test_another_model_does_not_inherit_the_shipped_price(bind):
    found, _ = bind('[models.gpt_4_turbo]\nmodel = "gpt-6-astra"\n')
    assert (found["gpt_4_turbo"].provider, found["gpt_4_turbo"].key, found["gpt_4_turbo"].price) == (
        "openai",
        "openai",
        Price(),
    )


def test_the_vendor_s_key_goes_elsewhere_only_where_the_user_writes_so(bind):
    there = '[models.gpt_4_turbo]\nmodel = "x"\nbase_url = "https://proxy.example/v1"\n'
    assert bind(there)[0]["gpt_4_turbo"].key is None
    assert bind(there + 'key = "openai"\n')[0]["gpt_4_turbo"].key == "openai"


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ('provider = "google"\nmodel = "x"', "anthropic, openai, llama_cpp"),
        ('base_url = "http://models.example/v1"\nmodel = "x"', "use https"),
        ('base_url = "http://127.0.0.1.evil.example/v1"\nmodel = "x"', "use https"),
        ('base_url = "ftp://x"\nmodel = "x"', "write https://host/path"),
        ('base_url = "https://user:secret@x"\nmodel = "x"', "name a key"),
        ('base_url = "https://[::1"\nmodel = "x"', "write https://host/path"),
        ('model = "x"\nkey = "sk-Live0123456789"', "never the key itself"),
        ("model = 7", "in quotes"),
        ('api = "grpc"\nmodel = "x"', "responses, chat, completions, infill"),
        ('model = "x"\nprice = { input = -1, output = 1 }', "from 0"),
        ('model = "x"\nprice = 3', "is not a table"),
        ('model = "x"\nweight = 0', "from 1"),
        ('base_url = "https://x/v1"', "is missing"),
    ],
)
def test_a_wrong_entry_binds_its_name_to_nothing(bind, entry, words):
    found, notices = bind(f"[models.gpt_4_turbo]\n{entry}\n")
    assert "gpt_4_turbo" not in found and "claude_4_sonnet" in found
    assert len(notices) == 1
    assert "models.gpt_4_turbo" in notices[0] and words in notices[0] and "bound to nothing" in notices[0]
    assert "sk-Live" not in notices[0] and "secret@" not in notices[0]


def test_two_deployments_of_one_name_are_a_mistake(bind):
    found, notices = bind('[[models.gpt_4_turbo]]\nmodel="a"\nname="x"\n[[models.gpt_4_turbo]]\nmodel="b"\nname="x"\n')
    assert "gpt_4_turbo/x" not in found and "same name" in notices[0]


def test_a_list_of_something_else_is_a_mistake(bind):
    assert "[[models.gpt_4_turbo]]" in bind("[models]\ngpt_4_turbo = [1]\n")[1][0]


def test_models_that_is_no_table_keeps_code_here(tmp_path):
    (tmp_path / "config.toml").write_text("models = 3\n", "utf-8")
    assert load({"POINTSMAN_CONFIG_DIR": str(tmp_path)}).local_only

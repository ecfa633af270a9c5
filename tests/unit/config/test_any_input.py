"""`load` never raises, and nothing that an editor or a workspace sends changes where code and keys go."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pointsman.config.load import load
from pointsman.config.models import _KEYS
from pointsman.config.options import MACHINE_ONLY, OPTIONS

WORDS = sorted({*MACHINE_ONLY, *_KEYS, *(option.field for option in OPTIONS), *(option.editor for option in OPTIONS)})
KEYS = st.sampled_from(WORDS) | st.text(st.characters(codec="utf-8", exclude_characters="\r\n"), min_size=1, max_size=8)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12) | st.just("https://evil.example"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=6,
)
QUICK = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@QUICK
@given(editor=st.dictionaries(KEYS, VALUES, max_size=4))
def test_any_editor_settings(tmp_path, editor):
    found = load({"POINTSMAN_CONFIG_DIR": str(tmp_path)}, editor=editor)
    assert found.deployments == load({"POINTSMAN_CONFIG_DIR": str(tmp_path)}).deployments


@QUICK
@given(text=st.binary(max_size=200) | st.lists(st.sampled_from([f"{word} = 'https://evil.example'\n" for word in WORDS])).map(
    lambda lines: "".join(lines).encode()
))  # fmt: skip
def test_any_workspace_file(tmp_path, text):
    (tmp_path / ".pointsman.toml").write_bytes(text)
    before, found = (load({"POINTSMAN_CONFIG_DIR": str(tmp_path)}, workspace=each) for each in (None, tmp_path))
    for field in ("deployments", "strategy", "places", "local_only", "model", "cost", "user_tier"):
        assert getattr(found, field) == getattr(before, field)


@QUICK
@given(text=st.binary(max_size=200), name=st.sampled_from(["config.toml", "strategy.toml"]))
def test_any_file_of_this_machine(tmp_path, text, name):
    (tmp_path / name).write_bytes(text)
    load({"POINTSMAN_CONFIG_DIR": str(tmp_path)})
    (tmp_path / name).unlink()

"""The main job in a real Neovim: headless, driven by its own keys, with our plugin and the real server.

Each scenario starts the editor once and runs its checks in order (`scenarios/*.lua`); pytest reports each as a test of its own.
What each check saw lies in `tests/.artifacts/neovim/`.
"""

from __future__ import annotations

import pytest
from tests.editors.neovim.editor import Check, drive, place

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]

OFFLINE = (
    "diagnostics", "complexity_diagnostic", "code_lens", "code_lens_runs_into_a_float", "hover", "quick_fix",
    "documentation_is_resolved_lazily", "an_edit_for_older_text_is_not_applied", "explain_the_function_at_the_cursor",
    "explain_a_selection", "completion_items", "ghost_text", "tab_accepts_it", "undo_takes_only_the_accepted_text",
    "tab_right_after_typing_on_repeats_nothing", "tab_after_typing_something_else_is_a_tab", "accepts_a_word",
    "tab_without_ghost_text_is_a_tab", "tab_without_ghost_text_keeps_the_users_mapping", "tab_keeps_a_mapping_of_the_buffer",
    "tab_keeps_a_vimscript_mapping", "review_finds_and_names_who", "clear_takes_the_findings_away", "review_of_a_selection",
    "statusline_says_offline", "statusline_is_empty_elsewhere", "last_route", "toggle", "unknown_command_says_what_there_is",
    "checkhealth", "restart", "quiet",
)  # fmt: skip


@pytest.fixture(scope="module")
def offline(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Check]:
    return drive(place(tmp_path_factory.mktemp("offline")), "offline", OFFLINE)


@pytest.mark.parametrize("name", OFFLINE)
def test_without_key_and_network(offline: dict[str, Check], name: str) -> None:
    assert offline[name].ok, offline[name].detail

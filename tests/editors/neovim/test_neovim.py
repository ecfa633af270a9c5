"""The main job in a real Neovim: headless, driven by its own keys, with our plugin and the real server.

Each scenario starts the editor once and runs its checks in order (`scenarios/*.lua`); pytest reports each as a test of its own.
What each check saw lies in `tests/.artifacts/neovim/`.
"""

from __future__ import annotations

import pytest
from tests.editors.neovim import scripted_model
from tests.editors.neovim.editor import Check, drive, place
from tests.fixtures.model_script import Reply, Request
from tests.fixtures.model_server import ModelServer

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]

OFFLINE = (
    "diagnostics", "complexity_diagnostic", "code_lens", "code_lens_runs_into_a_float", "hover", "quick_fix",
    "documentation_is_resolved_lazily", "an_edit_for_older_text_is_not_applied", "explain_the_function_at_the_cursor",
    "explain_a_selection", "completion_items", "ghost_text", "tab_accepts_it", "undo_takes_only_the_accepted_text",
    "tab_right_after_typing_on_repeats_nothing", "tab_after_typing_something_else_is_a_tab", "accepts_a_word",
    "tab_without_ghost_text_is_a_tab", "tab_without_ghost_text_keeps_the_users_mapping", "tab_keeps_a_mapping_of_the_buffer",
    "tab_keeps_a_vimscript_mapping", "review_finds_and_names_who", "clear_takes_the_findings_away", "review_of_a_selection",
    "statusline_says_offline", "statusline_is_empty_elsewhere", "last_route", "toggle", "unknown_command_says_what_there_is",
    "checkhealth", "restart", "a_crash_restarts_the_server", "an_open_menu_and_the_users_mapping_come_before_ghost_text",
    "an_open_menu_with_nothing_chosen_leaves_tab_to_ghost_text", "quiet",
)  # fmt: skip
MODEL = (
    "ghost_text", "statusline_shows_model_and_price", "tab_accepts_it", "accepts_a_line_then_the_rest",
    "typing_through_asks_no_model", "fix_is_resolved_lazily", "review_names_agent_and_model",
    "findings_move_with_their_lines", "review_can_be_cancelled", "explanation_waits_for_the_end_of_typing",
    "last_route_names_the_price", "key_goes_to_the_server_and_into_no_log", "an_outage_is_told_once_and_answered", "quiet",
)  # fmt: skip
MENU = ("the_rest_of_the_line_is_in_the_menu", "choosing_it_inserts_it", "no_ghost_text_and_no_key")
KEY = "sk-canary-0123456789abcdef"
"""What a person types as the API key. It must reach the model's server and nothing else."""


@pytest.fixture(scope="module")
def offline(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Check]:
    return drive(place(tmp_path_factory.mktemp("offline")), "offline", OFFLINE)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Check]:
    root = tmp_path_factory.mktemp("model")
    asked, outage = root / "requests", root / "outage"
    asked.touch()

    def answers(request: Request) -> Reply:
        with asked.open("a") as lines:
            lines.write(f"{request.path}\n")
        return Reply(fault="503") if outage.exists() else scripted_model.answers(request)

    with ModelServer(answers=answers) as server:
        where = place(root, scripted_model.config(server.url))
        environ = {
            "OPENAI_API_KEY": "sk-of-the-environment",
            "POINTSMAN_TEST_KEY": KEY,
            "POINTSMAN_TEST_REQUESTS": str(asked),
            "POINTSMAN_TEST_OUTAGE": str(outage),
        }
        checks = drive(where, "model", MODEL, environ=environ)
        keys = {request.headers.get("authorization", "") for request in server.requests if request.method == "POST"}
        checks["keys"] = Check(keys == {"Bearer sk-of-the-environment", f"Bearer {KEY}"}, f"keys sent: {sorted(keys)}")
        checks["hang_up"] = Check(server.hang_ups > 0, "the cancelled review was read to its end")
        kept = [path for path in root.rglob("*") if path.is_file() and KEY.encode() in path.read_bytes()]
        checks["kept"] = Check(not kept, f"the key lies in {kept}")
    return checks


@pytest.fixture(scope="module")
def menu(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Check]:
    with ModelServer(answers=scripted_model.answers) as server:
        where = place(tmp_path_factory.mktemp("menu"), scripted_model.config(server.url))
        return drive(where, "menu", MENU, environ={"OPENAI_API_KEY": "sk-of-the-environment"})


@pytest.mark.parametrize("name", OFFLINE)
def test_without_key_and_network(offline: dict[str, Check], name: str) -> None:
    assert offline[name].ok, offline[name].detail


@pytest.mark.parametrize("name", MODEL)
def test_with_a_model(model: dict[str, Check], name: str) -> None:
    assert model[name].ok, model[name].detail


@pytest.mark.parametrize("name", MENU)
def test_where_there_is_no_ghost_text(menu: dict[str, Check], name: str) -> None:
    assert menu[name].ok, menu[name].detail


def test_the_typed_key_takes_the_place_of_the_one_in_the_environment(model: dict[str, Check]) -> None:
    assert model["keys"].ok, model["keys"].detail


def test_the_typed_key_lies_in_no_file(model: dict[str, Check]) -> None:
    assert model["kept"].ok, model["kept"].detail


def test_a_cancelled_review_hangs_up_on_the_model(model: dict[str, Check]) -> None:
    assert model["hang_up"].ok, model["hang_up"].detail

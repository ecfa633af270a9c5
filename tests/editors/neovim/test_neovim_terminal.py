"""Neovim on the screen of a real terminal: what a person sees, with the pictures for the README.

The pictures lie in `tests/.artifacts/neovim/*.png`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from tests.editors.neovim import scripted_model
from tests.editors.neovim.editor import ARTIFACTS, HERE, PLUGIN, Place, neovim, place
from tests.editors.neovim.terminal import Terminal
from tests.fixtures.model_server import ModelServer

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

HEAD = """

@router.get("/{product_id}/stock")
def get_stock(product_id: int, session: Session = Depends(get_session)) -> int:"""

TOTAL_HEAD = "def order_total(order_id: int, session: Session = Depends(get_session)) -> Decimal:"


@pytest.fixture(scope="module")
def where(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with ModelServer(answers=scripted_model.answers) as server:
        yield place(tmp_path_factory.mktemp("terminal"), scripted_model.config(server.url))


def start(where: Place, file: str, *arguments: str) -> Terminal:
    ARTIFACTS.mkdir(parents=True, exist_ok=True)
    program = [neovim(), "--cmd", f"set runtimepath^={PLUGIN}", "-u", str(HERE / "terminal.lua"), *arguments, file]
    return Terminal(program, cwd=where.shop, environ=where.environ | {"OPENAI_API_KEY": "sk-of-the-environment"})


def test_ghost_text_is_typed_for_seen_and_accepted(where: Place) -> None:
    with start(where, "backend/products.py") as terminal:
        terminal.see("complexity|backend ·")
        terminal.keys("G", "o")
        terminal.see("INSERT")
        for line in HEAD.split("\n"):
            terminal.type(line)
            terminal.keys("Enter")
        # Ghost text below the window's last line would not be seen.
        terminal.keys("Escape", "z", "b", *["C-e"] * 6, "c", "c")
        terminal.see("INSERT")
        terminal.see("SELECT stock FROM")
        screen = terminal.see(r"return row\.stock")
        assert "Pointsman full" in screen
        ghost, code = terminal.style_of("SELECT stock FROM"), terminal.style_of("get_stock")
        assert ghost.get("color") != code.get("color"), "ghost text looks like code"
        terminal.see(r"Pointsman full · \w+ \$0\.\d+")
        terminal.photograph(ARTIFACTS / "ghost-text.png", "nvim backend/products.py")
        terminal.keys("Tab")
        terminal.keys("Escape")
        terminal.type(":w")
        terminal.keys("Enter")
        terminal.see("written")
    assert (where.shop / "backend" / "products.py").read_text().rstrip().endswith("    return row.stock")


def test_ghost_text_findings_lenses_and_statusline_share_a_screen(where: Place) -> None:
    with start(where, "backend/orders.py", "+47") as terminal:
        terminal.see(r"●.*\S")
        terminal.keys("o", "Enter", "Enter")
        for line in ('@router.get("/{order_id}/total")', TOTAL_HEAD):
            terminal.type(line)
            terminal.keys("Enter")
        terminal.keys("Escape")
        terminal.type("17kzt17jcc")
        terminal.see(r"return price_order\(order, rates, date")
        terminal.see(r"complexity 27")
        terminal.see(r"● SQL built from text")
        terminal.see(r"Pointsman full · \w+ \$0\.\d+")
        assert terminal.style_of("SQL built").get("color") != terminal.style_of("return price_order(").get("color")
        terminal.photograph(ARTIFACTS / "neovim.png", "nvim backend/orders.py")


def test_findings_lenses_and_a_review_are_on_the_screen(where: Place) -> None:
    with start(where, "backend/orders.py", "+46") as terminal:
        terminal.see(r"●.*\S")
        terminal.type("7kzt7j")
        terminal.see("complexity 27")
        terminal.type(":Pointsman review")
        terminal.keys("Enter")
        terminal.see(r"\[backend · \w+\]")
        terminal.see("2 findings by the backend agent")
        terminal.photograph(ARTIFACTS / "review.png", "nvim backend/orders.py")


def test_code_actions_say_which_model_they_would_ask(where: Place) -> None:
    with start(where, "backend/orders.py", "+46") as terminal:
        terminal.see(r"●.*\S")
        terminal.type("zt$hhhhhhhhhhhhhhhhhhgra")
        screen = terminal.see(r"Write tests for find_orders with \w+")
        assert re.search(r"Fix python/sql-string with \w+", screen)
        assert "Document" not in screen, "it has documentation already"
        terminal.photograph(ARTIFACTS / "code-actions.png", "nvim backend/orders.py")

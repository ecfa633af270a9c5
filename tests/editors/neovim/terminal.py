"""A real terminal that can be typed into, read, and photographed: tmux, and Chromium for the picture of what it shows."""

from __future__ import annotations

import html
import os
import re
import shlex
import shutil
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Self

COLUMNS, ROWS = 124, 30
# A terminal's sixteen colours, where a program asks for one by number.
PALETTE = (
    "#14161b", "#ffc0b9", "#b3f6c0", "#fce094", "#a6dbff", "#ffcaff", "#8cf8f7", "#eef1f8",
    "#4f5258", "#ffc0b9", "#b3f6c0", "#fce094", "#a6dbff", "#ffcaff", "#8cf8f7", "#eef1f8",
)  # fmt: skip
_ESCAPE = re.compile(r"\x1b\[([0-9;:]*)m|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x0e|\x0f")
_PAGE = """<!doctype html><meta charset="utf-8"><style>
html {{ background: transparent }}
body {{ margin: 0; padding: 28px; background: linear-gradient(150deg, #3a4256, #20242e); width: max-content }}
.window {{ background: {background}; border-radius: 11px; overflow: hidden;
  box-shadow: 0 18px 44px rgb(0 0 0 / 45%), 0 0 0 1px rgb(255 255 255 / 9%) }}
.bar {{ height: 34px; display: flex; align-items: center; gap: 8px; padding: 0 14px; background: #0c0e12 }}
.bar i {{ width: 12px; height: 12px; border-radius: 50%; background: #3b3f48 }}
.bar b {{ flex: 1; margin-right: 68px; text-align: center; font: 13px "DejaVu Sans", sans-serif; color: #8b93a5 }}
pre {{ margin: 0; padding: 8px 12px 12px; font: 15px/21px "DejaVu Sans Mono", monospace; color: {foreground};
  font-variant-ligatures: none }}
pre span {{ display: inline-block; height: 21px; vertical-align: top; text-decoration-skip-ink: none }}
</style><div class="window"><div class="bar"><i></i><i></i><i></i><b>{title}</b></div><pre>{body}</pre></div>"""


class Terminal:
    """One program on a screen of its own, from `with` to its end."""

    def __init__(self, program: Sequence[str], *, cwd: Path, environ: Mapping[str, str]) -> None:
        self._socket = f"pointsman-{os.getpid()}-{time.monotonic_ns()}"
        self._program, self._cwd, self._environ = program, cwd, dict(environ)

    def __enter__(self) -> Self:
        assert shutil.which("tmux"), "no tmux: run `python3 tests/run.py`, which sets it up"
        # True colour, and no wait for what may follow an Escape.
        config = self._cwd / ".tmux.conf"
        config.write_text(
            "set -g default-terminal tmux-256color\n"
            'set -ga terminal-features ",*:RGB"\n'
            "set -g escape-time 0\n"
            "set -g status off\n"
        )
        environ = self._environ | {"TERM": "xterm-256color", "COLORTERM": "truecolor"}
        size = ["-x", str(COLUMNS), "-y", str(ROWS)]
        # tmux hands on to its programs what its server had, so the server gets nothing but that.
        subprocess.run(
            ["tmux", "-L", self._socket, "-f", config, "new-session", "-d", "-s", "t", *size, shlex.join(self._program)],
            cwd=self._cwd,
            env=environ,
            check=True,
        )
        return self

    def __exit__(self, *_: object) -> None:
        self._tmux("kill-server", check=False)

    def keys(self, *names: str) -> None:
        """Press keys by tmux's names, such as Escape, Tab, C-w."""
        self._tmux("send-keys", "-t", "t", *names)

    def type(self, text: str) -> None:
        """Type characters as they are."""
        self._tmux("send-keys", "-t", "t", "-l", "--", text)

    def screen(self) -> str:
        """What is on the screen, without colours."""
        return self._tmux("capture-pane", "-p", "-t", "t")

    def see(self, pattern: str, limit_s: float = 20) -> str:
        """The screen, once it shows `pattern`."""
        deadline = time.monotonic() + limit_s
        while not re.search(pattern, screen := self.screen()):
            assert time.monotonic() < deadline, f"no {pattern!r} on the screen:\n{screen}"
            time.sleep(0.05)
        return screen

    def rest(self, for_s: float = 0.4, limit_s: float = 10) -> None:
        """Wait until the screen has not changed for a while, as a photographer does."""
        deadline, before, since = time.monotonic() + limit_s, "", time.monotonic()
        while time.monotonic() < deadline:
            now = self._tmux("capture-pane", "-e", "-p", "-t", "t")
            if now != before:
                before, since = now, time.monotonic()
            elif time.monotonic() - since >= for_s:
                return
            time.sleep(0.05)

    def cells(self) -> list[list[tuple[str, Style]]]:
        """The screen as runs of equally styled text, by line."""
        return [list(runs(line)) for line in self._tmux("capture-pane", "-e", "-N", "-p", "-t", "t").split("\n")[:ROWS]]

    def style_of(self, text: str) -> Style:
        """How the first `text` on the screen looks."""
        for line in self.cells():
            for run, style in line:
                if text in run:
                    return style
        raise AssertionError(f"no {text!r} in one run:\n{self.screen()}")

    def photograph(self, picture: Path, title: str) -> None:
        """Put a picture of the screen into `picture`."""
        named = (os.environ.get("POINTSMAN_TEST_CHROMIUM"), "chromium", "chromium-browser", "google-chrome")
        chromium = next((found for name in named if name and (found := shutil.which(name))), None)
        assert chromium, "no Chromium for the picture: run `python3 tests/run.py`, which sets it up"
        self.rest()
        lines = self.cells()
        cursor = self._tmux("display-message", "-p", "-t", "t", "#{cursor_x} #{cursor_y}").split()
        page = picture.with_suffix(".html")
        page.write_text(rendered(lines, title, (int(cursor[0]), int(cursor[1]))), encoding="utf-8")
        width, height = round(COLUMNS * 9.03) + 24 + 56, ROWS * 21 + 20 + 34 + 56
        subprocess.run(
            [
                chromium, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--force-device-scale-factor=2",
                f"--window-size={width},{height}", f"--screenshot={picture}", page.as_uri(),
            ],
            check=True, capture_output=True, timeout=90,
        )  # fmt: skip
        page.unlink()

    def _tmux(self, *arguments: str, check: bool = True) -> str:
        done = subprocess.run(["tmux", "-L", self._socket, *arguments], check=check, capture_output=True, text=True, timeout=30)
        return done.stdout


Style = Mapping[str, str]


def runs(line: str) -> list[tuple[str, Style]]:
    """A line with its escapes, as pieces of text with the CSS properties that they stand for."""
    found: list[tuple[str, Style]] = []
    style: dict[str, str] = {}
    at = 0
    for match in _ESCAPE.finditer(line):
        if match.start() > at:
            found.append((line[at : match.start()], dict(style)))
        at = match.end()
        if match[1] is not None:
            _apply(style, match[1])
    if at < len(line):
        found.append((line[at:], dict(style)))
    return found


_COLORED = {38: "color", 48: "background", 58: "underline-color"}


def _apply(style: dict[str, str], codes: str) -> None:
    numbers = [part.split(":") for part in (codes or "0").split(";")]
    queue = [int(piece or 0) if len(part) == 1 else part for part in numbers for piece in part[:1]]
    while queue:
        code = queue.pop(0)
        if isinstance(code, list):
            _apply_long(style, [int(piece or 0) for piece in code])
        elif code in _COLORED:
            name = _COLORED[code]
            if queue.pop(0) == 2:
                style[name] = "#" + "".join(f"{queue.pop(0):02x}" for _ in range(3))
            else:
                style[name] = _indexed(int(queue.pop(0)))
        else:
            _apply_short(style, int(code))


def _apply_long(style: dict[str, str], code: list[int]) -> None:
    if code[0] == 4:
        style["underline"] = {0: "", 3: "wavy"}.get(code[1], "solid")
    elif code[0] in _COLORED:
        style[_COLORED[code[0]]] = "#" + "".join(f"{value:02x}" for value in code[-3:]) if code[1] == 2 else _indexed(code[-1])


def _apply_short(style: dict[str, str], code: int) -> None:
    switches = {1: "bold", 2: "dim", 3: "italic", 4: "underline", 7: "reverse", 9: "strike"}
    if code == 0:
        style.clear()
    elif code in switches:
        style[switches[code]] = "solid"
    elif code == 22:
        style.pop("bold", None)
        style.pop("dim", None)
    elif code in (23, 24, 27, 29):
        style.pop({23: "italic", 24: "underline", 27: "reverse", 29: "strike"}[code], None)
    elif code in (39, 49, 59):
        style.pop({39: "color", 49: "background", 59: "underline-color"}[code], None)
    elif 30 <= code <= 37 or 90 <= code <= 97:
        style["color"] = PALETTE[code - 30 if code < 90 else code - 82]
    elif 40 <= code <= 47 or 100 <= code <= 107:
        style["background"] = PALETTE[code - 40 if code < 100 else code - 92]


def _indexed(number: int) -> str:
    if number < 16:
        return PALETTE[number]
    if number >= 232:
        return "#" + f"{8 + (number - 232) * 10:02x}" * 3
    steps = (0, 95, 135, 175, 215, 255)
    number -= 16
    return "#" + "".join(f"{steps[number // power % 6]:02x}" for power in (36, 6, 1))


def rendered(lines: Sequence[Sequence[tuple[str, Style]]], title: str, cursor: tuple[int, int]) -> str:
    """A page that shows the lines as a terminal does, with a bar of a cursor."""
    backgrounds = [style["background"] for line in lines for text, style in line if "background" in style for _ in text]
    foregrounds = [style["color"] for line in lines for text, style in line if "color" in style for _ in text]
    background = max(set(backgrounds), key=backgrounds.count, default=PALETTE[0])
    foreground = max(set(foregrounds), key=foregrounds.count, default=PALETTE[7])
    body = []
    for row, line in enumerate(lines):
        column, pieces = 0, []
        for text, style in line:
            for part in _around_cursor(text, column, cursor) if row == cursor[1] else [(text, False)]:
                pieces.append(_span(*part, style, background, foreground))
            column += len(text)
        pad = COLUMNS - column
        body.append("".join(pieces) + (f"<span>{' ' * pad}</span>" if pad > 0 else ""))
    return _PAGE.format(title=html.escape(title), body="\n".join(body), background=background, foreground=foreground)


def _around_cursor(text: str, column: int, cursor: tuple[int, int]) -> list[tuple[str, bool]]:
    at = cursor[0] - column
    if not 0 <= at < len(text):
        return [(text, False)]
    return [(part, under) for part, under in ((text[:at], False), (text[at], True), (text[at + 1 :], False)) if part]


def _span(text: str, under_cursor: bool, style: Style, background: str, foreground: str) -> str:
    color, back = style.get("color", foreground), style.get("background", background)
    if "reverse" in style:
        color, back = back, color
    css = [f"color:{color}"]
    if back != background:
        css.append(f"background:{back}")
    css += [rule for name, rule in _RULES.items() if name in style]
    if style.get("underline"):
        css.append(f"text-decoration:underline {style['underline']} {style.get('underline-color', color)} 1px")
    if under_cursor:
        css.append("box-shadow:inset 2px 0 #eef1f8")
    return f'<span style="{";".join(css)}">{html.escape(text)}</span>'


_RULES = {
    "bold": "font-weight:bold",
    "dim": "opacity:.6",
    "italic": "font-style:italic",
    "strike": "text-decoration:line-through",
}

"""`pointsman stats`: one JSON document, one page that needs nothing but itself, and honest words when there is nothing."""

from __future__ import annotations

import asyncio
import json
import re
import time
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import pytest
from tests.unit.monitoring.rows import answer, fallback

from pointsman.cli import main
from pointsman.cli import stats_words as words
from pointsman.core.clock import SystemClock
from pointsman.monitoring.intervals import Estimate
from pointsman.storage.answers import AnswerLog
from pointsman.storage.store import Store

EVIL = "mal\x1b[31mice<script>alert(1)</script>\u202e"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("POINTSMAN_CONFIG_DIR", str(tmp_path / "config"))
    monkeypatch.setenv("POINTSMAN_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("COLUMNS", "100")
    return tmp_path


def record(home: Path, *, evil: bool = False, days: int = 3) -> None:
    async def write() -> None:
        clock = SystemClock()
        store = Store(home / "data" / "pointsman.db", clock=clock)
        log, now = AnswerLog(store, clock), time.time()
        for number in range(60):
            at = now - (number % days) * 86_400 - 5
            more = {"task": EVIL, "model": EVIL, "domain": EVIL} if evil else {}
            log.record(answer(number, at=at, **more) if number % 10 else fallback(number, at=at))
            log.event("feedback", {"answer": f"a{number}", "event": "accepted" if number % 3 else "shown"})
        await store.flush()
        await store.aclose()

    asyncio.run(write())


class Page(HTMLParser):
    """Tags that are opened and closed, and everything that a browser could fetch or run."""

    VOID = frozenset({"meta", "link", "br", "hr", "img", "input"})

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.fetched: list[str] = []
        self.svgs = 0
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        given = dict(attrs)
        self.fetched += [str(given[name]) for name in ("src", "href", "srcset", "data", "action") if name in given]
        assert not any(name.startswith("on") for name in given), given
        if tag == "svg":
            self.svgs += 1
            assert given.get("role") == "img" and given.get("aria-label")
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def page(home: Path) -> str:
    file = home / "stats.html"
    assert main(["stats", "--html", str(file)]) == 0
    return file.read_text("utf-8")


def test_nothing_recorded_yet_is_said_in_every_view_and_leaves_no_file(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["stats"]) == 0
    assert "Nothing recorded yet." in capsys.readouterr().out
    assert main(["stats", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["requests"], found["spent"], found["savings"], found["days"]) == (0, 0, None, [])
    assert "Nothing recorded yet." in page(home)
    assert not (home / "data").exists()


def test_json_is_one_document_with_money_shares_and_definitions(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    record(home)
    capsys.readouterr()
    assert main(["stats", "--json"]) == 0
    out = capsys.readouterr().out
    found = json.loads(out)
    assert out.count("\n") == 1
    assert (found["requests"], found["spent"]) == (60, 54 * 150)
    saved = found["savings"]["saved"]
    assert saved["low"] <= saved["value"] <= saved["high"]
    assert saved["value"] + found["spent"] == found["savings"]["always_premium"]
    assert found["acceptance"]["samples"] == 60
    assert set(found["metrics"]) == {"response_quality", "response_time", "resource_efficiency", "reliability"}
    assert found["steps"] == {"1": 54, "template": 6}
    assert {row["name"] for row in found["return_on_investment"]} >= {"Time saved per task", "Learning acceleration"}


def test_the_terminal_says_spent_saved_taken_and_how_fast(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    record(home)
    capsys.readouterr()
    assert main(["stats", "--days", "7"]) == 0
    out = capsys.readouterr().out
    for word in (
        "60 requests cost",
        "Always asking claude_4_sonnet",
        "spent",
        "saved",
        "taken",
        "whole answer",
        "first choice",
    ):
        assert word in out


def test_days_bound_what_is_told(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    record(home)
    capsys.readouterr()
    main(["stats", "--days", "1", "--json"])
    assert json.loads(capsys.readouterr().out)["requests"] == 20
    assert main(["stats", "--days", "0"]) == 2


def test_the_page_is_whole_and_asks_nobody_for_anything(home: Path) -> None:
    record(home)
    text = page(home)
    found = Page(text)
    assert found.open == []
    assert found.fetched == []
    assert not found.tags & {"script", "link", "img", "iframe", "object", "form"}
    assert "default-src 'none'" in text and "prefers-color-scheme: dark" in text and "@media print" in text
    assert not re.search(r"@import|url\(|https?://", text)
    assert found.svgs == 4
    for svg in re.findall(r"<svg.*?</svg>", text, re.DOTALL):
        ElementTree.fromstring(svg)
        assert "nan" not in svg.lower().replace("finance", "")


def test_a_single_day_and_a_free_model_draw_too(home: Path) -> None:
    record(home, days=1)
    assert Page(page(home)).svgs == 4


def test_names_from_elsewhere_neither_run_nor_colour_anything(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    record(home, evil=True)
    text = page(home)
    assert "<script>" not in text and "\x1b" not in text and "\u202e" not in text
    capsys.readouterr()
    main(["stats"])
    out = capsys.readouterr().out
    assert "\x1b[31mice" not in out and "\u202e" not in out


def test_a_page_that_cannot_be_written_is_an_error_in_words(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["stats", "--html", str(home / "no" / "folder" / "x.html")]) == 2
    assert "cannot be written" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("micro", "said"),
    [(0, "$0"), (12_300_000, "$12.30"), (42_000, "$0.042"), (-4_200_000, "−$4.20"), (150, "$0.00015")],
)
def test_money_in_few_digits(micro: int, said: str) -> None:
    assert words.dollars(micro) == said


def test_shares_do_not_claim_all_or_nothing() -> None:
    assert [words.percent(each) for each in (0, 0.0001, 0.05, 0.5, 0.965, 0.99999, 1)] == [
        "0 %", "< 0.1 %", "5.0 %", "50 %", "96.5 %", "> 99.9 %", "100 %",
    ]  # fmt: skip
    assert words.measured(Estimate(0.5, 0.4, 0.6, 9), "share") == "50 % (40 % to 60 %)"

"""The machine's pressure: from what Linux tells, asked rarely, and 0 where nothing is told."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.gateway.scripted import FakeClock

from pointsman.monitoring import pressure, process
from pointsman.monitoring.pressure import Pressure


def proc(
    folder: Path, *, available: int = 900, cpu: tuple[float, float] = (0, 0), memory: tuple[float, float] = (0, 0)
) -> Path:
    (folder / "pressure").mkdir(exist_ok=True)
    (folder / "meminfo").write_text(f"MemTotal:    1000 kB\nMemFree:  10 kB\nMemAvailable:   {available} kB\n")
    for name, (minute, five) in (("cpu", cpu), ("memory", memory)):
        some = (
            f"some avg10=99.00 avg60={minute:.2f} avg300={five:.2f} total=1\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=0\n"
        )
        (folder / "pressure" / name).write_text(some)
    return folder


@pytest.mark.parametrize(
    ("told", "figure"),
    [
        ({}, 0.1),
        ({"available": 50}, 0.95),
        ({"cpu": (97, 93)}, 0.93),
        ({"cpu": (97, 20)}, 0.2),
        ({"cpu": (15, 93)}, 0.15),
        ({"memory": (40, 60)}, 0.4),
    ],
    ids=["calm", "memory", "cpu", "a_build", "a_build_that_ended", "swapping"],
)
def test_the_most_used_resource_counts(tmp_path: Path, told: dict[str, object], figure: float) -> None:
    assert Pressure(FakeClock(), proc(tmp_path, **told))() == pytest.approx(figure)  # type: ignore[arg-type]


def test_the_system_is_asked_once_in_five_seconds(tmp_path: Path) -> None:
    clock = FakeClock()
    now = Pressure(clock, proc(tmp_path))
    assert now() == pytest.approx(0.1)
    proc(tmp_path, available=1)
    clock.advance(4.9)
    assert now() == pytest.approx(0.1)
    clock.advance(0.2)
    assert now() == pytest.approx(0.999)


@pytest.mark.parametrize("text", [None, "", "MemTotal: 0 kB\nMemAvailable: 0 kB\n", "\xff\x00nonsense"])
def test_a_system_that_tells_nothing_is_not_busy(tmp_path: Path, text: str | None) -> None:
    if text is not None:
        (tmp_path / "meminfo").write_bytes(text.encode("latin-1"))
    assert Pressure(FakeClock(), tmp_path)() == 0.0


def test_a_process_that_works_all_the_time_is_busy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    used = [10.0]
    monkeypatch.setattr(process, "cpu_seconds", lambda: used[0])
    clock = FakeClock()
    now = pressure.Pressure(clock, tmp_path)
    clock.advance(60.0)
    used[0] += 57.0
    assert now() == pytest.approx(0.95)
    clock.advance(60.0)
    used[0] += 0.6
    assert now() == pytest.approx(0.01)


def test_this_machine_tells_something_sensible() -> None:
    assert 0.0 <= Pressure(FakeClock())() <= 1.0

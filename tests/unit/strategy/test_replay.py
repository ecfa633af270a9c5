"""Replay over outcomes made here: what a policy may claim, and which files are refused in which words."""

from __future__ import annotations

from random import Random
from statistics import fmean

import pytest
from tests.unit.strategy.conftest import SHIPPED, profile

from pointsman.core.types import Tier
from pointsman.strategy import bootstrap
from pointsman.strategy.expected_value import Verifier
from pointsman.strategy.outcomes import WrongOutcomes, read, tiers
from pointsman.strategy.replay import replay

SHARES = {"strong": (0.75, 0.70), "middle": (0.65, 0.30), "small": (0.60, 0.04), "weak": (0.10, 0.03)}
TIERS = {Tier.PREMIUM: "strong", Tier.STANDARD: "middle", Tier.BUDGET: "small"}


def made(tasks: int = 240, seed: int = 1, latency: bool = False) -> str:
    """Outcomes whose models mostly fail on the same tasks, as real ones do."""
    rng, lines = Random(seed), ["model,task_id,extra,success,cost_usd" + (",latency_s" if latency else "")]
    for task in range(tasks):
        hard = rng.gauss(0, 1)
        for model, (share, cost) in SHARES.items():
            solved = rng.gauss(0, 0.5) + hard < {0.75: 0.75, 0.65: 0.43, 0.60: 0.28, 0.10: -1.4}[share]
            row = f"{model},repo{task % 2}__{task},x,{int(solved)},{cost * rng.uniform(0.5, 1.5):.4f}"
            lines.append(row + (",2.5" if latency else ""))
    return "\n".join(lines) + "\n"


def replayed(verifier: Verifier | None, named=TIERS, **options):
    outcomes = read(made(), "made.csv")
    given = {"profile": profile(task="complex_debugging"), "seed": 3, "repeats": 4} | options
    return replay(outcomes, tiers(outcomes, named), SHIPPED, verifier=verifier, **given)


def figures(found) -> dict[str, tuple[float, float]]:
    return {name: (fmean(each.success), fmean(each.cost)) for name, each in found.policies.items()}


def test_with_a_verifier_it_saves_two_fifths_at_three_points_at_most():
    found = figures(replayed(Verifier(0.9, 0.2)))
    assert found["pointsman"][1] <= 0.6 * found["premium"][1]
    assert found["pointsman"][0] >= found["premium"][0] - 0.03


@pytest.mark.parametrize("verifier", [None, Verifier(0.5, 0.5)])
def test_without_a_check_it_stays_within_a_point_of_the_best_single_model(verifier):
    found = figures(replayed(verifier))
    assert found["pointsman"][0] >= found["best_single"][0] - 0.01


def test_a_budget_model_that_hardly_solves_anything_is_soon_left_alone():
    found = replayed(Verifier(0.9, 0.2), TIERS | {Tier.BUDGET: "weak"})
    assert sum(share for steps, share in found.asked.items() if Tier.BUDGET in steps) < 0.5
    assert figures(found)["pointsman"][0] >= figures(found)["premium"][0] - 0.06


def test_the_others_are_what_is_possible_with_the_same_models():
    found = figures(replayed(None))
    assert found["oracle"][0] >= found["best_single"][0] >= found["random"][0]
    assert found["cheapest"][1] == min(cost for name, (_, cost) in found.items())
    assert found["oracle"][0] >= found["pointsman"][0]
    assert found["premium"][0] == found["best_single"][0]


def test_the_same_seed_gives_the_same_figures_and_another_seed_others():
    once = replayed(Verifier(0.9, 0.2))
    assert replayed(Verifier(0.9, 0.2)) == once
    assert replayed(Verifier(0.9, 0.2), seed=4) != once
    assert sum(once.asked.values()) == pytest.approx(1)


def test_latency_is_the_sum_of_what_was_asked_and_none_when_unknown():
    outcomes = read(made(40, latency=True), "made.csv")
    found = replay(outcomes, TIERS, SHIPPED, profile=profile(task="complex_debugging"), verifier=Verifier(0.9, 0.2), seed=0)
    ours, premium = found.policies["pointsman"].latency, found.policies["premium"].latency
    assert premium == [2.5] * 40 and all(2.5 <= seconds <= 5.0 for seconds in ours) and max(ours) > 2.5
    assert replayed(None).policies["random"].latency is None


def test_tiers_that_are_not_named_follow_success_and_cost():
    outcomes = read(made(), "made.csv")
    assert tiers(outcomes, {})[Tier.PREMIUM] == "strong"
    assert tiers(outcomes, {Tier.BUDGET: "small"}) == TIERS
    assert tiers(read("task_id,model,success,cost_usd\na,only,1,2\n", "one.csv"), {}) == {Tier.PREMIUM: "only"}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "line 1: no column task_id or model"),
        ("task_id,model,success\na,b,1\n", "line 1: no column cost_usd"),
        ("task_id,model,success,cost_usd\n", "line 2: no rows"),
        ("task_id,model,success,cost_usd\na,b,maybe,1\n", "line 2: column success: 'maybe' is neither 0 nor 1"),
        ("task_id,model,success,cost_usd\na,b,1,-3\n", "line 2: column cost_usd: '-3' is no amount"),
        ("task_id,model,success,cost_usd\na,b,1,nan\n", "line 2: column cost_usd"),
        ("task_id,model,success,cost_usd\na,b,1\n", "line 2: column cost_usd: '' is no amount"),
        ("task_id,model,success,cost_usd\n,b,1,1\n", "line 2: column task_id: is empty"),
        ("task_id,model,success,cost_usd\na,b,1,1\na,b,0,1\n", "line 3: b on a stands there twice"),
        ("task_id,model,success,cost_usd,latency_s\na,b,1,1,soon\n", "line 2: column latency_s: 'soon' is no amount"),
    ],
)
def test_a_file_that_cannot_be_replayed_says_where_and_what_to_do(text, words):
    with pytest.raises(WrongOutcomes) as caught:
        read(text, "data.csv")
    assert str(caught.value).startswith("data.csv: ") and words in str(caught.value) and str(caught.value).endswith(")")


def test_models_that_share_no_task_are_refused():
    outcomes = read("task_id,model,success,cost_usd\na,x,1,2\nb,y,0,1\n", "d.csv")
    with pytest.raises(WrongOutcomes, match="no task has a row for each"):
        replay(outcomes, tiers(outcomes, {}), SHIPPED, profile=profile(), verifier=None, seed=0)


@pytest.mark.parametrize("named", [{Tier.PREMIUM: "stron"}, {Tier.PREMIUM: "strong", Tier.BUDGET: "strong"}])
def test_a_tier_without_a_model_of_its_own_is_refused(named):
    with pytest.raises(WrongOutcomes, match=r"did you mean 'strong'|plays two tiers"):
        tiers(read(made(2), "made.csv"), named)


def test_intervals_hold_the_mean_and_narrow_with_more_tasks():
    rng, widths = Random(5), []
    for size in (20, 500):
        values = [rng.random() for _ in range(size)]
        low, high = bootstrap.interval(values, bootstrap.resamples(size, rng, 300))
        assert low < fmean(values) < high
        widths.append(high - low)
    assert widths[1] < widths[0] / 3

from __future__ import annotations

import itertools

import numpy as np
import pytest

from livelihood_map.core.errors import InfeasibleError
from livelihood_map.programme import DemonstrationRules, choose_demonstration

FREE = {"per_town_n": None, "spacing_m": 0.0}


@pytest.fixture
def outlets(grid_town):
    """Return five outlets: corner, middle, next to the middle, north-east, and one planned."""
    return grid_town.facilities(
        (0, 0), (2, 2), (2, 3), (4, 4), (4, 0),
        town_id=["west", "west", "east", "east", "west"],
        subtype=["chain", "single", "newretail", "single", "chain"],
        status=["operating"] * 4 + ["planned"],
    )  # fmt: skip


def test_criteria_are_arithmetic(grid_town, outlets, walks_to, people_of):
    """Within 100 m: a corner serves 3 corners of 10 people, the middle 5; neighbours share two."""
    plan = choose_demonstration(
        outlets,
        people_of(grid_town),
        walks_to(grid_town, outlets),
        threshold_m=100.0,
        rules=DemonstrationRules(count_n=2, **FREE),
    )
    table = plan.scored.set_index("facility_id")
    assert table["people_n"].tolist() == [30.0, 50.0, 50.0, 30.0, 30.0]
    assert table["weak_n"].tolist() == [30.0, 30.0, 30.0, 30.0, 30.0]
    assert table["digital"].tolist() == [0.0, 0.0, 1.0, 0.0, 0.0]
    assert table["chain"].tolist() == [1.0, 0.0, 0.0, 0.0, 1.0]
    assert table.loc["breakfast2", "score"] == pytest.approx(0.35 + 0.35 + 0.15)
    assert plan.chosen["facility_id"].tolist() == ["breakfast2", "breakfast0"]
    assert plan.status == "optimal"
    assert plan.score == plan.bound


def test_limits_by_town_and_spacing_are_kept_and_named(grid_town, outlets, walks_to, people_of):
    """The middle outlet is passed over for its neighbour 100 m away."""
    plan = choose_demonstration(
        outlets,
        people_of(grid_town),
        walks_to(grid_town, outlets),
        threshold_m=100.0,
        rules=DemonstrationRules(
            count_n=3, weights={"people": 1.0}, per_town_n=2, towns_n=2, spacing_m=150.0
        ),
    )
    assert len(plan.chosen) == 3
    assert set(plan.chosen["town_id"]) == {"west", "east"}
    table = plan.scored.set_index("facility_id")
    middle = table.loc[["breakfast1", "breakfast2"]]
    assert middle["is_chosen"].sum() == 1
    assert middle.loc[~middle["is_chosen"], "passed_for"].tolist() == ["spacing"]


def test_what_is_a_demonstration_outlet_already_stays(grid_town, outlets, walks_to, people_of):
    """A kept outlet counts among those asked for, even with a low score."""
    flagged = outlets.assign(is_demonstration=[False, False, False, True, False])
    plan = choose_demonstration(
        flagged,
        people_of(grid_town),
        walks_to(grid_town, outlets),
        threshold_m=100.0,
        rules=DemonstrationRules(count_n=2, **FREE),
    )
    assert set(plan.chosen["facility_id"]) == {"breakfast2", "breakfast3"}
    kept = plan.chosen.set_index("facility_id").loc["breakfast3"]
    assert kept["is_kept"]
    assert "保留" in kept["reason_zh"]
    assert "stays" in kept["reason_en"]


def test_the_choice_equals_brute_force(grid_town, walks_to):
    """On twelve outlets every choice of four is tried."""
    rng = np.random.default_rng(11)
    places = [(int(row), int(column)) for row, column in rng.integers(0, 5, (12, 2))]
    outlets = grid_town.facilities(
        *places,
        town_id=["west" if column < 3 else "east" for _, column in places],
        subtype=[str(kind) for kind in rng.choice(["chain", "single", "newretail"], 12)],
    )
    people = grid_town.demand.assign(people=rng.integers(1, 90, 25).astype(float))
    rules = DemonstrationRules(count_n=4, per_town_n=3, towns_n=2, spacing_m=150.0)
    plan = choose_demonstration(
        outlets, people, walks_to(grid_town, outlets), threshold_m=200.0, rules=rules
    )
    score = plan.scored["score"].to_numpy()
    town = plan.scored["town_id"].to_numpy()
    by_id = outlets.set_index("facility_id").loc[plan.scored["facility_id"]].geometry
    best = 0.0
    for choice in itertools.combinations(range(12), 4):
        towns = town[list(choice)]
        pairs = itertools.combinations(choice, 2)
        if (
            len(set(towns)) == 2
            and max(np.unique(towns, return_counts=True)[1]) <= 3
            and all(by_id.iloc[a].distance(by_id.iloc[b]) >= 150.0 for a, b in pairs)
        ):
            best = max(best, float(score[list(choice)].sum()))
    assert plan.score == pytest.approx(best, abs=1e-9)


def test_what_cannot_be_chosen_is_refused(grid_town, outlets, walks_to, people_of):
    """Five outlets cannot give six; outlets that closed or lie outside cannot be chosen."""
    people, walks = people_of(grid_town), walks_to(grid_town, outlets)
    with pytest.raises(InfeasibleError, match="6"):
        choose_demonstration(
            outlets, people, walks, threshold_m=100.0, rules=DemonstrationRules(count_n=6, **FREE)
        )
    closed = outlets.assign(status="closed")
    with pytest.raises(InfeasibleError, match="0 个"):
        choose_demonstration(closed, people, walks, threshold_m=100.0)

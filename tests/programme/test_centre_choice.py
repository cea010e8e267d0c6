from __future__ import annotations

import itertools

import numpy as np
import pytest

from livelihood_map.programme import choose_centres


@pytest.fixture
def centres(grid_town):
    """Return three centres: two corners and the middle."""
    return grid_town.facilities((0, 0), (2, 2), (4, 4), kind="neighbourhood_centre", town_id="west")


def test_the_fewest_centres_that_reach_the_target_are_chosen(
    grid_town, centres, walks_to, people_of
):
    """Within 200 m the middle alone covers 13 of 25 corners: enough for half, not for 90 %."""
    people, walks = people_of(grid_town), walks_to(grid_town, centres)
    options = {"covered_ids": set(), "threshold_m": 200.0}
    half = choose_centres(centres, people, walks, target_share=0.5, **options)
    assert half.chosen["facility_id"].tolist() == ["neighbourhood_centre1"]
    assert (half.least_n, half.share_after) == (1, 13 / 25)
    assert half.is_reached
    assert half.chosen["gained_residences_n"].tolist() == [13]
    most = choose_centres(centres, people, walks, target_share=0.9, **options)
    # A corner covers 6, of which the middle one covers (1, 1), (0, 2) and (2, 0) already: 3 more.
    assert most.share_after == most.attainable_share == 19 / 25
    assert not most.is_reached
    assert most.chosen["gained_residences_n"].tolist() == [13, 3, 3]


def test_communities_that_are_covered_already_need_no_centre(
    grid_town, centres, walks_to, people_of
):
    """With 23 of 25 covered nothing is chosen; those without a centre nearby are still named."""
    people, walks = people_of(grid_town), walks_to(grid_town, centres)
    covered = set(people["demand_id"]) - {"d0_4", "d4_0"}
    plan = choose_centres(
        centres, people, walks, covered_ids=covered, threshold_m=200.0, target_share=0.9
    )
    assert plan.chosen.empty
    assert plan.share_before == plan.share_after == 23 / 25
    table = plan.residences.set_index("residence_id")
    assert not table.loc["r0_4", "has_centre"]
    assert table.loc["r0_0", "has_centre"]


def test_half_of_the_people_make_a_community_covered(grid_town, centres, walks_to, people_of):
    """A community of two points counts once, when the reached one holds half of its people."""
    people = people_of(grid_town)
    both = people["demand_id"].isin(["d0_0", "d0_4"])
    people.loc[both, "residence_id"] = "r0_0"
    options = {"covered_ids": set(), "threshold_m": 0.0, "target_share": 1.0}
    walks = walks_to(grid_town, centres)
    equal = choose_centres(centres, people, walks, **options)
    assert equal.residences.set_index("residence_id").loc["r0_0", "is_covered_after"]
    people.loc[people["demand_id"] == "d0_4", "people"] = 11.0
    unequal = choose_centres(centres, people, walks, **options)
    assert not unequal.residences.set_index("residence_id").loc["r0_0", "is_covered_after"]


def test_the_number_of_centres_equals_brute_force(grid_town, walks_to, people_of):
    """On ten centres every set is tried."""
    rng = np.random.default_rng(3)
    places = [(int(row), int(column)) for row, column in rng.integers(0, 5, (10, 2))]
    centres = grid_town.facilities(*places, kind="neighbourhood_centre", town_id="west")
    walks = walks_to(grid_town, centres)
    people = people_of(grid_town)
    plan = choose_centres(
        centres, people, walks, covered_ids=set(), threshold_m=100.0, target_share=0.8
    )
    near = walks[walks["walk_m"] <= 100.0]
    sets = near.groupby("dest_id")["origin_id"].agg(set).to_dict()
    best = next(
        (count, most)
        for count in range(11)
        if (
            most := max(
                len(set().union(*(sets[name] for name in chosen)))
                for chosen in itertools.combinations(sorted(sets), count)
            )
        )
        >= min(20, len(set(near["origin_id"])))
    )
    assert (plan.least_n, round(plan.share_after * 25)) == best
    assert plan.status == "optimal"

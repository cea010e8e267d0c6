"""What is said of a plan."""

from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace

import pandas as pd
import pytest

from livelihood_map.core.settings import SitingSettings
from livelihood_map.core.tables import LEVELS
from livelihood_map.pipeline.summary import plan_lines


@dataclass
class Told:
    """A workspace that holds a plan of one model, 40 people and an empty list of sites."""

    model: str
    objective: float

    @property
    def settings(self):
        """Return the settings."""
        return SimpleNamespace(
            siting=SitingSettings(model=self.model, weights={"population": 1.0, "workers": 0.5})
        )

    def __getitem__(self, name):
        """Return a table."""
        plan = {
            "kind": "breakfast",
            "method": "optimal",
            "status": "optimal",
            "sites_n": 3,
            "threshold_m": 500.0,
            "objective": self.objective,
            "gap_share": 0.0,
            "streets_question": None,
            "list_price": None,
            "ways_gain": None,
            "shortfall": None,
            "second_n": 0,
            "premises_n": None,
        }
        empty = {"levels": LEVELS.column_names, "unreached": ["within_m"]}
        if name in empty:
            return pd.DataFrame(columns=empty[name])
        tables = {
            "plan": [plan],
            "sites": [],
            "edges": [],
            "demand": [{"population": 20.0, "workers": 10.0}, {"population": 10.0, "workers": 10}],
        }
        return pd.DataFrame(tables[name])


@pytest.mark.parametrize(
    ("model", "objective", "figure"),
    [
        ("set_cover", 3.0, "3 处点位"),
        ("p_median", 8000.0, "人均步行 200 米"),
        ("p_centre", 1234.0, "最远的步行 1,234 米"),
        ("capacity", 2500.0, "可服务 2,500 人"),
        ("backup", 2500.0, "合计 2,500"),
        ("gradual", 2500.0, "增加 2,500 人"),
    ],
)
def test_every_model_states_its_own_figure(model, objective, figure):
    """The lines on a plan give what its model counts, in that unit, not the people in reach."""
    lines = plan_lines(Told(model, objective))
    assert any(figure in line for line in lines)


def test_the_most_people_need_no_second_figure():
    """Maximal covering is the usual question: its lines name no model."""
    assert not any("选址模型" in line for line in plan_lines(Told("covering", 2500.0)))

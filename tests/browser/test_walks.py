"""The planner's page walks by itself, in the browsers that offices have."""

from __future__ import annotations

from dataclasses import replace

import pytest
from engine_session import EngineSession
from invented_district import build_settings
from newer_apis import deleting_script
from walked_district import CUTOFF_M, KINDS, STANDARD, build_walked_district

from livelihood_map.mapping import draw_map
from livelihood_map.mapping.walk_pack import pack_walks

pytestmark = pytest.mark.browser


def test_a_page_walks_as_the_engine_in_old_browsers(open_page, small_tables):
    """With what Chrome learnt after 80 deleted, the page unpacks, edits and walks as the engine."""
    told = build_walked_district()
    html = draw_map(replace(small_tables, walks=told), settings=build_settings(), standard=STANDARD)
    tab = open_page(html, script=deleting_script())
    engine = EngineSession(told, standard=STANDARD, cutoff_m=CUTOFF_M)
    engine.close_outlet(1)
    given = {"standard": STANDARD, "kinds": list(KINDS), "cutoff_m": CUTOFF_M}
    packed = pack_walks(told, walker=STANDARD.walker("standard"), **given)
    walks = tab.evaluate(
        """(packed) => {
          const scenario = createScenario(unpackWalks(Uint8Array.from(packed)));
          scenario.closeOutlet(1);
          return Array.from(scenario.measure("breakfast").mm);
        }""",
        list(packed),
    )
    assert walks == engine.walks("breakfast")[0].tolist()
    tab.assert_quiet()

"""Names that become code, requests or moves to other pages where a page reads them as markup."""

from __future__ import annotations

from dataclasses import replace
from itertools import cycle, islice
from typing import TYPE_CHECKING

import pandas as pd
from invented_centres import build_centres
from invented_counted import with_counted
from invented_district import build_settings, build_tables

from livelihood_map.core.standards import load_standard
from livelihood_map.core.tables import GAP_REASONS

if TYPE_CHECKING:
    from livelihood_map.core.settings import Settings
    from livelihood_map.core.standards import PlanningStandard
    from livelihood_map.mapping import MapTables

_AWAY = "https://away.example"
HOSTILE_NAMES = (
    f'<meta http-equiv="refresh" content="0;url={_AWAY}/1">',
    f"<meta http-equiv=refresh content=0;url={_AWAY}/2>阳光苑",
    f"阳光苑<META HTTP-EQUIV='REFRESH' CONTENT='0; URL={_AWAY}/3'>",
    f'<link rel="stylesheet" href="{_AWAY}/4.css">',
    f'<link rel="prefetch" href="{_AWAY}/5">',
    f'<link rel="dns-prefetch" href="{_AWAY}">',
    f'<base href="{_AWAY}/">',
    '<base target="_blank">',
    "<img src=x onerror=window.hit=1>",
    f'<img src="{_AWAY}/6.png">',
    f'<img srcset="{_AWAY}/7.png 2x" alt="">',
    "<IMG SRC=javascript:window.hit=1>",
    "<img src=x:x onerror&#61;window.hit=1>",
    f"<image href={_AWAY}/8.png>",
    f'<picture><source srcset="{_AWAY}/9.png"><img></picture>',
    "<script>window.hit=1</script>",
    f'<script src="{_AWAY}/10.js"></script>',
    "<scr<script>ipt>window.hit=1</scr</script>ipt>",
    "</script><script>window.hit=1</script>",
    "</script><img src=x onerror=window.hit=1>",
    "</title><script>window.hit=1</script>",
    "</style><script>window.hit=1</script>",
    "</textarea><script>window.hit=1</script>",
    "<!--<script>",
    "--><script>window.hit=1</script>",
    "]]><script>window.hit=1</script>",
    "<svg onload=window.hit=1>",
    "<svg/onload=window.hit=1>",
    "<svg><script>window.hit=1</script></svg>",
    "<svg><animate onbegin=window.hit=1 attributeName=x dur=1s>",
    f'<svg><use href="{_AWAY}/11.svg#a"/></svg>',
    "<math><mtext></mtext><mglyph><style><img src=x onerror=window.hit=1></style></mglyph></math>",
    '<iframe src="javascript:window.hit=1"></iframe>',
    f'<iframe src="{_AWAY}/12"></iframe>',
    '<iframe srcdoc="<script>parent.hit=1</script>"></iframe>',
    f'<object data="{_AWAY}/13"></object>',
    f'<embed src="{_AWAY}/14">',
    f'<form action="{_AWAY}/15"><input autofocus onfocus=this.form.submit()></form>',
    f'<button formaction="{_AWAY}/16">x</button>',
    f'<a href="{_AWAY}/17" ping="{_AWAY}/18">阳光苑</a>',
    '<a href="javascript:window.hit=1">阳光苑</a>',
    "javascript:window.hit=1",
    "data:text/html,<script>window.hit=1</script>",
    f'<video src="{_AWAY}/19" autoplay poster="{_AWAY}/20"></video>',
    "<audio src=x onerror=window.hit=1>",
    "<details open ontoggle=window.hit=1>",
    "<body onload=window.hit=1>",
    "<marquee onstart=window.hit=1>",
    f"<style>@import '{_AWAY}/21.css';</style>",
    f"<style>* {{ background: url({_AWAY}/22.png) }}</style>",
    '<b style="width: expression(window.hit=1)">',
    f'<p style="background:url({_AWAY}/23)">阳光苑',
    '" onmouseover="window.hit=1',
    "' onfocus='window.hit=1' autofocus='",
    "\"'`${window.hit=1}",
    "${window.hit=1}`",
    "{{7*7}}{% raw %}@@body@@",
    "&lt;img src=x onerror=window.hit=1&gt;",
    "&#60;img src=x onerror=window.hit=1&#62;",
    "\\u003cimg src=x onerror=window.hit=1\\u003e",
    "阳光\u2028苑\u2029window.hit=1//",
    "\u202e<img src=x onerror=window.hit=1>\u202c",
    "\x00<\x00img src=x onerror=window.hit=1>",
    "<svg/onload=window.hit=1>" * 200,
    "长" * 5000,
)


def hostile_district() -> MapTables:
    """Return a small district whose every free text comes from :data:`HOSTILE_NAMES`.

    Each table that the pages show has rows enough for all of them; some are kinds of outlets too.
    """
    size = len(HOSTILE_NAMES)
    tables = with_counted(
        build_tables(
            side_m=6_000,
            towns_per_side=9,
            residences_n=size,
            block_m=600,
            facilities_n=(size // 2, size // 4, size // 4 + 2),
            sites_n=size,
        ),
        counted_n=size,
    )
    kinds = HOSTILE_NAMES[::4]
    strange = tables.facilities.iloc[: len(kinds)].assign(kind=kinds, facility_id=kinds)
    sites = _named(tables.sites, "name", "reason_zh", "reason_en", "host_kind", "candidate_id")
    ids = dict(zip(tables.sites["candidate_id"], sites["candidate_id"], strict=True))
    ids = {f"site:{old}": f"site:{new}" for old, new in ids.items()}
    measured = _named(tables.facilities, "name", "address", "subtype", "opens_at")
    measured = measured.assign(is_smart=True, is_demonstration=True)
    return replace(
        tables,
        towns=_named(tables.towns, "town_name"),
        residences=_named(tables.residences, "name"),
        facilities=pd.concat([measured, _named(strange, "name", "subtype")], ignore_index=True),
        zones=_named(_repeated(tables.zones, size), "name"),
        sites=sites.assign(source=sites["source"].where(sites["source"] == "host", sites["name"])),
        after=tables.after.replace({"facility_id": ids}),
        problems=_named(_repeated(tables.problems, size), "name", "reason"),
        centres=_named(_repeated(build_centres(tables.residences), size), "name"),
        gates=_named(tables.gates, "hours"),
        counted=_named(tables.counted, "name"),
        town_coverage=_named(tables.town_coverage, "town_name"),
        reasons=_reasons_of(tables.coverage),
    )


def hostile_settings() -> tuple[Settings, PlanningStandard]:
    """Return settings and a standard whose every text that a page shows is hostile."""
    settings, standard = build_settings(), load_standard("cn-15min")
    image, script, attribute = "<img src=x onerror=hit>", "</title><script>hit", '"\' onload="hit'
    area = replace(settings.area, name=image + script + attribute, review_number=attribute + image)
    kinds = tuple(
        replace(kind, source=script + attribute, threshold_source=image + attribute)
        for kind in standard.kinds
    )
    names = {"name_zh": attribute + script, "name_en": attribute + image, "dated": script}
    return replace(settings, area=area), replace(standard, kinds=kinds, **names)


def _reasons_of(coverage):
    """Return a reason for each compound and kind, of the program's own words, which it checks."""
    reasons = list(islice(cycle(GAP_REASONS), len(coverage)))
    return coverage[["residence_id", "kind"]].assign(reason=reasons)


def _repeated(table, size: int):
    """Return `size` rows, the table's own again and again."""
    return table.iloc[[at % len(table) for at in range(size)]].reset_index(drop=True)


def _named(table, *columns: str):
    """Return the table with the hostile names in turn in its text columns."""
    names = list(islice(cycle(HOSTILE_NAMES), len(table)))
    return table.assign(**dict.fromkeys(columns, names))

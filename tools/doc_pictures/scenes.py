"""What each picture of README and docs shows: a page of the demo, how large, and what was done."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

LANGS: Final = ("zh", "en")
_DESK: Final = (1280, 760)
_PHONE: Final = (390, 760)


@dataclass(frozen=True)
class Scene:
    """One picture, in both languages."""

    name: str
    """Start of the names of its files."""
    file: str
    """File of the run's maps that it shows: a page, or a picture, which is made smaller, the first
    of the name where it has a star; of the office program the step of the project, or nothing for
    its start page."""
    size: tuple[int, int] = _DESK
    """Width and height, pixels."""
    script: str = ""
    """What is done on the page before the picture is taken."""
    is_office: bool = False
    """Whether it shows the office program."""


_FAR_HOME: Final = """
  const walks = check.page.coverage.breakfast.walk_m;
  const index = walks.findIndex((walk) => walk > 700 && walk < 900);
  check.askCompound(index);
  check.show(index);
"""
_STEPS: Final = ("data", "datum", "check", "places", "question", "run", "results", "rounds")
"""Pages of the office program that are shown, beside its start page."""
OFFICE: Final = (
    Scene("office-projects", "", is_office=True),
    *(Scene(f"office-{step}", step, is_office=True) for step in _STEPS),
)
_NUMBERED: Final = """
  const find = (css) => document.querySelector(css);
  const places = [
    "#search-place input", "#panel [role=tab]", "#panel .choices", "#plans", "#body-layers table",
    ".leaflet-marker-pane > *", ".leaflet-right .leaflet-bar:not(.leaflet-control-zoom)", "#foot",
    "#tab-whatif",
  ].map(find);
  places.forEach((node, index) => {
    const box = node.getBoundingClientRect(), mark = document.createElement("b");
    mark.textContent = index + 1;
    const left = Math.min(Math.max(box.right - 12, 2), 1250);
    const top = Math.min(Math.max(box.top - 8, 2), 732);
    mark.style = `position:fixed;z-index:9999;left:${left}px;top:${top}px;width:25px;height:25px;`
      + "border-radius:50%;background:#b3261e;color:#fff;font:bold 15px/25px sans-serif;"
      + "text-align:center;box-shadow:0 0 0 2px #fff";
    document.body.append(mark);
  });
"""
"""Numbers on the planner's page, as the walk through the map calls what it explains."""
SCENES: Final = (
    Scene("planner", "planner.html"),
    Scene("tour", "planner.html", script=_NUMBERED),
    Scene("whatif", "planner.html", script='document.getElementById("tab-whatif").click();'),
    Scene(
        "town",
        "planner.html",
        script="""
          const first = planner.page.sites.find((site) => site.rank === 1);
          planner.goTo(first.layer, "sites", 15);
        """,
    ),
    Scene(
        "compare",
        "planner.html",
        script="""
          planner.toggleCompare();
          planner.map.setView(planner.page.sites[0].layer.getLatLng(), 13, { animate: false });
        """,
    ),
    Scene(
        "gaps",
        "planner.html",
        script="""
          planner.panel.open("zones");
          const worst = planner.page.zones.find(({ kind }) => kind === planner.kind);
          planner.goTo(worst.layer, "zones", 14);
        """,
    ),
    Scene(
        "towns",
        "planner.html",
        script="""
          planner.choose("wet_market", "before");
          planner.panel.open("towns");
          planner.towns.toggle(true);
        """,
    ),
    Scene(
        "verdict",
        "planner.html",
        (900, 900),
        "planner.verdict.openTown(planner.page.sites[0].town);",
    ),
    Scene(
        "review",
        "check/*.html",
        script="""
          check.showOwn();
          check.review.set(check.own[0].id, { verdict: "agree" });
          check.askSite(check.page.own_sites[0]);
        """,
    ),
    Scene("check", "check.html", script=_FAR_HOME),
    Scene("phone", "check.html", _PHONE, _FAR_HOME),
    Scene("sheet", "pictures/breakfast.png", (900, 1273)),
    *OFFICE,
)


def file_names() -> list[str]:
    """Return the names of all files in ``docs/images``.

    Examples
    --------
    >>> file_names()[:2]
    ['planner.zh.webp', 'planner.en.webp']
    """
    return [f"{scene.name}.{lang}.webp" for scene in SCENES for lang in LANGS]

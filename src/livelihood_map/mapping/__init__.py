"""Tables -> maps: self-contained HTML pages that open with no internet.

Public verbs: :func:`draw_map` (the planner's map), :func:`draw_check_page` (for town
staff), :func:`lay_grid` (points from which a click
anywhere is answered). folium and branca are imported here only.
"""

from __future__ import annotations

from livelihood_map.mapping.check_page import draw_check_page
from livelihood_map.mapping.counted import counted_walks, list_counted
from livelihood_map.mapping.frame_maps import list_notes, show_frames
from livelihood_map.mapping.frame_plots import plot_frames, plot_shares
from livelihood_map.mapping.gap_members import list_members, outline_zones
from livelihood_map.mapping.grid import lay_grid
from livelihood_map.mapping.half_page import draw_half_page
from livelihood_map.mapping.inputs import MapTables
from livelihood_map.mapping.pages import draw_pages, draw_pictures, list_problems, list_reasons
from livelihood_map.mapping.palette import coverage_bands
from livelihood_map.mapping.pictures import draw_picture
from livelihood_map.mapping.planner import draw_map, show_planner
from livelihood_map.mapping.town_index import index_towns

__all__ = [
    "MapTables",
    "counted_walks",
    "coverage_bands",
    "draw_check_page",
    "draw_half_page",
    "draw_map",
    "draw_pages",
    "draw_picture",
    "draw_pictures",
    "index_towns",
    "lay_grid",
    "list_counted",
    "list_members",
    "list_notes",
    "list_problems",
    "list_reasons",
    "outline_zones",
    "plot_frames",
    "plot_shares",
    "show_frames",
    "show_planner",
]

"""A town's own work on its page: its sites, its views of them, and how these come back."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from invented_district import build_settings

from livelihood_map.core.crs import STORAGE_CRS
from livelihood_map.core.standards import load_standard
from livelihood_map.load.site_feedback import read_views
from livelihood_map.mapping import draw_check_page

pytestmark = pytest.mark.browser

TOWN = "t11"


def _page(tables, lang="zh", town_id=TOWN) -> str:
    """Return the page of a town."""
    return draw_check_page(
        tables,
        settings=build_settings(),
        standard=load_standard("cn-15min"),
        town_id=town_id,
        lang=lang,
    )


@pytest.fixture
def town_html(small_pages) -> str:
    """Return the town's page in Chinese."""
    return small_pages["town"]


def _own(tables) -> pd.DataFrame:
    """Return the town's own sites as ``review`` asks about them."""
    sites = tables.sites[tables.sites["town_id"] == TOWN].sort_values("rank")
    places = sites.geometry.to_crs(STORAGE_CRS)
    columns = sites[["rank", "name", "candidate_id"]]
    return pd.DataFrame({**columns, "town_name": "虹桥镇", "lon": places.x, "lat": places.y})


def _say(tab, rank: int, verdict: str, remark: str) -> None:
    """Give a view of a site through its card."""
    tab.locator("#sites li button", has=tab.locator(f"text='{rank}'")).click()
    tab.locator("#answer").get_by_text(verdict, exact=True).click()
    tab.locator("#answer .remark").fill(remark)


@pytest.mark.parametrize(
    ("lang", "width", "height"),
    [pytest.param("zh", 1600, 900, marks=pytest.mark.long), ("en", 1366, 768), ("zh", 390, 844)],
)
def test_one_click_tells_which_sites_are_ours(
    open_page, small_tables, pictures, lang, width, height
):
    """The town's sites are listed, all of them in sight, and those of others step back."""
    tab = open_page(_page(small_tables, lang), width=width, height=height)
    own = _own(small_tables)
    assert 0 < len(own) < len(tab.evaluate("check.page.sites"))
    tab.click("#ours")
    listed = tab.locator("#sites li .site-mark").all_inner_texts()
    assert listed == [str(rank) for rank in own["rank"]]
    assert tab.evaluate(
        "check.own.every((one) => check.map.getBounds().contains(one.layer.getLatLng()))"
    )
    dimmed = tab.evaluate(
        """check.page.sites.filter((one) => getComputedStyle(one.layer.getElement().firstChild)
             .backgroundColor === 'rgb(236, 238, 239)').map((one) => one.rank)"""
    )
    assert not {int(rank) for rank in listed} & set(dimmed)
    assert len(dimmed) == tab.evaluate("check.page.sites.length") - len(own)
    assert tab.evaluate("document.documentElement.scrollWidth") <= width
    tab.screenshot(path=pictures / f"town_sites_{lang}_{width}.png")
    tab.locator("#sites li button").first.click()
    assert tab.locator("#answer .verdict-form").count() == 1
    foreign = tab.evaluate("check.page.sites.findIndex((one) => !check.own.includes(one))")
    tab.evaluate(f"check.page.sites[{foreign}].layer.fire('click')")
    assert tab.locator("#answer .verdict-form").count() == 0
    tab.assert_quiet()


def test_a_saved_review_is_named_after_the_town_and_read(
    open_page, small_tables, town_html, tmp_path
):
    """The file bears the town's name, holds its sites alone, and ``review`` reads every view."""
    tab = open_page(town_html)
    own = _own(small_tables)
    tab.click("#ours")
    _say(tab, own["rank"].iloc[0], "不同意", '路窄,"不便"')
    _say(tab, own["rank"].iloc[1], "同意", "")
    tab.get_by_role("button", name="添加建议点").click()
    tab.locator("#map").click(position={"x": 400, "y": 300})
    tab.locator(".leaflet-popup .remark").first.fill("北门口")
    with tab.expect_download() as download:
        tab.get_by_role("button", name="保存意见").click()
    assert download.value.suggested_filename == "虹桥镇审阅意见.csv"
    download.value.save_as(tmp_path / "虹桥镇审阅意见.csv")
    views = read_views(tmp_path / "虹桥镇审阅意见.csv", own)
    assert views.views["verdict"].tolist()[:2] == ["rejected", "agreed"]
    assert views.views["remark"].iloc[0] == '路窄,"不便"'
    assert views.proposals["name"].tolist() == ["北门口"]
    assert views.slips.empty
    tab.assert_quiet()
    saved = (tmp_path / "虹桥镇审阅意见.csv").read_text("utf-8-sig")
    (tmp_path / "excel.csv").write_bytes(saved.encode("gbk"))  # as Excel saves it in China
    other = open_page(town_html)
    other.set_input_files("#review-file", tmp_path / "excel.csv")
    other.wait_until("check.review.pins.length === 1")
    assert other.evaluate("check.review.text()") == tab.evaluate("check.review.text()")


def test_views_stay_and_follow_their_places_into_the_next_run(open_page, small_tables, town_html):
    """Kept by the browser, a view is of the site at its place, whatever its number is now."""
    tab = open_page(town_html)
    own = _own(small_tables)
    tab.click("#ours")
    _say(tab, own["rank"].iloc[0], "不同意", "场地已拆")
    _say(tab, own["rank"].iloc[1], "同意", "好")
    gone = own["candidate_id"].iloc[1]
    sites = small_tables.sites[small_tables.sites["candidate_id"] != gone].sort_values("rank")
    sites = sites.set_geometry(sites.geometry.translate(20, 10))
    ranks = range(len(sites), 0, -1)
    ids = [*sites["candidate_id"]][::-1]
    sites = sites.assign(rank=ranks, candidate_id=ids)
    path = Path(tab.evaluate("decodeURIComponent(location.pathname)"))
    path.write_text(_page(replace(small_tables, sites=sites, after=None)), encoding="utf-8")
    tab.page.goto("about:blank")
    tab.page.goto(path.as_uri())
    tab.wait_for_selector("html[data-ready]")
    views = tab.evaluate("check.own.map((one) => [one.name, check.review.viewOf(one).remark])")
    assert dict(views)[own["name"].iloc[0]] == "场地已拆"
    assert [remark for _, remark in views if remark] == ["场地已拆"]
    tab.evaluate("check.ownList.open = true")
    lost = tab.locator("#review .lost").inner_text()
    assert "50 米" in lost
    assert own["name"].iloc[1] in lost
    assert own["name"].iloc[1] in tab.evaluate("check.review.text()")
    tab.get_by_role("button", name="清除这些意见").click()
    assert own["name"].iloc[1] not in tab.evaluate("check.review.text()")


def test_a_chat_programs_page_gives_the_review_as_text(
    open_page, small_tables, town_html, tmp_path
):
    """With a null origin, no storage and no download the review is a text that ``review`` reads."""
    (tmp_path / "town.html").write_text(town_html, encoding="utf-8")
    frame = (
        '<!DOCTYPE html><html data-ready="1"><body><iframe src="town.html" width="390"'
        ' height="800" sandbox="allow-scripts"></iframe></body></html>'
    )
    tab = open_page(frame, width=420, height=860)
    inner = tab.page.frames[1]
    inner.wait_for_selector("html[data-ready]", timeout=90_000)
    assert inner.evaluate("self.origin") == "null"
    own = _own(small_tables)
    inner.click("#ours")
    assert "不能保存意见" in inner.locator("#review").inner_text()
    _say(inner, own["rank"].iloc[0], "不同意", '路窄，，"不便"')
    inner.get_by_role("button", name="复制为文字").click()
    text = inner.locator("#review textarea").input_value()
    (tmp_path / "back").mkdir()
    (tmp_path / "back" / "虹桥.txt").write_text(f"王：\n{text}收到请回", encoding="utf-8")
    views = read_views(tmp_path / "back", own)
    assert views.views["verdict"].tolist()[0] == "rejected"
    assert views.views["remark"].tolist()[0] == '路窄，，"不便"'
    assert [message for message in tab.messages if "sandbox" not in message.lower()] == []


def test_where_i_am_is_answered(open_page, town_html):
    """The browser's place is looked up on the lattice with its accuracy; a refusal is told."""
    tab = open_page(town_html)
    tab.click("#locate")
    tab.wait_until("document.getElementById('answer').textContent.includes('没有取得位置')")
    cell = tab.evaluate("check.map.getCenter()")
    tab.page.context.grant_permissions(["geolocation"])
    tab.page.context.set_geolocation(
        {"latitude": cell["lat"], "longitude": cell["lng"], "accuracy": 35}
    )
    tab.click("#locate")
    tab.locator(".kind-card").first.wait_for()
    tab.wait_until("document.getElementById('answer').textContent.includes('35 米')")
    assert tab.evaluate("check.map.getZoom()") >= 16
    tab.assert_quiet()


def test_the_towns_list_is_printed_with_its_views(open_page, small_tables, town_html, pictures):
    """With the list open, the print holds map, table and the sites with what the town says."""
    tab = open_page(town_html)
    own = _own(small_tables)
    tab.click("#ours")
    _say(tab, own["rank"].iloc[0], "不同意", "场地已拆")
    tab.pdf(path=pictures / "town_sites.pdf", prefer_css_page_size=True)
    rows = tab.locator("#annex tbody tr")
    assert rows.count() == len(own)
    assert "场地已拆" in rows.first.text_content()
    assert tab.locator("#sheet canvas").count() == 1
    tab.assert_quiet()


def test_a_link_opens_the_towns_page_as_it_was(open_page, town_html):
    """Kind, view, the open list and the chosen site or compound are in the link."""
    tab = open_page(town_html)
    tab.get_by_text("菜市场", exact=True).first.click()
    tab.click("#ours")
    tab.locator("#sites li button").last.click()
    tab.page.wait_for_timeout(400)
    again = open_page(town_html, link=tab.evaluate("location.hash"))
    heading = "document.querySelector('#answer h2').textContent"
    for shown in ("check.kind", "check.ownList.open", heading, "check.map.getZoom()"):
        assert again.evaluate(shown) == tab.evaluate(shown), shown
    tab.evaluate("check.askCompound(4); check.show(4)")
    tab.page.wait_for_timeout(400)
    again = open_page(town_html, link=tab.evaluate("location.hash"))
    assert again.evaluate(heading) == tab.evaluate(heading)
    again.assert_quiet()

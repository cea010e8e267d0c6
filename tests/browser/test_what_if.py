"""The meeting: a market closes, two open, the file is saved, and the command says the same."""

from __future__ import annotations

import json
from dataclasses import replace

import openpyxl
import pytest
from newer_apis import deleting_script
from small_office import degrees

from livelihood_map import mapping, pipeline
from livelihood_map.commands import ask
from livelihood_map.core.labels import use_lang
from livelihood_map.core.settings import load_settings
from livelihood_map.pipeline.drawing import page_tables

pytestmark = pytest.mark.browser

AXE = "axe-core@4.14.1"

WORDS = {
    "zh": {
        "tab": "试算", "shut": "试着关闭", "open": "新增网点", "centre": "放在地图中心",
        "mark": "假设方案，不是现状", "undo": "撤销", "redo": "重做", "routes": "步行路线",
        "path": "添通道", "finish": "通道画完", "save": "保存为文件", "after": "新增后",
    },
    "en": {
        "tab": "What if", "shut": "Try to close", "open": "Open an outlet",
        "centre": "Place at the map's centre", "mark": "What if, not the state of things",
        "undo": "Undo", "redo": "Redo", "routes": "Routes", "path": "Draw a path",
        "finish": "Finish the path", "save": "Save as a file", "after": "With the sites",
    },
}  # fmt: skip
SIZES = {"zh": (1366, 768), "en": (1366, 768), "phone": (390, 844)}


@pytest.fixture(scope="module")
def office(shared_office):
    """Return the settings of an office whose run is done."""
    return load_settings(shared_office)


@pytest.fixture(scope="module")
def pages(office):
    """Return the planner's page of the office by language."""
    work = pipeline.open_workspace(office)
    drawn = {}
    for lang in ("zh", "en"):
        with use_lang(lang):
            shown = page_tables(work)
            drawn[lang] = mapping.draw_map(
                shown, settings=work.settings, standard=work.standard, lang=lang
            )
    return drawn


def totals(tab):
    """Return the district's figures of the kind that is shown: by walk and crowd, before, after."""
    rows = tab.evaluate(
        """() => [...document.querySelector(".whatif-totals").querySelectorAll("tbody tr")].map(
             (row) => [row.dataset.limit, row.dataset.crowd,
               ...[...row.querySelectorAll("td")].slice(0, 2).map(
                 (cell) => Number(cell.textContent.replace(/,/g, "")))])"""
    )
    return {(limit, crowd): (before, after) for limit, crowd, before, after in rows}


def told_by_command(office, path, kind, *, town="全区", **more):
    """Return the same figures as the command writes them."""
    ask(office, "edits", path=path, **more)
    book = openpyxl.load_workbook(office.resolve(office.run.output) / "edits.xlsx")
    rows = [row for row in book["各街镇修改前后"].iter_rows(values_only=True) if row[1] is not None]
    named = [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]
    own = [row for row in named if row["街镇"] == town and row["设施种类"] == kind]
    own.sort(key=lambda row: row["步行距离（米）"])
    limits = ["threshold"] if len(own) == 1 else ["target", "threshold"]
    heads = {"population": "居民", "workers": "就业"}
    return {
        (limit, crowd): (row[f"原覆盖{word}"], row[f"现覆盖{word}"])
        for limit, row in zip(limits, own, strict=True)
        for crowd, word in heads.items()
    }


def actions_of(written):
    """Return the actions of a file of changes."""
    return [one["properties"]["action"] for one in json.loads(written)["features"]]


def open_card(tab, name):
    """Open the card of an outlet by its name."""
    tab.evaluate(
        """(name) => { const index = planner.page.facilities.name.indexOf(name);
             const kind = planner.page.facility_kinds[planner.page.facilities.kind[index]].id;
             planner.goTo(planner.outlets.marks[index], `facility:${kind}`, 15); }""",
        name,
    )


def go_to(tab, place):
    """Move the map to a lattice place."""
    lon, lat = degrees(*place)
    tab.evaluate("([lon, lat]) => planner.map.setView([lat, lon], 15, { animate: false })",
                 [lon, lat])  # fmt: skip


def press(tab, name):
    """Press a button of the tab by its words."""
    tab.locator(
        f'#whatif button:text-is("{name}"), .leaflet-popup button:text-is("{name}")'
    ).click()


@pytest.mark.parametrize("case", ["zh", "en", "phone"])
def test_the_meeting(office, pages, open_page, pictures, tmp_path, case):
    """What the page says of a market closed and two opened is what the command says of its file."""
    lang = "zh" if case == "phone" else case
    words, (width, height) = WORDS[lang], SIZES[case]
    tab = open_page(pages[lang], width=width, height=height)
    tab.evaluate("planner.choose('wet_market', 'before')")
    open_card(tab, "菜市场1")
    press(tab, words["shut"])
    tab.wait_until("planner.whatIf.hasEdits()")
    closed = totals(tab)
    assert closed["threshold", "population"][1] < closed["threshold", "population"][0]
    assert tab.locator(".whatif-result .list li").count() > 0
    assert tab.locator("#map_planner .what-if-mark").inner_text() == words["mark"]
    for number, place in enumerate([(5, 10), (10, 4)], start=1):
        go_to(tab, place)
        press(tab, words["open"])
        tab.wait_for_selector(".placing:not([hidden])")
        press(tab, words["centre"])
        tab.wait_until(f"planner.whatIf.scenario.edits.length === {number + 1}")
    tab.screenshot(path=pictures / f"what_if_{case}.png")
    assert tab.evaluate("document.documentElement.scrollWidth") <= width
    with tab.expect_download() as saved:
        press(tab, words["save"])
    path = tmp_path / saved.value.suggested_filename
    saved.value.save_as(path)
    actions = [
        one["properties"]["action"] for one in json.loads(path.read_text("utf-8"))["features"]
    ]
    assert actions == ["close_outlet", "add_outlet", "add_outlet"]
    shown, told = totals(tab), told_by_command(office, path, "菜市场")
    assert shown
    assert all(told[key] == figures for key, figures in shown.items())
    tab.assert_quiet()


def test_a_saved_file_opens_again(office, pages, open_page, tmp_path):
    """The file shows the same changes and figures again, beside the plan if it moves a site."""
    words = WORDS["zh"]
    tab = open_page(pages["zh"])
    press_tab = f'#panel [role=tab]:text-is("{words["tab"]}")'
    tab.click(press_tab)
    tab.locator(f'#whatif label:has-text("{words["after"]}")').click()
    tab.wait_until("planner.whatIf.scenario && planner.whatIf.hasSites")
    tab.evaluate(
        """() => { const { whatIf } = planner, { scenario } = whatIf;
             const at = (lng, lat) => pointedAt({ lng, lat });
             const site = whatIf.outletAt("site", 1), { lng, lat } = planner.map.getCenter();
             scenario.dropSite(whatIf.outletAt("site", 2));
             scenario.moveOutlet(site, at(lng, lat));
             const name = "新早餐 <img src=x onerror=hit=1>";
             scenario.addOutlet("breakfast", at(lng + 0.002, lat), name);
             scenario.addPath([at(lng, lat), at(lng + 0.001, lat + 0.001)]);
             scenario.shutGate(scenario.state.gates.findIndex((one) => one.isOpen));
             whatIf.update(); }"""
    )
    shown = totals(tab)
    written = tab.evaluate("planner.whatIf.file.text()")
    path = tmp_path / "方案.geojson"
    path.write_text(written, "utf-8")
    made = ["path", "close_gate", "move_site", "drop_site", "add_outlet"]
    assert actions_of(written) == made
    told = told_by_command(office, path, "早餐网点", has_sites=True)
    assert all(told[key] == figures for key, figures in shown.items() if key in told)
    again = open_page(pages["zh"])
    again.click(press_tab)
    again.locator("#whatif-file").set_input_files(str(path))
    again.wait_until("planner.whatIf.hasEdits()")
    assert totals(again) == shown
    assert again.evaluate("planner.whatIf.file.text()") == written
    assert again.locator(".whatif-list li").count() == 5
    assert "新早餐 <img src=x onerror=hit=1>" in again.locator(".whatif-list").inner_text()
    again.evaluate(
        "planner.whatIf.marks.group.eachLayer((one) => one.openPopup && one.openPopup())"
    )
    assert again.locator(".leaflet-popup h3").count() == 1
    assert again.locator('img[src="x"]').count() == 0
    assert again.evaluate("window.hit") is None
    again.locator("#whatif-file").set_input_files(
        {"name": "x.geojson", "mimeType": "text/plain", "buffer": b"[1, 2"}
    )
    again.wait_until("planner.whatIf.status.textContent.includes('geojson')")
    assert totals(again) == shown
    again.assert_quiet()


def test_changes_are_taken_back_one_by_one(pages, open_page):
    """Undo, redo and taking one change back leave the figures of the changes that remain."""
    words = WORDS["zh"]
    tab = open_page(pages["zh"])
    tab.evaluate("planner.choose('wet_market', 'before')")
    open_card(tab, "菜市场1")
    press(tab, words["shut"])
    tab.wait_until("planner.whatIf.hasEdits()")
    one = totals(tab)
    open_card(tab, "菜市场2")
    press(tab, words["shut"])
    tab.wait_until("planner.whatIf.scenario.edits.length === 2")
    both = totals(tab)
    assert both != one
    press(tab, words["undo"])
    assert totals(tab) == one
    press(tab, words["redo"])
    assert totals(tab) == both
    tab.locator(".whatif-list button").nth(1).click()
    assert totals(tab) == one
    tab.locator(".whatif-list button").nth(0).click()
    assert not tab.evaluate("planner.whatIf.hasEdits()")
    assert tab.locator("#map_planner .what-if-mark").is_hidden()
    tab.assert_quiet()


def test_a_route_is_told_and_drawn(office, pages, open_page, pictures):
    """A compound's routes have the walks of the run, through its gate, and lie on the map."""
    tab = open_page(pages["zh"])
    tab.evaluate("planner.goTo(planner.compounds.marks[5], 'residences', 15)")
    press(tab, WORDS["zh"]["routes"])
    tab.wait_for_selector(".whatif-routes .route")
    name = tab.evaluate("planner.page.residences[5].name")
    run = pipeline.open_workspace(office)
    home = run["demand"].set_index("name").loc[name, "demand_id"]
    own = run["coverage"].set_index("demand_id").loc[home].set_index("kind")
    for kind, row in own.iterrows():
        told = tab.locator(f'.route[data-kind="{kind}"]').inner_text()
        metres, minutes = f"{round(row['walk_m']):,}", int(row["walk_min"] + 0.5)
        assert f"{metres} 米，约 {minutes} 分钟" in told
        assert f"出门：{name}" in told
    assert tab.evaluate("planner.whatIf.walks.group.getLayers().length") == 3 * len(own)
    tab.screenshot(path=pictures / "what_if_routes.png")
    tab.assert_quiet()


def test_workplaces_have_routes_and_are_drawn_where_they_lose(told_run, open_page):
    """A workplace's card leads to its routes; one that loses its last outlet is drawn and named."""
    tab = open_page((told_run("zh").maps / "planner.html").read_text("utf-8"))
    tab.evaluate("planner.choose('breakfast', 'before'); planner.goToCounted(0)")
    press(tab, WORDS["zh"]["routes"])
    tab.wait_for_selector(".whatif-routes .route")
    metres = tab.evaluate("planner.page.counted.coverage.breakfast.walk_m[0]")
    told = tab.locator('.route[data-kind="breakfast"]').inner_text()
    assert f"{round(metres):,} 米" in told
    tab.evaluate("planner.show('counted:' + planner.page.counted.kinds[0].id, false)")
    tab.evaluate(
        """() => { const { whatIf } = planner, { scenario } = whatIf;
             const kind = scenario.kindNumber("breakfast");
             scenario.state.outlets.forEach((one, number) => {
               if (one.isOpen && one.kind === kind) scenario.closeOutlet(number);
             });
             whatIf.update(); }"""
    )
    lost = tab.evaluate(
        """() => [...planner.counted.triedMarks].map(([index, mark]) => [
             planner.page.counted.coverage.breakfast.walk_m[index] <= 1000,
             mark.options.fillColor === CHANGES[6].colour, mark._map === planner.map])"""
    )
    assert lost
    assert all(all(one) for one in lost)
    names = tab.evaluate(
        "[...planner.counted.triedMarks.keys()].map((index) => planner.page.counted.name[index])"
    )
    losers = tab.locator(".whatif-result .list").first.inner_text()
    assert any(name in losers for name in names)
    tab.evaluate("planner.whatIf.clear()")
    assert tab.evaluate("planner.counted.triedMarks.size") == 0
    tab.assert_quiet()


def test_the_best_place_for_one_more_is_offered(office, pages, open_page, tmp_path):
    """It brings as many within the threshold as the page says, and no site of the plan more."""
    tab = open_page(pages["zh"])
    tab.click(f'#panel [role=tab]:text-is("{WORDS["zh"]["tab"]}")')
    press(tab, "找最佳位置")
    tab.wait_until("planner.whatIf.status.textContent.includes('最佳位置')", seconds=90)
    shown = totals(tab)
    path = tmp_path / "best.geojson"
    path.write_text(tab.evaluate("planner.whatIf.file.text()"), "utf-8")
    assert actions_of(path.read_text("utf-8")) == ["add_outlet"]
    told = told_by_command(office, path, "早餐网点")
    assert {key: shown[key] for key in told} == told
    gained = tab.evaluate(
        """() => { const { whatIf, page } = planner, best = (act) => { whatIf.clear(); act();
               const crowds = whatIf.scenario.totals("breakfast").pop().crowds;
               return crowds.reduce((sum, { threshold: [a, b] }) => sum + b - a, 0); };
             const { x, y } = whatIf.scenario.state.outlets[whatIf.walks.pack.outlets.n];
             const own = best(() => whatIf.scenario.addOutlet("breakfast", { x, y }, ""));
             const sites = page.sites.map((site) => { const [lat, lng] = decodeLine(site.point)[0];
               return best(() => whatIf.scenario.addOutlet("breakfast", { lon: lng, lat }, "")); });
             return [own, Math.max(...sites)]; }"""
    )
    assert gained[0] >= gained[1] > 0
    tab.assert_quiet()


def test_a_path_is_drawn_by_clicks(pages, open_page):
    """Corners are clicked one by one; Escape puts the tool away and nothing is changed."""
    words = WORDS["zh"]
    tab = open_page(pages["zh"])
    tab.click(f'#panel [role=tab]:text-is("{words["tab"]}")')
    press(tab, words["path"])
    tab.wait_for_selector(".placing:not([hidden])")
    box = tab.locator("#map_planner").bounding_box()
    middle = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    tab.mouse.click(*middle)
    tab.keyboard.press("Escape")
    assert tab.locator("#whatif .placing").is_hidden()
    assert not tab.evaluate("planner.whatIf.hasEdits()")
    press(tab, words["path"])
    tab.wait_for_selector(".placing:not([hidden])")
    for step in (0, 40, 80):
        tab.mouse.click(middle[0] + step, middle[1] + step / 2)
    press(tab, words["finish"])
    assert tab.evaluate("planner.whatIf.scenario.edits.map((one) => one.places.length)") == [3]
    assert tab.locator(".leaflet-popup").count() == 0
    tab.assert_quiet()


def test_it_runs_in_chrome_80(pages, open_page):
    """With everything that browsers have learnt since taken away, a change is made and saved."""
    tab = open_page(pages["zh"], script=deleting_script())
    tab.evaluate(
        """async () => { const { whatIf } = planner; await whatIf.start();
             whatIf.make(whatIf.scenario.closeOutlet(whatIf.outletAt("outlet", 0)));
             whatIf.routesOf("home", 0); await whatIf.file.copy(); await whatIf.file.save();
             await whatIf.rebase(true); whatIf.drop(0); }"""
    )
    assert "FeatureCollection" in tab.evaluate("document.querySelector('#whatif textarea').value")
    tab.assert_quiet()


@pytest.mark.parametrize("width", [1366, 390])
def test_axe_finds_nothing(pages, open_page, npm_package, width):
    """No rule of axe-core is violated in the tab, with a tool taken up, changes and routes."""
    tab = open_page(pages["zh"], width=width)
    tab.evaluate(f"() => {{ {(npm_package(AXE) / 'axe.min.js').read_text(encoding='utf-8')} }}")
    tab.evaluate(
        """async () => { const { whatIf } = planner; await whatIf.start();
             whatIf.make(whatIf.scenario.closeOutlet(whatIf.outletAt("outlet", 0)));
             whatIf.routesOf("home", 0); await whatIf.file.copy(); await whatIf.enter("path"); }"""
    )
    found = tab.evaluate("axe.run(document).then((r) => r.violations)")
    assert [(one["id"], one["nodes"][0]["html"]) for one in found] == []


def test_a_placed_outlet_is_dragged_on(pages, open_page):
    """Dragging is one more change: the outlet stands where it was let go."""
    words = WORDS["zh"]
    tab = open_page(pages["zh"])
    tab.click(f'#panel [role=tab]:text-is("{words["tab"]}")')
    press(tab, words["open"])
    tab.wait_for_selector(".placing:not([hidden])")
    press(tab, words["centre"])
    tab.wait_until("planner.whatIf.hasEdits()")
    box = tab.locator(".site-mark.whatif").bounding_box()
    middle = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    tab.mouse.move(*middle)
    tab.mouse.down()
    tab.mouse.move(middle[0] + 60, middle[1] + 40, steps=5)
    tab.mouse.up()
    tab.wait_until("planner.whatIf.scenario.edits.length === 2")
    moved = tab.locator(".site-mark.whatif").bounding_box()
    assert moved["x"] - box["x"] == pytest.approx(60, abs=3)
    assert moved["y"] - box["y"] == pytest.approx(40, abs=3)
    assert tab.evaluate("planner.whatIf.scenario.edits[1].action") == "move_outlet"
    assert actions_of(tab.evaluate("planner.whatIf.file.text()")) == ["add_outlet"]
    tab.assert_quiet()


def test_a_town_s_map_says_of_its_people_what_the_command_says(office, open_page, tmp_path):
    """Where the map is divided a town's page walks, and the page of the whole leads to it."""
    divided = replace(office, mapping=replace(office.mapping, city_above_n=1))
    work = pipeline.open_workspace(office)
    shown = page_tables(work)
    town = work["towns"].set_index("town_name").loc["西镇", "town_id"]
    asked = {"settings": divided, "standard": work.standard}
    whole = open_page(mapping.draw_map(shown, **asked))
    whole.click(f'#panel [role=tab]:text-is("{WORDS["zh"]["tab"]}")')
    assert "按街镇分页" in whole.locator("#body-whatif").inner_text()
    whole.assert_quiet()
    tab = open_page(mapping.draw_map(shown, town_id=town, **asked))
    tab.evaluate("planner.choose('wet_market', 'before')")
    open_card(tab, "菜市场1")
    press(tab, WORDS["zh"]["shut"])
    tab.wait_until("planner.whatIf.hasEdits()")
    assert tab.locator(".whatif-totals caption").all_inner_texts() == ["西镇"]
    path = tmp_path / "town.geojson"
    path.write_text(tab.evaluate("planner.whatIf.file.text()"), "utf-8")
    figures = totals(tab)
    told = told_by_command(office, path, "菜市场", town="西镇")
    assert all(told[key] == figures[key] for key in figures)
    assert any(after < before for before, after in figures.values())
    tab.assert_quiet()

/* One town or all: whatever is chosen, map, lists and totals follow; towns coloured and ranked by what they reach. */
"use strict";

/** Return the veil that fades what lies outside a town. */
function townVeil(renderer) {
  return L.polygon([], { renderer, interactive: false, stroke: false, fillColor: "#f5f4f0", fillOpacity: 0.72 });
}

class TownChoice {
  constructor(planner) {
    this.planner = planner;
    const { page, renderer } = planner;
    this.towns = page.towns.filter(({ name }) => name);
    this.rows = page.town_rows;
    this.veil = townVeil(renderer);
    this.shapes = page.towns.map((town) => bindName(L.polygon(decodeShape(town.shape), {
      renderer, color: page.colours.town, weight: 1, fillOpacity: 0.9, isBackground: true,
    }), () => this.tell(town.name)).on("click", () => this.choose(town.name)));
    planner.layers.choropleth = L.featureGroup(this.shapes);
    this.paint();
  }

  /** Return the row of the towns' table for a town, or for all. */
  rowOf(name) {
    return this.rows.find((row) => (name ? !row.is_district && row.name === name : row.is_district));
  }

  /** Return the share of a town for the chosen kind and plan; nothing where it was not measured. */
  shareOf(row, kind = this.planner.kind, plan = this.planner.plan) {
    const cell = row && row.shares[kind];
    if (!cell) return null;
    return plan === "before" || cell[1] === undefined || cell[1] === null ? cell[0] : cell[1];
  }

  colourOf(share) {
    const one = share === null ? null : this.classes().find(({ least }) => share >= least);
    return one ? one.colour : "#fbfbfb";
  }

  tell(name) {
    return `${name} ${percent(this.shareOf(this.rowOf(name)))}`;
  }

  paint() {
    const { page, kind } = this.planner;
    if (this.sort && this.sort.id !== "name") this.sort.id = kind;
    this.shapes.forEach((shape, at) => shape.setStyle({ fillColor: this.colourOf(this.shareOf(this.rowOf(page.towns[at].name))) }));
    if (this.table) this.fillTable();
  }

  /** Show the towns in colours instead of the compounds and gaps, or these again. */
  toggle(isShown) {
    const { planner } = this;
    planner.show("choropleth", isShown);
    for (const name of ["residences", "zones", "counted:gaps"]) planner.show(name, !isShown);
    if (isShown) planner.show(`facility:${planner.kind}`, false); else planner.outlets.showKind();
    this.legend.hidden = !isShown;
    this.colours.checked = isShown;
  }

  // ---- choosing -----------------------------------------------------------------------------

  /** Choose a town by its name, or all with nothing. */
  choose(name) {
    const { planner } = this, { map, page } = planner;
    planner.town = this.towns.some((town) => town.name === name) ? name : null;
    if (this.box) this.box.value = planner.town || "";
    this.layVeil(this.veil, map);
    map.closePopup();
    map.fitBounds(planner.town ? L.latLngBounds(this.chosenShapes().flat(2)) : page.bounds, { animate: false, padding: [8, 8] });
    planner.followTown();
    if (this.table) this.fillTable();
  }

  chosenShapes() {
    const { page, town: chosen } = this.planner;
    return page.towns.filter(({ name }) => name === chosen).map(({ shape }) => decodeShape(shape));
  }

  /** Lay a veil over a map but for the chosen town; none where all are shown. */
  layVeil(veil, map) {
    veil.setLatLngs([[[-89, -180], [-89, 180], [89, 180], [89, -180]], ...this.chosenShapes().flat().map(([outer]) => outer)]);
    if (this.planner.town) veil.addTo(map).bringToFront(); else veil.remove();
  }

  /** Return the box above the panel that chooses a town; nothing where there is but one. */
  chooser() {
    const { words } = this.planner;
    const verdict = el("button", { type: "button", class: "plain", id: "town-verdict", onclick: () => this.planner.verdict.openTown(this.planner.town) }, words.verdict);
    if (this.towns.length < 2) return el("div", { class: "chooser" }, verdict);
    const names = this.towns.map(({ name }) => name).sort(byName);
    this.box = el("select", { id: "town", onchange: (event) => this.choose(event.target.value) },
      el("option", { value: "" }, words.all_towns), names.map((name) => el("option", { value: name }, name)));
    return el("div", { class: "chooser" }, el("label", { for: "town" }, words.town), this.box, verdict);
  }

  /** Return the line of a card or list that leads to a town: to show it alone, and to its own map where it has one. */
  line(name) {
    const { page, words, town: chosen } = this.planner, { towns } = page, canChoose = towns.length > 1 && name !== chosen && towns.some((town) => town.name === name);
    return [
      canChoose ? el("p", { class: "note" }, el("button", { type: "button", class: "plain", onclick: () => this.choose(name) }, fill(words.only_town, { town: name }))) : null,
      this.pageLine(name),
    ];
  }

  /** Return the line that leads to a town's own map; nothing where it has none. */
  pageLine(name) {
    const { words, page: { town_pages: pages } } = this.planner;
    if (!hasOwn(pages, name)) return null;
    return el("p", { class: "note" }, pageLink(pages[name], fill(words.to_town, { town: name })));
  }

  // ---- ranking ------------------------------------------------------------------------------

  /** Return the towns as a table that each column sorts, the whole last. */
  tab() {
    const { planner } = this, { words, page } = planner;
    this.sort = { id: planner.kind, isDown: false };
    this.colours = el("input", { type: "checkbox", id: "choropleth", onchange: (event) => this.toggle(event.target.checked) });
    this.legend = el("div", {});
    this.table = el("table", { class: "towns" });
    this.fillTable();
    return [
      el("p", { class: "note" }, words.towns_note),
      planner.isDivided() ? el("p", { class: "note" }, words.city_note) : null,
      ...absentNotes(page),
      el("label", { class: "row" }, this.colours, el("span", {}, words.layer_choropleth)), this.legend,
      this.table,
    ];
  }

  sortBy(id) {
    this.sort = { id, isDown: this.sort.id === id && !this.sort.isDown };
    this.fillTable();
  }

  sorted() {
    const { id, isDown } = this.sort, kinds = Object.keys(this.planner.page.coverage), way = isDown ? -1 : 1;
    const key = (row) => { const share = this.shareOf(row, id); return share === null ? -1 : share; };
    const towns = this.rows.filter((row) => !row.is_district);
    towns.sort((a, b) => way * (kinds.includes(id) ? key(a) - key(b) : byName(a.name, b.name)));
    return [...towns, ...this.rows.filter((row) => row.is_district)];
  }

  fillTable() {
    const { planner } = this, { words, page } = planner, kinds = Object.keys(page.coverage);
    const head = (id, name) => el("th", { scope: "col", "aria-sort": this.sort.id === id ? (this.sort.isDown ? "descending" : "ascending") : "none" },
      el("button", { type: "button", class: "head", onclick: () => this.sortBy(id) }, name));
    this.table.replaceChildren(
      el("thead", {}, el("tr", {}, head("name", words.town), kinds.map((kind) => head(kind, page.kinds[kind].measure)))),
      el("tbody", {}, this.sorted().map((row) => this.tableRow(row, kinds))));
    this.legend.replaceChildren(
      el("ul", { class: "signs" }, this.classes().map(({ colour, name }) => el("li", {}, el("span", { class: "chip", colour }), ` ${name}`))),
      el("p", { class: "note" }, page.kinds[planner.kind].town_classes.note));
    this.legend.hidden = !planner.shown.has("choropleth");
  }

  tableRow(row, kinds) {
    const { planner } = this, name = row.is_district ? null : row.name;
    const isChosen = name === (planner.town || null);
    return el("tr", { class: [row.is_district ? "total" : "", isChosen ? "chosen" : ""].join(" ").trim() || null },
      el("th", { scope: "row" }, el("button", { type: "button", class: "head", "aria-current": isChosen && "true", onclick: () => this.choose(name) }, row.name),
        name && this.pageLine(name)),
      kinds.map((kind) => this.cell(row, kind)));
  }

  cell(row, kind) {
    const shares = row.shares[kind];
    if (!shares) return el("td", {}, "–");
    const [today, after] = shares, cell = el("td", {}, percent(today), after !== undefined && after !== null && after !== today ? el("small", {}, `→ ${percent(after)}`) : null);
    if (kind === this.planner.kind && today !== null) cell.append(this.bar(this.shareOf(row, kind)));
    return cell;
  }

  bar(share) {
    const bar = el("span", { class: "bar", colour: this.colourOf(share) });
    bar.style.width = `${Math.max(share * 100, 2)}%`;
    return bar;
  }

  /** Return the classes by which towns are coloured, the highest first. */
  classes() {
    return this.planner.page.kinds[this.planner.kind].town_classes.classes;
  }
}

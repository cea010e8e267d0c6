/* One page about a compound, a town or the whole: to show, or to print on one sheet. */
"use strict";

const VERDICT_ZONES = 5;
const VERDICT_SITES = 8;
const VERDICT_TOWNS = 20;

class Verdict {
  constructor(planner) {
    this.planner = planner;
    this.box = el("section", { id: "verdict", role: "dialog", "aria-modal": "true", "aria-labelledby": "verdict-title", tabindex: -1, hidden: true, onkeydown: (event) => this.press(event) });
    document.body.append(this.box);
  }

  judge(kind, metres) {
    const { words, page } = this.planner;
    return judgeWalk(words, page.kinds[kind], metres === null ? Infinity : metres)[1];
  }

  // ---- a compound ---------------------------------------------------------------------------

  openCompound(index) {
    const { planner } = this, { page, words } = planner, one = page.residences[index];
    const layer = planner.compounds.marks[index], bounds = layer.getBounds ? layer.getBounds() : L.latLngBounds([layer.getLatLng()]);
    const people = one.population === null ? null : `${words.crowd_population} ${fill(words.people, { people: whole(one.population) })}`;
    const zones = page.zones.filter(({ homes }) => homes.includes(index));
    this.show(one.name, [one.town, people], bounds, 15.5, [
      this.table([words.kind, words.walk_to_nearest, words.result, words.nearest_outlet, words.after], Object.keys(page.coverage).map((kind) => this.walkRow(kind, index))),
      zones.length ? this.part(words.cause, el("ul", {}, zones.map((zone) => el("li", {}, `${page.kinds[zone.kind].name} · ${zone.label} ${zone.name}: ${zone.causes.map(([cause]) => cause).join("; ")}`)))) : null,
      planner.gates.inferredHomes.has(index) ? el("p", { class: "note inferred" }, words.gate_inferred_note) : null,
    ], Object.keys(page.coverage));
  }

  walkRow(kind, index) {
    const { planner } = this, { page, words } = planner, today = planner.coverage(kind, "before"), metres = today.walk_m[index];
    const facility = today.facility[index], after = page.after[kind] ? page.after[kind].walk_m[index] : metres;
    return [page.kinds[kind].name, walkText(words, today, index), this.judge(kind, metres), facility === null ? "–" : outletName(page, facility),
      after === metres ? words.unchanged : `${walkText(words, page.after[kind], index)} · ${this.judge(kind, after)}`];
  }

  // ---- a town, or the whole -----------------------------------------------------------------

  /** Open the page of a town by its name, of the whole with nothing. */
  openTown(name) {
    const { planner } = this, { page, words } = planner, isHere = (town) => !name || town === name;
    const shapes = page.towns.filter((town) => isHere(town.name)).map((town) => decodeShape(town.shape));
    const homes = page.residences.map((one, at) => at).filter((at) => isHere(page.residences[at].town));
    const people = homes.reduce((sum, at) => sum + (page.residences[at].population || 0), 0);
    const row = planner.towns.rowOf(name), zones = page.zones.filter((zone) => zone.kind === planner.kind && isHere(zone.town));
    const sites = page.sites.filter((site) => isHere(site.town));
    this.show(name || words.all_towns, [`${words.compounds} ${whole(homes.length)}`, `${words.crowd_population} ${fill(words.people, { people: whole(people) })}`],
      L.latLngBounds(shapes.flat(2)), 15, [
        row ? this.part(words.verdict_shares, this.table([words.kind, words.before, words.after, words.beyond_target], Object.keys(page.coverage).map((kind) => this.shareRow(row, kind, homes)))) : null,
        zones.length ? this.part(`${words.gap_zone} · ${page.kinds[planner.kind].name}`, this.zoneTable(zones)) : null,
        sites.length ? this.part(`${words.layer_sites} · ${page.kinds[page.site_kind].name}`, this.siteTable(sites)) : null,
        name ? null : this.rankedTowns(),
      ], [planner.kind]);
  }

  shareRow(row, kind, homes) {
    const { planner } = this, { page, words } = planner, { classes, name, measure } = page.kinds[kind], { band } = planner.coverage(kind, "before");
    const [today, after] = row.shares[kind] || [null, null], lacking = homes.filter((at) => classes[band[at]].is_lacking);
    const people = lacking.reduce((sum, at) => sum + (page.residences[at].population || 0), 0);
    return [measure || name, percent(today), after === undefined || after === null || after === today ? words.unchanged : percent(after),
      fill(words.compounds_people, { count: whole(lacking.length), people: whole(people) })];
  }

  zoneTable(zones) {
    const { words } = this.planner, worst = [...zones].sort((a, b) => everyone(b) - everyone(a)).slice(0, VERDICT_ZONES);
    const crowds = crowdsOf(zones);
    return this.table([words.gap_zone, ...crowds.map((crowd) => words[CROWD_WORDS[crowd]]), words.cause, words.zone_sites], worst.map((zone) => [
      `${zone.label} ${zone.name}`, ...crowds.map((crowd) => whole(zone[crowd])), zone.causes.length ? zone.causes[0][0] : "–",
      zone.sites.map((at) => this.planner.page.sites[at].rank).join(", ") || "–",
    ]), zones.length - worst.length);
  }

  siteTable(sites) {
    const { words } = this.planner, first = sites.slice(0, VERDICT_SITES), crowds = crowdsOf(sites, "gained_");
    return this.table([words.sort_rank, words.place_name, words.source, ...crowds.map((crowd) => words[CROWD_WORDS[crowd]])], first.map((site) => [
      site.rank, site.name, site.source, ...crowds.map((crowd) => whole(site[`gained_${crowd}`])),
    ]), sites.length - first.length);
  }

  /** Return the towns by the share of the chosen kind, the lowest first. */
  rankedTowns() {
    const { planner } = this, { words, page } = planner, { towns } = planner;
    const ranked = towns.rows.filter((row) => !row.is_district && towns.shareOf(row, planner.kind, "before") !== null)
      .sort((a, b) => towns.shareOf(a, planner.kind, "before") - towns.shareOf(b, planner.kind, "before"));
    if (!ranked.length) return null;
    const { measure, name } = page.kinds[planner.kind];
    return this.part(`${words.tab_towns} · ${measure || name}`,
      el("p", { class: "ranked" }, ranked.slice(0, VERDICT_TOWNS).map((row) => el("span", {}, `${row.name} ${percent(towns.shareOf(row, planner.kind, "before"))}`))),
      this.leftOut(ranked.length - VERDICT_TOWNS));
  }

  // ---- the page -----------------------------------------------------------------------------

  part(title, ...body) {
    return el("div", {}, el("h3", {}, title), body);
  }

  /** Return a table; what it leaves out is said below it. */
  table(heads, rows, left = 0) {
    return [
      el("table", {}, el("thead", {}, el("tr", {}, heads.map((head) => el("th", { scope: "col" }, head)))),
        el("tbody", {}, rows.map(([first, ...cells]) => el("tr", {}, el("th", { scope: "row" }, first), cells.map((cell) => el("td", {}, cell)))))),
      this.leftOut(left),
    ];
  }

  /** Return the line that says how many more there are; nothing where all are told. */
  leftOut(count) {
    return count > 0 ? el("p", { class: "note" }, fill(this.planner.words.and_more, { count })) : null;
  }

  /** Return a picture of the map around a place, no nearer than at a zoom. */
  picture(bounds, most) {
    const { planner } = this, { map } = planner, width = 680, height = 300;
    const size = map.project(bounds.getSouthEast(), 0).subtract(map.project(bounds.getNorthWest(), 0));
    const zoom = Math.min(Math.log2(Math.min(width / size.x, height / size.y)) - 0.1, most);
    planner.resize(zoom);
    const canvas = drawPicture(map, { width, height, centre: bounds.getCenter(), zoom });
    planner.resize();
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", document.title);
    return canvas;
  }

  show(title, subtitle, bounds, most, parts, kinds) {
    const { page, words } = this.planner;
    this.before = document.activeElement;
    this.planner.map.closePopup();
    this.box.replaceChildren(
      el("div", { class: "buttons" },
        el("button", { type: "button", class: "plain main", onclick: () => window.print() }, fill(words.print_on, { paper: "A4" })),
        el("button", { type: "button", class: "plain", onclick: () => this.close() }, words.close)),
      el("h2", { id: "verdict-title" }, title), el("p", { class: "subtitle" }, subtitle.filter(Boolean).join(" · ")),
      this.picture(bounds, most), el("div", {}, parts),
      ...kinds.map((kind) => el("p", { class: "note" }, page.kinds[kind].standard)),
      kinds.some((kind) => page.kinds[kind].crowds_n > 1) ? el("p", { class: "note" }, page.people_note) : "",
      ...absentNotes(page), ...[...page.notes, page.block.join(" · ")].map((line) => el("p", { class: "note" }, line)));
    this.box.hidden = false;
    document.body.classList.add("has-verdict");
    this.box.scrollTop = 0;
    this.box.querySelector("button").focus();
  }

  close() {
    this.box.hidden = true;
    document.body.classList.remove("has-verdict");
    if (this.before && this.before.isConnected) this.before.focus();
  }

  /** Keep the focus within the page while it is shown. */
  press(event) {
    if (event.key === "Escape") { event.stopPropagation(); this.close(); }
    if (event.key !== "Tab") return;
    const [first, last] = this.box.querySelectorAll("button"), goal = event.shiftKey ? last : first;
    if (document.activeElement === (event.shiftKey ? first : last) || document.activeElement === this.box) { event.preventDefault(); goal.focus(); }
  }
}

/* Lists in the panel: sorted, filtered, in pages, so that 25,000 rows cost no more than forty. */
"use strict";

const LIST_PAGE = 40;
const byName = new Intl.Collator("zh-CN", { numeric: true }).compare;

class PickList {
  /** `sorts` is [{ id, name, of, isDown }], the first of which is the order at the beginning; `of` returns a number or a text.
      `choices` is [{ id, name, of }]: a box each to choose one of the values that there are; `of` returns a text.
      `words` of a row are what the filter reads; `draw` returns what a row shows; `sum` what is said of all that are listed. */
  constructor({ id, words, rows, sorts, choices = [], wordsOf, draw, onPick, sum, isListed = () => true, onListed = () => {} }) {
    Object.assign(this, { id, words, rows, sorts, choices, wordsOf, draw, onPick, sum, isListed, onListed });
    this.sort = sorts[0];
    this.isTurned = false;
    this.chosen = {};
    this.query = "";
    this.picked = null;
    this.build();
  }

  build() {
    const { words, id } = this;
    this.order = el("select", { id: `${id}-sort`, "aria-label": words.sort_by, onchange: (event) => this.sortBy(event.target.value) },
      this.sorts.map((one) => el("option", { value: one.id }, one.name)));
    this.turn = el("button", { type: "button", class: "plain turn", "aria-pressed": "false", title: words.sort_turn, "aria-label": words.sort_turn, onclick: () => this.sortBy(this.sort.id, !this.isTurned) }, "⇅");
    this.input = el("input", { type: "search", id: `${id}-filter`, placeholder: words.filter, "aria-label": words.filter, oninput: (event) => { this.query = foldText(event.target.value); this.fill(); } });
    this.boxes = this.choices.map((choice) => el("select", { id: `${id}-${choice.id}`, "aria-label": choice.name, onchange: (event) => { this.chosen[choice.id] = event.target.value; this.fill(); } }));
    this.told = el("p", { class: "note", role: "status" });
    this.list = el("ol", { class: "list", id: `${id}-list` });
    this.more = el("button", { type: "button", class: "plain", onclick: () => this.grow() }, words.list_more);
    this.node = el("div", { class: "picklist" }, el("div", { class: "sorting" }, this.input, this.order, this.turn, this.boxes), this.told, this.list, this.more);
  }

  sortBy(id, isTurned = false) {
    this.sort = this.sorts.find((one) => one.id === id);
    this.isTurned = isTurned;
    this.order.value = id;
    this.turn.setAttribute("aria-pressed", String(isTurned));
    this.fill();
  }

  /** Return the rows that are listed now, in order; equal ones as they came. */
  listed() {
    const { of, isDown = false } = this.sort, way = isDown === this.isTurned ? 1 : -1;
    const meant = this.rows.filter((row) => this.isListed(row)
      && this.choices.every(({ id, of: value }) => !this.chosen[id] || value(row) === this.chosen[id])
      && (!this.query || foldText(this.wordsOf(row)).includes(this.query)));
    const keys = new Map(meant.map((row, at) => [row, [of(row), at]]));
    return meant.sort((a, b) => {
      const [x, i] = keys.get(a), [y, j] = keys.get(b), isLess = typeof x === "string" ? byName(x, y) : x - y;
      return way * isLess || i - j;
    });
  }

  /** List anew what is asked for, from the first page on; once it is seen. */
  fill() {
    this.isStale = !this.node.offsetParent;
    if (this.isStale) return;
    this.fillChoices();
    this.found = this.listed();
    this.list.replaceChildren();
    this.told.replaceChildren(text(this.sum(this.found)));
    this.grow();
    if (this.picked !== null) this.mark(this.picked);
  }

  /** Be seen: list what has been asked for meanwhile. */
  open() {
    if (this.isStale !== false) this.fill();
  }

  grow() {
    const from = this.list.children.length;
    this.list.append(...this.found.slice(from, from + LIST_PAGE).map((row) => this.item(row)));
    this.more.hidden = this.list.children.length >= this.found.length;
    this.onListed();
  }

  item(row) {
    const item = el("li", {}, el("button", { type: "button", onclick: () => { this.mark(row); this.onPick(row); } }, this.draw(row)));
    item.row = row;
    if (row === this.picked) item.firstChild.setAttribute("aria-current", "true");
    return item;
  }

  /** Offer the values that there are; a choice of one value is none. */
  fillChoices() {
    this.choices.forEach(({ id, name, of }, at) => {
      const values = [...new Set(this.rows.filter(this.isListed).map(of).filter(Boolean))].sort(byName);
      if (!values.includes(this.chosen[id])) this.chosen[id] = "";
      this.boxes[at].replaceChildren(el("option", { value: "" }, fill(this.words.any, { name })), ...values.map((value) => el("option", { value }, value)));
      this.boxes[at].value = this.chosen[id];
      this.boxes[at].hidden = values.length < 2;
    });
  }

  /** Mark a row as the one that the map shows, listing as many pages as it takes to reach it. */
  mark(row) {
    this.picked = row;
    if (!this.found || this.isStale) return;
    while (!this.more.hidden && !this.found.slice(0, this.list.children.length).includes(row) && this.found.includes(row)) this.grow();
    for (const item of this.list.children) {
      const isPicked = item.row === row;
      if (isPicked) item.firstChild.setAttribute("aria-current", "true"); else item.firstChild.removeAttribute("aria-current");
      if (isPicked && item.scrollIntoView) item.scrollIntoView({ block: "nearest" });
    }
  }
}

/** The lists of sites, zones and compounds, each linked to the map both ways. */
class PanelLists {
  constructor(planner) {
    this.planner = planner;
    this.sites = planner.page.sites.length ? this.siteList() : null;
    this.zones = planner.page.zones.length ? this.zoneList() : null;
    this.compounds = this.compoundList();
    planner.map.on("popupopen", ({ popup }) => this.follow(popup._source));
    planner.map.on("reviewchange", () => this.followReview());
  }

  all() {
    return [this.sites, this.zones, this.compounds].filter(Boolean);
  }

  /** List anew what is shown: for another kind, plan or town. */
  fill() {
    for (const list of this.all()) list.fill();
  }

  /** List what an opened tab shows. */
  open(tab) {
    const list = { sites: this.sites, zones: this.zones, compounds: this.compounds }[tab];
    if (list) list.open();
  }

  /** Let the list of sites know of a view that was given. */
  followReview() {
    const { sites } = this;
    if (!sites || !sites.found) return;
    if (sites.sort.id === "review" || sites.chosen.review) sites.fill(); else sites.fillChoices();
  }

  /** Mark in its list what a card was opened of on the map. */
  follow(layer) {
    const { page } = this.planner, at = layer && layer.options.isFirst ? layer.options.number : -1;
    const site = page.sites.find((one) => one.layer === layer), zone = page.zones.find((one) => one.layer === layer);
    if (site && this.sites.picked !== site) this.sites.mark(site);
    else if (zone && this.zones.picked !== zone) this.zones.mark(zone);
    else if (at >= 0 && this.compounds.picked !== at) this.compounds.mark(at);
  }

  /** Return how many are listed and how many people they are, in one line. */
  told(count, people) {
    const { words } = this.planner;
    return [fill(words.list_count, { count: whole(count) }), crowdText(words, people)].filter(Boolean).join(" · ");
  }

  static sum(rows, of) {
    const people = {};
    for (const crowd of CROWDS) people[crowd] = rows.reduce((sum, row) => sum + (of(row, crowd) || 0), 0) || null;
    return people;
  }

  verdictOf(site) {
    const { review, words } = this.planner;
    return (review && verdictWord(words, review.viewOf(site).verdict)) || words.undecided;
  }

  /** Write into the rows what was said of their sites. */
  markVerdicts() {
    const { review, words } = this.planner;
    if (!review) return;
    for (const mark of document.querySelectorAll("#site-list .verdict")) {
      const { verdict } = review.viewOf({ id: mark.dataset.site });
      mark.replaceChildren(text({ agree: `✓ ${words.agree}`, reject: `✗ ${words.reject}`, "": "" }[verdict]));
      mark.className = `verdict ${verdict}`;
    }
  }

  phaseOf(site) {
    return site.phase === null ? "" : fill(this.planner.words.phase, { number: site.phase });
  }

  siteList() {
    const { planner } = this, { words, page } = planner;
    return new PickList({
      id: "site", words, rows: page.sites, onListed: () => this.markVerdicts(), isListed: (site) => planner.isHere(site.town),
      sorts: [
        { id: "rank", name: words.sort_rank, of: (site) => site.rank },
        { id: "people", name: words.sort_gained, of: (site) => everyone(site, "gained_"), isDown: true },
        { id: "residents", name: words.crowd_population, of: (site) => site.gained_population || 0, isDown: true },
        { id: "workers", name: words.crowd_workers, of: (site) => site.gained_workers || 0, isDown: true },
        { id: "town", name: words.town, of: (site) => site.town },
        { id: "host", name: words.host, of: (site) => site.host || site.source },
        { id: "phase", name: words.sort_phase, of: (site) => site.phase || 0 },
        { id: "review", name: words.review, of: (site) => this.verdictOf(site) },
      ],
      choices: [
        { id: "host", name: words.host, of: (site) => site.host || site.source },
        { id: "phase", name: words.sort_phase, of: (site) => this.phaseOf(site) },
        { id: "review", name: words.review, of: (site) => this.verdictOf(site) },
      ],
      wordsOf: ({ rank, name, town, source }) => `${rank} ${name} ${town} ${source}`,
      sum: (rows) => this.told(rows.length, PanelLists.sum(rows, (site, crowd) => site[`gained_${crowd}`])),
      onPick: (site) => planner.goTo(site.layer, "sites", 15),
      draw: (site) => [
        el("span", { class: site.is_host ? "site-mark small host" : "site-mark small" }, site.rank),
        el("span", { class: "text" }, site.name,
          el("small", {}, [site.town, site.host || site.source, this.phaseOf(site)].filter(Boolean).join(" · ")),
          el("small", {}, crowdText(words, site, "gained_"))),
        el("span", { class: "verdict", "data-site": site.id }),
        el("span", { class: "count" }, fill(words.plus, { people: whole(everyone(site, "gained_")) })),
      ],
    });
  }

  zoneList() {
    const { planner } = this, { words, page } = planner;
    const cause = (zone) => (zone.causes.length ? zone.causes[0][0] : "");
    return new PickList({
      id: "zone", words, rows: page.zones, isListed: (zone) => zone.kind === planner.kind && planner.isHere(zone.town),
      sorts: [
        { id: "worst", name: words.sort_worst, of: everyone, isDown: true },
        { id: "residents", name: words.crowd_population, of: (zone) => zone.population || 0, isDown: true },
        { id: "workers", name: words.crowd_workers, of: (zone) => zone.workers || 0, isDown: true },
        { id: "town", name: words.town, of: (zone) => zone.town },
        { id: "cause", name: words.cause, of: cause },
        { id: "sites", name: words.sort_unserved, of: (zone) => zone.sites.length },
      ],
      choices: [{ id: "cause", name: words.cause, of: cause }],
      wordsOf: (zone) => `${zone.label} ${zone.name} ${zone.town} ${zone.causes.map(([one]) => one).join(" ")}`,
      sum: (rows) => this.told(rows.length, PanelLists.sum(rows, (zone, crowd) => zone[crowd])),
      onPick: (zone) => planner.goTo(zone.layer, "zones", 14),
      draw: (zone) => [
        el("span", { class: "zone-mark" }, zone.number),
        el("span", { class: "text" }, zone.name, el("small", {}, crowdText(words, zone)), el("small", {}, cause(zone))),
        el("span", { class: "count" }, fill(words.people, { people: whole(everyone(zone)) })),
      ],
    });
  }

  compoundList() {
    const { planner } = this, { words, page } = planner;
    const walk = (at) => { const metres = planner.coverage().walk_m[at]; return metres === null ? Infinity : metres; };
    const band = (at) => page.kinds[planner.kind].classes[planner.coverage().band[at]].name;
    return new PickList({
      id: "compound", words, rows: page.residences.map((one, at) => at), isListed: (at) => planner.isHere(page.residences[at].town),
      sorts: [
        { id: "walk", name: words.walk_to_nearest, of: (at) => Math.min(walk(at), 1e9), isDown: true },
        { id: "residents", name: words.crowd_population, of: (at) => page.residences[at].population || 0, isDown: true },
        { id: "name", name: words.compound, of: (at) => page.residences[at].name },
        { id: "town", name: words.town, of: (at) => page.residences[at].town },
      ],
      choices: [{ id: "band", name: words.walk_to_nearest, of: band }],
      wordsOf: (at) => `${page.residences[at].name} ${page.residences[at].town}`,
      sum: (rows) => this.told(rows.length, PanelLists.sum(rows, (at, crowd) => (crowd === "population" ? page.residences[at].population : 0))),
      onPick: (at) => planner.goTo(planner.compounds.marks[at], "residences", 15),
      draw: (at) => {
        const { name, town, population } = page.residences[at], { colour } = page.kinds[planner.kind].classes[planner.coverage().band[at]];
        return [
          el("span", { class: "chip", colour }),
          el("span", { class: "text" }, name, el("small", {}, [town, population === null ? "" : fill(words.residents_n, { people: whole(population) })].filter(Boolean).join(" · "))),
          el("span", { class: "count" }, walkText(words, planner.coverage(), at), planner.plan !== "after" && dwellingNote(words, planner.coverage(), at)),
        ];
      },
    });
  }
}

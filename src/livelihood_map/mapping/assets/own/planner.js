/* The planner's map: holds its parts together, and what is chosen and shown. */
"use strict";

const Z_ORDER = ["choropleth", "zones", "residences", "townlines", "centres", "counted", "gates", "marked", "facility", "problems"];
const INK = "#22282e";

class Planner {
  constructor(map, page) {
    this.map = map;
    this.page = page;
    this.words = page.words;
    this.kind = page.start_kind;
    this.plan = "before";
    this.town = null;
    this.layers = {};
    this.shown = new Set();
    this.renderer = new PickingCanvas({ padding: 0.3, tolerance: 3 }).addTo(map);
  }

  start() {
    pictureWords = this.words;
    pageCrs = this.map.options.crs;
    for (const [name, value] of [["role", "main"], ["aria-label", this.words.map]]) this.map.getContainer().setAttribute(name, value);
    // The view comes first: what is added before it would be drawn once more for it.
    this.fitWhole();
    this.prints = new Prints(this);
    this.addBase();
    this.service = new ServiceAreas(this);
    this.addTowns();
    this.towns = new TownChoice(this);
    this.compounds = new Compounds(this);
    this.zones = new GapZones(this);
    this.counted = new CountedPlaces(this);
    addCentres(this);
    this.outlets = new Outlets(this);
    this.marked = new MarkedOutlets(this);
    this.gates = new Gates(this);
    addProblems(this);
    this.addSites();
    this.verdict = new Verdict(this);
    this.tools = new Tools(this);
    this.tools.add(); // before the names: these keep off controls, of which one comes and goes
    addNames(this);
    this.legend = new Legend(this);
    this.lists = new PanelLists(this);
    if (this.page.what_if && this.page.what_if.words) this.whatIf = new WhatIf(this);
    this.panel = new Panel(this);
    this.panel.build();
    document.getElementById("search-place").append(new Finder(this).box().node);
    this.showGaps();
    this.isStarted = true;
    this.order();
    this.map.on("zoomend", () => this.resize());
    this.map.on("resize", () => this.fitCards());
    this.fitCards();
    followFocus(this.map, this.words);
    document.getElementById("foot").tabIndex = 0; // on a phone it is scrolled
    window.addEventListener("beforeprint", () => this.prints.fill());
    this.resize();
    this.fitWhole();
    followSize(this.map);
    this.link = new PlannerLink(this);
    this.link.read();
  }

  /** Show the whole district, as large as the map's place on the page is now. */
  fitWhole() {
    const size = this.map.invalidateSize({ animate: false }).getSize();
    if (this.fitted && this.fitted.equals(size)) return;
    this.fitted = size;
    this.map.fitBounds(this.page.bounds, { animate: false, padding: [8, 8] });
  }

  // ---- layers -------------------------------------------------------------------------------

  addBase() {
    Object.assign(this.layers, baseLayers(this.page.base, this.page.max_zoom));
    if (this.page.online) this.layers.online = L.layerGroup();
    keepSheets(this.map, this.layers.streets, () => Object.keys(PAPERS).map((paper) => {
      const { sheet, view } = paperSheet(this.map, paper, this.prints.parts());
      return { ...sheet.box, ...view };
    }));
    for (const name of ["ground", "streets", "rails", "outside"]) this.show(name, true);
  }

  addTowns() {
    this.layers.townlines = townLines(this.page, this.renderer);
    this.show("townlines", true);
  }

  /** Return a group whose one popup and one tooltip speak for whichever of its layers is meant. */
  layerGroup(card, name) {
    return bindName(bindCard(L.featureGroup(), card), name);
  }

  coverage(kind = this.kind, plan = this.plan) {
    const table = plan === "after" && this.page.after[kind] ? this.page.after : this.page.coverage;
    return table[kind];
  }

  /** Return whether the map shows what changes that are tried out would bring. */
  isTrying() {
    return Boolean(this.whatIf && this.whatIf.hasEdits());
  }

  /** Return whether compounds are coloured by who gains and who loses. */
  isChange() {
    return this.isTrying() || this.plan === "change";
  }

  /** Return the classes by which compounds are coloured now, and that of each. */
  painted() {
    if (this.isTrying()) return this.whatIf.marks.painted();
    return this.plan === "change" ? changesOf(this.page, this.kind) : { classes: this.page.kinds[this.kind].classes, band: this.coverage().band };
  }

  /** Show the gap zones of the chosen kind, and the places of which they consist. */
  showGaps() {
    this.zones.fill();
    this.counted.fillGaps(this.zones.shown());
    if (!this.page.zones.length || this.isStarted) return;
    this.show("zones", true);
    if (this.page.counted.kinds.length) this.show("counted:gaps", true);
  }

  /** Return whether a town, by its name, is the chosen one or all are shown. */
  isHere(town) {
    return !this.town || town === this.town;
  }

  addSites() {
    this.siteMarks = new SiteMarks(this.page.sites, {
      card: (site, others) => this.sitePopup(site, others), isElse: (site, event) => this.opensCompound(site, event),
    });
    this.page.sites.forEach((site, index) => { site.layer = this.siteMarks.marks[index]; });
    this.map.on("zoomend", () => this.siteMarks.styleAll());
    this.layers.sites = this.siteMarks.group;
    if (this.page.sites.length) this.show("sites", true);
  }

  sitePopup(site, others) {
    return placeCard(`${site.rank}. ${site.name}`,
      [this.words.suggested_site, this.page.kinds[this.page.site_kind].name, site.town].filter(Boolean).join(" · "), siteRows(this.page, site), crowdNote(this.page, site, "gained_"),
      this.towns.line(site.town), otherSites(this.map, this.words, site, others), site.reason ? el("p", { class: "reason" }, site.reason) : null, this.tryWays("site", site.rank), this.review ? this.review.form(site) : null);
  }

  /** Return the ways from a card to routes and changes; nothing on a page that cannot walk. */
  tryWays(sort, index) {
    return this.whatIf ? this.whatIf.ways(sort, index) : null;
  }

  /** From afar a mark is larger than the compounds it stands on: where one is pointed at, open its card. */
  opensCompound(site, { originalEvent }) {
    if (this.map.getZoom() >= 14 || !originalEvent || !this.shown.has("residences")) return false;
    const layer = this.renderer.compoundAt(originalEvent);
    if (!layer) return false;
    this.compounds.siteAbove = site;
    this.open(layer, "residences", this.map.mouseEventToLatLng(originalEvent));
    return true;
  }

  /** Fill the online base map when it is first switched on; nothing is asked for before. */
  fillOnline() {
    const { online } = this.page;
    if (this.layers.online.getLayers().length) return true;
    const key = online.needs_key ? online.key || window.prompt(this.words.ask_key) : "";
    if (online.needs_key && !key) return false;
    for (const url of online.urls) {
      L.tileLayer(url, { subdomains: online.subdomains, key: encodeURIComponent(key), maxNativeZoom: 18, maxZoom: this.page.max_zoom, zIndex: 0 })
        .addTo(this.layers.online);
    }
    return true;
  }

  show(name, isShown) {
    const layer = this.layers[name];
    if (!layer) return;
    if (name === "online" && isShown && !this.fillOnline()) isShown = false;
    if (name === "gates" && isShown) this.gates.fill();
    if (isShown) { this.shown.add(name); layer.addTo(this.map); } else { this.shown.delete(name); layer.remove(); }
    const box = document.querySelector(`input[data-layer="${CSS.escape(name)}"]`);
    if (box) box.checked = isShown;
    if (name === "service" && this.compare) this.compare.paint();
    if (isShown) this.order();
    this.rename();
    this.noteLink();
  }

  /** Write the names anew when something else is shown than before. */
  rename() {
    if (this.isStarted && this.shown.has("names")) this.layers.names.write();
  }

  /** Keep points above lines above areas, whatever was switched on last. */
  order() {
    if (!this.isStarted) return;
    for (const name of Z_ORDER) {
      for (const key of this.shown) {
        if (key.split(":")[0] === name) {
          this.layers[key].eachLayer((layer) => layer.bringToFront && layer.bringToFront());
        }
      }
    }
    if (this.town) this.towns.veil.bringToFront();
  }

  /** Draw shapes as large as they are at a zoom. */
  resize(zoom = this.map.getZoom()) {
    this.outlets.resize(zoom);
    this.compounds.resize(zoom);
    this.gates.resize(zoom);
    this.counted.resize(zoom);
    this.zones.resize(zoom);
    const box = this.map.getContainer();
    box.classList.toggle("far", zoom < 12);
    box.classList.toggle("near", zoom >= 14);
  }

  /** Keep cards no taller than the map that they open on. */
  fitCards() {
    document.documentElement.style.setProperty("--card-height", `${Math.max(this.map.getSize().y - 70, 120)}px`);
  }

  // ---- choosing -----------------------------------------------------------------------------

  isDivided() {
    return Object.keys(this.page.town_pages).length > 0;
  }

  choose(kind, plan) {
    const isNewKind = kind !== this.kind;
    this.kind = kind;
    this.plan = plan;
    for (const box of document.querySelectorAll('input[name="kind"], input[name="plan"]')) box.checked = box.value === this[box.name];
    this.compounds.paint();
    this.counted.paint();
    this.towns.paint();
    if (isNewKind) {
      this.showSites();
      this.showGaps();
      this.outlets.showKind();
      this.service.fillTiers();
    }
    this.service.repaint();
    if (this.compare) this.compare.paint();
    this.legend.fill();
    this.lists.fill();
    this.order();
    this.rename();
    this.map.fire("pagechange");
  }

  /** Show the suggested sites with their own kind alone and not on the map of today beside the plan's, if they were shown before. */
  showSites() {
    if (this.kind === this.page.site_kind && !this.compare) {
      if (this.areSitesAway) this.show("sites", true);
      this.areSitesAway = false;
    } else if (this.shown.has("sites")) {
      this.show("sites", false);
      this.areSitesAway = true;
    }
  }

  /** Let map, totals and lists show the chosen town, or all. */
  followTown() {
    const isHere = (town) => this.isHere(town);
    this.siteMarks.limit((site) => isHere(site.town));
    this.counted.limit(isHere);
    this.outlets.fill();
    this.marked.refill();
    this.showGaps();
    if (this.compare) this.compare.paint();
    this.legend.fill();
    this.lists.fill();
    this.order();
    this.rename();
    this.map.fire("pagechange");
  }

  goTo(layer, name, zoom) {
    if (name) this.show(name, true);
    if (name && !this.layers[name].hasLayer(layer)) layer.addTo(this.layers[name]);
    this.map.setView(layerPlace(layer), Math.max(zoom, this.map.getZoom()), { animate: false });
    this.open(layer, name);
  }

  /** Open the card of a layer that is shown, at a place or in its middle. */
  open(layer, name, target = layerPlace(layer)) {
    const group = this.layers[name];
    if (group.getPopup && group.getPopup()) {
      group.getPopup()._source = layer;
      group.openPopup(target);
    } else layer.openPopup(target);
  }

  /** Go to a workplace, school or station and open its card. */
  goToCounted(index) {
    const { id } = this.page.counted.kinds[this.page.counted.kind[index]];
    this.show(`counted:${id}`, true);
    this.goTo(this.counted.marks[index], `counted:${id}`, 15);
  }

  toggleCompare() {
    const closed = this.compare;
    if (closed) closed.remove();
    this.compare = closed ? null : new CompareMap(this);
    this.showSites();
    document.getElementById("plans").hidden = !closed;
    this.tools.press("compare", !closed);
  }

  noteLink() {
    if (this.link) this.link.note();
  }
}

async function startPlanner(map) {
  const page = await readPayload("payload");
  const planner = new Planner(map, page);
  planner.measure = new Measure(map, page.words, (isOn) => planner.tools.press("measure", isOn));
  planner.start();
  if (page.sites.length) planner.review = new Review(map, page);
  window.planner = planner;
  document.documentElement.dataset.ready = "1";
  performance.mark("ready");
}

/* The planner's map: layers, legend, lists and popups over the payload. */
"use strict";

const Z_ORDER = ["choropleth", "zones", "residences", "townlines", "centres", "counted", "gates", "marked", "facility", "problems"];
const GATES = {
  open: { word: "gate_open", shape: "square", fill: "#22282e", line: "#ffffff" },
  closed: { word: "gate_closed", shape: "crossed", fill: "#ffffff", line: "#22282e" },
  inferred: { word: "gate_inferred", shape: "diamond", fill: "#ffffff", line: "#b0309a" },
};
const INK = "#22282e";
const AREA_OPACITY = 0.45;
const AREA_ALPHA = Math.round(AREA_OPACITY * 255).toString(16);

class Planner {
  constructor(map, page) {
    this.map = map;
    this.page = page;
    this.words = page.words;
    this.kind = page.start_kind;
    this.plan = "before";
    this.town = null;
    this.paper = "A4";
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
    this.addBase();
    this.addAreas();
    this.addTowns();
    this.towns = new TownChoice(this);
    this.addResidences();
    this.zones = new GapZones(this);
    this.counted = new CountedPlaces(this);
    this.addCentres();
    this.addFacilities();
    this.marked = new MarkedOutlets(this);
    this.addGates();
    this.addProblems();
    this.addSites();
    this.verdict = new Verdict(this);
    this.addControls(); // before the names: these keep off controls, of which one comes and goes
    this.addNames();
    this.buildPanel();
    document.getElementById("search-place").append(new Finder(this).box().node);
    this.showGaps();
    this.isStarted = true;
    this.order();
    this.map.on("zoomend", () => this.resize());
    this.map.on("resize", () => this.fitCards());
    this.fitCards();
    followFocus(this.map, this.words);
    document.getElementById("foot").tabIndex = 0; // on a phone it is scrolled
    window.addEventListener("beforeprint", () => this.fillPrint());
    this.resize();
    this.fitWhole();
    followSize(this.map);
    this.addLink();
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
      const { sheet, view } = paperSheet(this.map, paper, this.sheetParts());
      return { ...sheet.box, ...view };
    }));
    for (const name of ["ground", "streets", "rails", "outside"]) this.show(name, true);
  }

  addAreas() {
    const { area_kinds: kinds, site_kind: kind } = this.page;
    this.areas = null;
    this.hiddenTiers = new Set();
    if (!kinds.length) return;
    this.layers.service = this.areaLayer(() => this.plan);
    if (!this.page.after[kind] || !kinds.includes(kind)) return;
    const style = { colour: hatch(INK), line: INK }, isAim = (tier) => tier.tier_m === this.page.kinds[kind].aim_m;
    this.layers.gained = new PickedTiles(
      () => this.tiersOf(kind).filter(isAim).map(({ added }) => Object.assign(added, style)),
      () => this.loadAreas(), { maxZoom: this.page.max_zoom, opacity: 0.85 });
  }

  /** Return a layer of the chosen kind's service areas under a plan. */
  areaLayer(plan) {
    return new PickedTiles(() => this.pickAreas(plan()), () => this.loadAreas(), { maxZoom: this.page.max_zoom, opacity: AREA_OPACITY });
  }

  /** Unpack the areas when they are first asked for, and paint them. */
  loadAreas() {
    if (!this.areasAsked) {
      this.areasAsked = readPayload("areas").then((found) => {
        for (const tiers of Object.values(found)) {
          for (const tier of tiers) Object.assign(tier, { today: areaClass(tier.lines), gained: areaClass(tier.gained), added: areaClass(tier.gained) });
        }
        this.areas = found;
        this.repaintAreas();
      });
    }
    return this.areasAsked;
  }

  repaintAreas() {
    for (const name of ["service", "gained"]) if (this.shown.has(name)) this.layers[name].redraw();
    if (this.compare) this.compare.areas.redraw();
  }

  tiersOf(kind) {
    return (this.areas && this.areas[kind]) || [];
  }

  /** Return what is painted of the chosen kind: long tiers below short ones, as the legend colours them. */
  pickAreas(plan) {
    return this.tiersOf(this.kind).filter((tier) => !this.hiddenTiers.has(tier.tier_m)).reverse().flatMap((tier) => {
      const { colour } = this.page.kinds[this.kind].classes.find((one) => one.limit_m === tier.tier_m);
      const { today, gained } = tier;
      today.colour = gained.colour = gained.line = colour;
      return plan === "after" ? [today, gained] : [today];
    });
  }

  /** Return the legend classes of the chosen kind that have an area. */
  areaClasses() {
    return this.page.kinds[this.kind].classes.filter((one) => one.limit_m !== null);
  }

  /** Fill the boxes that choose tiers. */
  fillTiers() {
    if (!this.layers.service) return;
    this.tierBox.replaceChildren(...this.areaClasses().map(({ limit_m: tier, colour }) => el("label", { class: "row" },
      el("input", {
        type: "checkbox", "data-tier": tier, checked: !this.hiddenTiers.has(tier),
        onchange: (event) => {
          if (event.target.checked) this.hiddenTiers.delete(tier); else this.hiddenTiers.add(tier);
          this.repaintAreas();
        },
      }), el("span", { class: "chip", colour: `${colour}${AREA_ALPHA}` }), el("span", {}, fill(this.words.within, { metres: tier })))));
  }

  addTowns() {
    this.layers.townlines = townLines(this.page, this.renderer);
    this.show("townlines", true);
  }

  /** Write the names of what is shown; none over another, nor over a mark. */
  addNames() {
    const { residences, facilities, facility_kinds: kinds } = this.page;
    const spots = decodeLine(facilities.points).map(projectPlace);
    const bridges = longBridges(this.page);
    const isSeen = (index) => this.shown.has(`facility:${kinds[facilities.kind[index]].id}`) && this.statuses.has(facilities.status[index]) && this.isHere(facilities.town[index]);
    const outlets = facilities.name.map((name, index) => ({ kind: "outlet", text: name, xy: spots[index], isShown: () => isSeen(index) }));
    const compounds = compoundItems(residences, ({ town }) => this.shown.has("residences") && this.isHere(town));
    this.layers.names = new NameLayer([...nameItems(this.page), ...this.zones.names(), ...compounds, ...outlets], (scale, left, top, width, height) => {
      const marks = this.shown.has("sites") ? this.siteMarks.boxes(scale, left, top, width, height) : [], zoom = Math.log2(scale);
      if (zoom < 15) for (const { box } of bridges) marks.push([box[0] * scale - left - 1, box[1] * scale - top - 1, box[2] * scale - left + 1, box[3] * scale - top + 1]);
      if (zoom < 14) return marks;
      const near = spots.map(([x, y]) => [x * scale - left, y * scale - top])
        .filter(([x, y], index) => x > 0 && y > 0 && x < width && y < height && isSeen(index));
      return [...marks, ...near.map(([x, y]) => [x - 6, y - 6, x + 6, y + 6])];
    });
    this.show("names", true);
  }

  /** Return a group whose one popup and one tooltip speak for whichever of its layers is meant. */
  layerGroup(card, name) {
    return bindName(bindCard(L.featureGroup(), card), name);
  }

  addResidences() {
    const group = this.layerGroup((layer) => this.compoundCard(layer.options.number),
      (layer) => this.page.residences[layer.options.number].name);
    this.residenceLayers = this.page.residences.map((one, index) => {
      const style = { renderer: this.renderer, weight: 0.4, fillOpacity: 0.85, opacity: 1, number: index, isFirst: true };
      const layer = one.shape
        ? L.polygon(decodeShape(one.shape), style)
        : new ShapeMarker(decodeLine(one.point)[0], { ...style, shape: "circle", radius: 4 });
      return layer.addTo(group);
    });
    this.layers.residences = group;
    this.paintResidences();
    this.show("residences", true);
  }

  coverage(kind = this.kind, plan = this.plan) {
    const table = plan === "after" && this.page.after[kind] ? this.page.after : this.page.coverage;
    return table[kind];
  }

  /** Return the classes by which compounds are coloured now, and that of each. */
  painted() {
    return this.plan === "change" ? changesOf(this.page, this.kind) : { classes: this.page.kinds[this.kind].classes, band: this.coverage().band };
  }

  paintResidences() {
    const { classes, band } = this.painted();
    this.residenceLayers.forEach((layer, index) => {
      const one = classes[band[index]];
      layer.setStyle({ color: one.line, fillColor: one.colour, isHatched: one.is_lacking });
    });
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

  addCentres() {
    const { levels, rows } = this.page.centres;
    if (!rows.length) return;
    this.layers.centres = L.layerGroup();
    for (const one of rows) {
      const { name, shape, colour } = levels[one.level];
      for (const area of one.shapes) {
        L.polygon(decodeShape(area), {
          renderer: this.renderer, interactive: false, color: colour, weight: 1.4, dashArray: "2 4",
          fillColor: colour, fillOpacity: 0.04,
        }).addTo(this.layers.centres);
      }
      const mark = new ShapeMarker(decodeLine(one.point)[0], {
        renderer: this.renderer, shape, radius: 8, color: colour, weight: 2.6,
        fillColor: "#ffffff", fillOpacity: 0.9,
      });
      bindCard(mark, () => this.popup(one.name, name, [
        [this.words.town, one.town],
        [this.words.service_radius, one.radius_m === null ? null : fill(this.words.metres, { metres: whole(one.radius_m) })],
      ]));
      bindName(mark, () => one.name, { sticky: false }).addTo(this.layers.centres);
    }
    this.show("centres", true);
  }

  addFacilities() {
    const points = decodeLine(this.page.facilities.points);
    this.facilityLayers = [];
    this.facilityCounts = this.page.facility_kinds.map(() => 0);
    for (const kind of this.page.facilities.kind) this.facilityCounts[kind] += 1;
    this.page.facility_kinds.forEach((kind) => {
      this.layers[`facility:${kind.id}`] = this.layerGroup((layer) => this.facilityPopup(layer.options.number),
        (layer) => this.page.facilities.name[layer.options.number]);
    });
    points.forEach((point, index) => {
      const kind = this.page.facility_kinds[this.page.facilities.kind[index]];
      const status = this.page.facilities.status[index];
      const isOpen = status === "operating";
      const layer = new ShapeMarker(point, {
        renderer: this.renderer, shape: kind.shape, radius: 4, number: index,
        color: isOpen ? "#ffffff" : kind.colour, weight: isOpen ? 0.8 : 1.6,
        fillColor: isOpen ? kind.colour : "#ffffff", fillOpacity: status === "closed" ? 0.2 : 1,
      });
      this.facilityLayers.push(layer);
    });
    this.statuses = new Set(this.page.facilities.status);
    this.fillFacilities();
    this.showKindFacilities();
  }

  /** Put the outlets of the chosen statuses into the layers of their kinds. */
  fillFacilities() {
    const { facilities, facility_kinds: kinds } = this.page;
    for (const kind of kinds) this.layers[`facility:${kind.id}`].clearLayers();
    this.facilityLayers.forEach((layer, index) => {
      if (this.statuses.has(facilities.status[index]) && this.isHere(facilities.town[index])) layer.addTo(this.layers[`facility:${kinds[facilities.kind[index]].id}`]);
    });
  }

  /** Return the boxes that choose outlets by status; nothing when all operate. */
  statusRows() {
    const counts = {};
    for (const status of this.page.facilities.status) counts[status] = (counts[status] || 0) + 1;
    if (Object.keys(counts).length < 2) return null;
    return el("div", { class: "statuses", role: "group", "aria-label": this.words.status },
      Object.keys(this.page.status_names).filter((status) => counts[status]).map((status) => el("label", { class: "row" },
        el("input", {
          type: "checkbox", "data-status": status, checked: true,
          onchange: (event) => {
            if (event.target.checked) this.statuses.add(status); else this.statuses.delete(status);
            this.fillFacilities();
            this.order();
            this.rename();
          },
        }), symbolIcon("circle", status === "operating" ? "#444444" : "#ffffff", status === "operating" ? "#ffffff" : "#444444"),
        el("span", {}, this.page.status_names[status]), el("span", { class: "count" }, whole(counts[status])))));
  }

  /** Show the outlets of the chosen kind; in a whole city, where they would hide all else, only when some were asked for. */
  showKindFacilities() {
    const { facility_kinds: kinds } = this.page;
    const isWanted = !this.isDivided() || kinds.some(({ id }) => this.shown.has(`facility:${id}`));
    for (const { id } of kinds) this.show(`facility:${id}`, isWanted && id === this.kind);
  }

  addGates() {
    const { gates, residences } = this.page, name = (number) => residences[gates.home[number]].name;
    this.inferredHomes = new Set(gates.home.filter((home, index) => gates.state[index] === "inferred"));
    this.layers.gates = this.layerGroup((layer) => this.gatePopup(layer.options.number), (layer) => name(layer.options.number));
    this.gateLayers = [];
  }

  /** Make the marks of the gates when they are first shown. */
  fillGates() {
    const { gates } = this.page;
    if (this.gateLayers.length) return;
    this.gateLayers = decodeLine(gates.points).map((point, index) => {
      const { shape, fill: fillColor, line } = GATES[gates.state[index]];
      return new ShapeMarker(point, {
        renderer: this.renderer, shape, number: index, color: line, fillColor, fillOpacity: 1,
      }).addTo(this.layers.gates);
    });
    this.resize();
  }

  gatePopup(index) {
    const { gates, residences } = this.page, home = residences[gates.home[index]], state = gates.state[index];
    return this.popup(home.name, `${this.words.gate} · ${this.words[GATES[state].word]}`, [
      [this.words.town, home.town], [this.words.hours, gates.hours[index]],
    ], state === "inferred" ? el("p", { class: "note inferred" }, this.words.gate_inferred_note) : null);
  }

  /** Return how the states that there are of gates are drawn. */
  gateStates() {
    return Object.entries(GATES).filter(([state]) => this.page.gates.state.includes(state));
  }

  /** Return the signs of the base map with what they mean. */
  baseLegend() {
    return el("ul", { class: "signs", "aria-label": this.words.base_legend }, this.page.signs.map((sign) => el("li", {}, signSwatch(sign), ` ${sign.text}`)));
  }

  hatchSwatch() {
    return svg("svg", { viewBox: "0 0 16 16", width: 16, height: 16, class: "swatch", "aria-hidden": "true" },
      svg("path", { d: "M1 1H15V15H1ZM1 8L8 1M1 15L15 1M8 15L15 8", stroke: INK, fill: "none" }));
  }

  gateLegend() {
    return el("p", { class: "note indent" }, this.gateStates().map(([, { word, shape, fill: colour, line }]) => [
      symbolIcon(shape, colour, line), ` ${this.words[word]}\u2003`,
    ]));
  }

  addProblems() {
    this.layers.problems = L.layerGroup(this.page.problems.map((one) => {
      const layer = new ShapeMarker(decodeLine(one.point)[0], {
        renderer: this.renderer, shape: "triangle", radius: 5.5, color: "#222222", weight: 1.2,
        fillColor: "#ffd400", fillOpacity: 1,
      });
      return bindCard(layer, () => this.popup(one.name, this.words.network_problem, [
        [this.words.town, one.town], [this.words.problem, one.reason],
        [this.words.residents, one.population === null ? null : whole(one.population)],
      ]));
    }));
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

  /** From afar a mark is larger than the compounds it stands on: where one is pointed at, open its card. */
  opensCompound(site, { originalEvent }) {
    if (this.map.getZoom() >= 14 || !originalEvent || !this.shown.has("residences")) return false;
    const layer = this.renderer.compoundAt(originalEvent);
    if (!layer) return false;
    this.siteAbove = site;
    this.open(layer, "residences", this.map.mouseEventToLatLng(originalEvent));
    return true;
  }

  /** Return a compound's card with the ways to its page and to the site whose mark stands above it, if one does. */
  compoundCard(index) {
    const card = this.residencePopup(index), site = this.siteAbove;
    this.siteAbove = null;
    const ways = [[this.words.verdict, () => this.verdict.openCompound(index)]];
    if (site) ways.unshift([fill(this.words.site_number, { rank: site.rank, name: site.name }), () => site.layer.openPopup()]);
    card.append(el("div", { class: "buttons" }, ways.map(([name, go]) => el("button", { type: "button", class: "plain", onclick: go }, name))));
    return card;
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
    if (name === "gates" && isShown) this.fillGates();
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
    const radius = zoom < 11 ? 1.6 : zoom < 12 ? 2.4 : zoom < 13 ? 3.4 : zoom < 15 ? 4.8 : zoom < 17 ? 6.5 : 8;
    this.facilityLayers.forEach((layer, index) => {
      const isDense = this.facilityCounts[this.page.facilities.kind[index]] > 300;
      layer.setRadius(isDense && zoom < 11 ? 0.9 : isDense && zoom < 13 ? 1.5 : isDense && zoom < 15 ? 3.4 : radius);
      if (isDense) layer.setStyle({ weight: zoom < 13 ? 0.3 : 0.8 });
    });
    this.residenceLayers.forEach((layer) => {
      if (layer.setRadius) layer.setRadius(radius * 0.9);
      layer.setStyle({ weight: zoom < 13 ? 0.4 : 0.9 });
    });
    this.gateLayers.forEach((layer) => {
      layer.setRadius(zoom < 13 ? 1.6 : zoom < 15 ? 2.6 : 4.2);
      layer.setStyle({ weight: zoom < 13 ? 0.8 : 1.5 });
    });
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

  // ---- popups -------------------------------------------------------------------------------

  popup(title, subtitle, rows, ...rest) {
    return el("div", { class: "card" }, el("h3", {}, title), subtitle ? el("p", { class: "subtitle" }, subtitle) : null, cardTable(rows), ...rest);
  }

  walkText(cover, index) {
    if (cover.walk_m[index] === null) return this.words.out_of_reach;
    return fill(this.words.walk, { metres: whole(cover.walk_m[index]), minutes: Math.round(cover.walk_min[index]) });
  }

  residencePopup(index) {
    const one = this.page.residences[index];
    const rows = Object.keys(this.page.coverage).map((kind) => {
      const { classes, name } = this.page.kinds[kind];
      const cells = ["before", "after"].filter((plan) => plan === "before" || this.page.after[kind]).map((plan) => {
        const cover = this.coverage(kind, plan), band = classes[cover.band[index]];
        if (plan === "after" && cover.walk_m[index] === this.coverage(kind, "before").walk_m[index]) {
          return el("td", { class: "same" }, this.words.unchanged);
        }
        const facility = cover.facility[index];
        const site = facility !== null && facility < 0 ? this.page.sites[-1 - facility] : null;
        const place = site ? fill(this.words.site_number, { rank: site.rank, name: site.name })
          : facility === null ? null : outletName(this.page, facility);
        return el("td", {},
          el("span", { class: "chip", colour: band.colour }), " ", this.walkText(cover, index),
          place ? el("small", {}, place) : null,
          plan === "before" && cover.dwelling_m.length && cover.dwelling_m[index] !== null
            ? el("small", {}, fill(this.words.from_dwelling, { metres: whole(cover.dwelling_m[index]) })) : null);
      });
      return el("tr", {}, el("th", { scope: "row" }, name), cells);
    });
    const hasAfter = Object.keys(this.page.after).length > 0;
    const head = hasAfter && el("thead", {}, el("tr", {}, el("td", {}),
      el("th", { scope: "col" }, this.words.before), el("th", { scope: "col" }, this.words.after)));
    const people = one.population === null ? null : fill(this.words.residents_n, { people: whole(one.population) });
    return el("div", { class: "card" },
      el("h3", {}, one.name),
      el("p", { class: "subtitle" }, [one.town, people].filter(Boolean).join(" · ")),
      el("table", {}, head, el("tbody", {}, rows)),
      absentNotes(this.page),
      this.inferredHomes.has(index) ? el("p", { class: "note inferred" }, this.words.gate_inferred_note) : null,
      this.townLine(one.town));
  }

  facilityPopup(index) {
    const { facilities } = this.page;
    const kind = this.page.facility_kinds[facilities.kind[index]];
    const subtitle = [kind.name, facilities.subtype[index]].filter(Boolean).join(" · ");
    return this.popup(facilities.name[index], subtitle, [
      [this.words.status, this.page.status_names[facilities.status[index]]],
      [this.words.serves, facilities.residents_only.includes(index) ? this.words.residents_only : null],
      [this.words.town, facilities.town[index]],
      [this.words.address, facilities.address[index]],
      [this.words.hours, facilities.hours[index]],
    ]);
  }

  sitePopup(site, others) {
    return this.popup(`${site.rank}. ${site.name}`,
      [this.words.suggested_site, this.page.kinds[this.page.site_kind].name, site.town].filter(Boolean).join(" · "), siteRows(this.page, site),
      this.townLine(site.town), otherSites(this.map, this.words, site, others), site.reason ? el("p", { class: "reason" }, site.reason) : null, this.review ? this.review.form(site) : null);
  }

  // ---- panel --------------------------------------------------------------------------------

  buildPanel() {
    const panel = document.getElementById("panel");
    this.lists = new PanelLists(this);
    const { words } = this, tabs = [["layers", words.tab_layers, this.layersTab()]];
    if (this.lists.sites) tabs.push(["sites", words.tab_sites, this.sitesTab()]);
    if (this.lists.zones) tabs.push(["zones", words.tab_zones, this.lists.zones.node]);
    if (this.page.town_rows.length) tabs.push(["towns", words.tab_towns, this.towns.tab()]);
    tabs.push(["compounds", words.tab_compounds, this.lists.compounds.node]);
    const list = el("div", { class: "tabs", role: "tablist", "aria-label": this.words.panel });
    const bodies = [];
    tabs.forEach(([id, name, body], position) => {
      const button = el("button", {
        type: "button", role: "tab", id: `tab-${id}`, "aria-controls": `body-${id}`,
        "aria-selected": String(position === 0), tabindex: position === 0 ? 0 : -1,
        onclick: () => this.openTab(id),
        onkeydown: (event) => {
          const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
          if (step) this.openTab(tabs[(position + step + tabs.length) % tabs.length][0], true);
        },
      }, name);
      list.append(button);
      bodies.push(el("div", {
        class: "tab-body", role: "tabpanel", id: `body-${id}`, "aria-labelledby": `tab-${id}`,
        tabindex: 0, hidden: position !== 0,
      }, body));
    });
    panel.append(...[this.towns.chooser(), list, ...bodies].filter(Boolean));
  }

  openTab(id, isFocused = false) {
    for (const button of document.querySelectorAll('#panel [role="tab"]')) {
      const isOpen = button.id === `tab-${id}`;
      button.setAttribute("aria-selected", String(isOpen));
      button.tabIndex = isOpen ? 0 : -1;
      document.getElementById(button.getAttribute("aria-controls")).hidden = !isOpen;
      if (isOpen && isFocused) button.focus();
    }
    this.lists.open(id);
  }

  group(title, ...rows) {
    return el("fieldset", { class: "group" }, el("legend", {}, title), rows);
  }

  toggle(name, text, swatch, count) {
    if (!this.layers[name]) return null;
    const box = el("input", {
      type: "checkbox", "data-layer": name, checked: this.shown.has(name),
      onchange: (event) => this.show(name, event.target.checked),
    });
    return el("label", { class: "row" }, box, swatch, el("span", { class: "text" }, text),
      count === undefined ? null : el("span", { class: "count" }, whole(count)));
  }

  layersTab() {
    this.legend = el("div", { id: "legend" });
    const kinds = Object.keys(this.page.coverage).map((kind) => el("label", { class: "choice" },
      el("input", {
        type: "radio", name: "kind", value: kind, checked: kind === this.kind,
        onchange: () => this.choose(kind, this.plan),
      }), el("span", {}, this.page.kinds[kind].name)));
    const plans = Object.keys(this.page.after).length ? el("div", { class: "choices", id: "plans" },
      ["before", "after", "change"].map((plan) => el("label", { class: "choice" },
        el("input", {
          type: "radio", name: "plan", value: plan, checked: plan === this.plan,
          onchange: () => this.choose(this.kind, plan),
        }), el("span", {}, this.words[plan])))) : null;
    this.updateLegend();
    this.tierBox = el("div", { class: "statuses indent", role: "group", "aria-label": this.words.tiers });
    this.fillTiers();
    const line = (colour, dash, width) => svg("svg", { viewBox: "0 0 16 16", width: 16, height: 16, class: "swatch", "aria-hidden": "true" },
      svg("path", { d: "M0 8H16", stroke: colour, "stroke-width": width, "stroke-dasharray": dash, fill: "none" }));
    const { colours } = this.page;
    return [
      this.dividedNote(),
      this.group(this.words.group_coverage,
        el("div", { class: "choices", id: "kinds" }, kinds), absentNotes(this.page), plans,
        this.toggle("residences", this.words.layer_residences, null),
        this.page.counted.kinds.length ? el("div", { class: "pairs indent", role: "group", "aria-label": this.words.layer_counted },
          el("p", { class: "note" }, this.words.layer_counted), this.counted.rows()) : null,
        this.page.gates.home.length ? [this.toggle("gates", this.words.layer_gates, null, this.page.gates.home.length), this.gateLegend()] : null,
        this.layers.service ? [this.toggle("service", this.words.layer_service, null), this.tierBox,
          el("p", { class: "note indent" }, this.page.area_note)] : null,
        this.legend),
      this.group(this.words.group_plan,
        this.page.sites.length ? this.toggle("sites", this.words.layer_sites, el("span", { class: "site-mark small", "aria-hidden": "true" }, "1"), this.page.sites.length) : null,
        this.page.sites.some((site) => site.is_host) ? el("p", { class: "note indent" }, el("span", { class: "site-mark small host", "aria-hidden": "true" }, "1"), " ", this.words.site_host) : null,
        this.toggle("gained", fill(this.words.layer_gained, { metres: this.page.kinds[this.page.site_kind].aim_m }), this.hatchSwatch()),
        this.page.zones.length ? [this.toggle("zones", this.words.layer_zones, line(colours.zone, "4 2.5", 2)),
          this.page.counted.kinds.length ? this.toggle("counted:gaps", this.words.layer_gap_places, symbolIcon("hexagon", "#c44c0b", "#7a2f06")) : null] : null,
        this.page.centres.rows.length ? this.toggle("centres", this.words.layer_centres, null, this.page.centres.rows.length) : null,
        this.page.centres.levels.map((one) => el("p", { class: "note indent" }, symbolIcon(one.shape, "#ffffff", one.colour), " ", one.name)),
        this.page.problems.length ? this.toggle("problems", this.words.layer_problems, symbolIcon("triangle", "#ffd400", "#222222"), this.page.problems.length) : null),
      this.group(this.words.group_facilities,
        this.page.facility_kinds.map((kind, index) => this.toggle(`facility:${kind.id}`, kind.name,
          symbolIcon(kind.shape, kind.colour, "#ffffff"), this.facilityCounts[index])),
        this.marked.rows(),
        this.statusRows()),
      this.group(this.words.group_base,
        this.toggle("townlines", this.words.layer_townlines, line(colours.town, "5 2.5 1 2.5", 1.6)),
        this.toggle("names", this.words.layer_names, null),
        this.toggle("streets", this.words.layer_streets, line("#b9b9b2", "none", 2)),
        this.toggle("rails", this.words.layer_rails, line("#9a7fb8", "none", 2)),
        this.toggle("ground", this.words.layer_ground, null),
        this.toggle("outside", this.words.layer_outside, null),
        this.baseLegend(),
        this.page.online ? this.toggle("online", fill(this.words.layer_online, { name: this.page.online.name }), null) : null,
        this.page.online ? el("p", { class: "note indent" }, this.words.online_note) : null),
    ];
  }

  /** Say what a divided map leaves to others, and lead there; nothing on a map that shows all. */
  dividedNote() {
    if (this.page.whole_page) return el("p", { class: "note" }, pageLink(this.page.whole_page, this.words.to_whole));
    return this.isDivided() ? el("p", { class: "note" }, this.words.city_note) : null;
  }

  isDivided() {
    return Object.keys(this.page.town_pages).length > 0;
  }

  /** Return the line of a card or list that leads to a town: to show it alone, and to its own map where it has one. */
  townLine(name) {
    const { towns } = this.page, canChoose = towns.length > 1 && name !== this.town && towns.some((town) => town.name === name);
    return [
      canChoose ? el("p", { class: "note" }, el("button", { type: "button", class: "plain", onclick: () => this.towns.choose(name) }, fill(this.words.only_town, { town: name }))) : null,
      this.pageLine(name),
    ];
  }

  /** Return the line that leads to a town's own map; nothing where it has none. */
  pageLine(name) {
    const { town_pages: pages } = this.page;
    if (!hasOwn(pages, name)) return null;
    return el("p", { class: "note" }, pageLink(pages[name], fill(this.words.to_town, { town: name })));
  }

  choose(kind, plan) {
    const isNewKind = kind !== this.kind;
    this.kind = kind;
    this.plan = plan;
    for (const box of document.querySelectorAll('input[name="kind"], input[name="plan"]')) box.checked = box.value === this[box.name];
    this.paintResidences();
    this.counted.paint();
    this.towns.paint();
    if (isNewKind) {
      this.showSites();
      this.showGaps();
      this.showKindFacilities();
      this.fillTiers();
    }
    this.repaintAreas();
    if (this.compare) this.compare.paint();
    this.updateLegend();
    this.lists.fill();
    this.order();
    this.rename();
    this.map.fire("pagechange");
  }

  /** Show the suggested sites with their own kind alone, if they were shown with it before. */
  showSites() {
    const isTheirs = this.kind === this.page.site_kind;
    if (this.shown.has("sites") === isTheirs) return;
    if (isTheirs) { if (this.areSitesAway) this.show("sites", !this.compare); } else this.show("sites", false);
    this.areSitesAway = !isTheirs;
  }

  /** Let map, totals and lists show the chosen town, or all. */
  followTown() {
    const isHere = (town) => this.isHere(town);
    this.siteMarks.limit((site) => isHere(site.town));
    this.counted.limit(isHere);
    this.fillFacilities();
    this.marked.refill();
    this.showGaps();
    this.updateLegend();
    this.lists.fill();
    this.order();
    this.rename();
    this.map.fire("pagechange");
  }

  updateLegend() {
    const { classes, band: bands } = this.painted(), { standard, start } = this.page.kinds[this.kind], whose = this.whose();
    const people = this.peopleByClass(), places = classes.map(() => 0), all = people.reduce((sum, one) => sum + one, 0);
    bands.forEach((band, index) => { if (this.isHere(this.page.residences[index].town)) places[band] += 1; });
    const rows = classes.map((one, index) => (places[index] === 0 && one.is_rare ? null : el("tr", {},
      el("th", { scope: "row" }, el("span", { class: "chip", colour: one.colour }), " ", one.name),
      el("td", {}, whole(places[index])), el("td", {}, all ? whole(people[index]) : "–"),
      el("td", {}, all ? percent(people[index] / all) : "–"))));
    this.legend.replaceChildren(
      el("table", { class: "legend" },
        el("thead", {}, el("tr", {}, el("th", { scope: "col" }, this.plan === "change" ? this.words.change_heading : this.words.walk_to_nearest),
          el("th", { scope: "col" }, this.words.compounds), el("th", { scope: "col" }, fill(this.words.counted, { people: whose })),
          el("th", { scope: "col" }, fill(this.words.share, { people: whose })))),
        el("tbody", {}, rows)),
      el("p", { class: "note" }, standard), start ? el("p", { class: "note" }, start) : "");
  }

  /** Return whose people the legend counts: the standard's; of a change the residents of compounds. */
  whose() {
    return this.plan === "change" ? this.words.only_residents : this.page.kinds[this.kind].people;
  }

  /** Return the people of each class of the legend, wherever they start. */
  peopleByClass() {
    const areas = (this.page.people[this.kind] || {})[this.plan];
    if (areas) return areas[this.town ? this.page.towns.findIndex((one) => one.name === this.town) : areas.length - 1];
    const { classes, band: bands } = this.painted(), people = classes.map(() => 0);
    if (this.plan === "change") {
      bands.forEach((band, index) => { if (this.isHere(this.page.residences[index].town)) people[band] += this.page.residences[index].population || 0; });
    }
    return people;
  }

  sitesTab() {
    return [el("p", { class: "note" }, this.words.sites_note), el("div", { id: "review" }), this.lists.sites.node];
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

  // ---- controls -----------------------------------------------------------------------------

  addControls() {
    L.control.zoom({
      position: "topright", zoomInTitle: this.words.zoom_in, zoomOutTitle: this.words.zoom_out,
    }).addTo(this.map);
    const { words } = this;
    const Scale = L.Control.Scale.extend({
      _updateMetric(longest) {
        const metres = this._getRoundNum(longest);
        const text = metres < 1000 ? fill(words.metres, { metres }) : fill(words.kilometres, { km: metres / 1000 });
        this._updateScale(this._mScale, text, metres / longest);
      },

      _updateScale(bar, length, share) {
        bar.style.width = `${Math.round(this.options.maxWidth * share)}px`;
        bar.replaceChildren(text(length));
      },
    });
    new Scale({ position: "bottomleft", imperial: false, maxWidth: 140 }).addTo(this.map);
    this.projector = new Projector(this);
    northControl(words).addTo(this.map);
    locatorControl(this.page, words).addTo(this.map);
    const tools = L.control({ position: "topright" });
    tools.onAdd = () => {
      const box = el("div", { class: "leaflet-bar tools" }, this.tools());
      L.DomEvent.disableClickPropagation(box);
      return box;
    };
    tools.addTo(this.map);
  }

  tool(id, icon, text, action) {
    return el("button", { type: "button", id: `tool-${id}`, title: text, "aria-label": text, onclick: action },
      svg("svg", { viewBox: "0 0 24 24", width: 18, height: 18, "aria-hidden": "true" },
        svg("path", { d: icon, fill: "none", stroke: "currentColor", "stroke-width": 1.8, "stroke-linejoin": "round", "stroke-linecap": "round" })));
  }

  tools() {
    const { words } = this;
    return [
      this.tool("home", "M4 11L12 4L20 11M6 10V20H18V10M10 20V14H14V20", words.whole_district,
        () => this.map.fitBounds(this.page.bounds, { padding: [8, 8] })),
      this.tool("measure", "M3 17L17 3L21 7L7 21ZM7 13L9 15M10 10L13 13M13 7L15 9", words.measure,
        () => this.measure.toggle()),
      Object.keys(this.page.after).length > 0 && this.tool("compare", "M3 5H21V19H3ZM12 5V19", words.compare, () => this.toggleCompare()),
      this.tool("full", "M4 9V4H9M15 4H20V9M20 15V20H15M9 20H4V15", words.full_screen, () => this.toggleFull()),
      this.tool("projector", "M3 4H21V15H3ZM12 15V18M8 21L12 18L16 21", words.projector, () => this.projector.toggle()),
      this.tool("print", "M7 8V3H17V8M7 17H4V9H20V17H17M7 14H17V21H7Z", fill(words.print_on, { paper: "A4" }), () => this.print("A4")),
      this.tool("print-a3", "M3 18L7 6L11 18M4.5 14H9.5M14 7.5C15 6 19 6 19 8.8C19 11 17 11.6 16 11.6C17 11.6 20 12 20 14.8C20 18.5 15 18.5 13.5 16.5", fill(words.print_on, { paper: "A3" }), () => this.print("A3")),
      this.tool("print-all", "M5 3H15L19 7V21H5ZM8 11H16M8 14H16M8 17H13M8 7H12", words.print_all, () => this.print("A4", true)),
      this.tool("picture", "M4 5H20V19H4ZM4 16L9 11L13 15L16 12L20 16M15 8.5H15.1", words.save_picture, () => this.savePicture()),
      this.tool("panel", "M4 5H20V19H4ZM10 5V19", words.toggle_panel, () => {
        document.body.classList.toggle("no-panel");
        this.map.invalidateSize();
      }),
    ].filter(Boolean);
  }

  press(id, isPressed) {
    document.getElementById(`tool-${id}`).setAttribute("aria-pressed", String(isPressed));
  }

  toggleFull() {
    if (document.fullscreenElement) document.exitFullscreen();
    else document.documentElement.requestFullscreen();
  }

  toggleCompare() {
    const closed = this.compare;
    if (closed) closed.remove();
    this.compare = closed ? null : new CompareMap(this);
    this.show("sites", Boolean(closed && closed.hadSites));
    document.getElementById("plans").hidden = !closed;
    this.press("compare", !closed);
  }

  // ---- link ---------------------------------------------------------------------------------

  addLink() {
    this.map.on("pagechange", () => this.noteLink());
    this.map.on("popupopen popupclose", ({ type, popup }) => {
      this.selected = type === "popupopen" ? popup._source : null;
      this.noteLink();
    });
    this.link = new ViewLink(this.map, { tell: () => this.tellLink(), show: (told) => this.showLink(told), select: (told) => this.selectLink(told) });
    this.link.read();
  }

  noteLink() {
    if (this.link) this.link.note();
  }

  tellLink() {
    const layers = [...this.shown].sort(), chosen = this.selected && layers.find((name) => this.layers[name].hasLayer && this.layers[name].hasLayer(this.selected));
    return [
      ["kind", this.kind], ["plan", this.compare ? "both" : this.plan], ...(this.town ? [["town", this.town]] : []), ...layers.map((name) => ["layer", name]),
      ...(chosen ? [["card", chosen], ["at", placeText(layerPlace(this.selected))]] : []),
    ];
  }

  showLink(told) {
    const kind = told.get("kind"), plan = told.get("plan"), names = told.getAll("layer");
    const plans = Object.keys(this.page.after).length ? ["before", "after", "change", "both"] : ["before"];
    const wanted = plans.includes(plan) ? plan : this.plan, isBoth = wanted === "both";
    if (this.compare && !isBoth) this.toggleCompare();
    this.choose(hasOwn(this.page.coverage, kind) ? kind : this.kind, isBoth ? "before" : wanted);
    if ((told.get("town") || null) !== this.town) this.towns.choose(told.get("town"));
    if (names.length) for (const name of Object.keys(this.layers)) if (name !== "online") this.show(name, names.includes(name));
    if (isBoth && !this.compare) this.toggleCompare();
  }

  selectLink(told) {
    const name = told.get("card"), place = linkedPlace(told.get("at"));
    const layer = this.shown.has(name) && this.layers[name].getLayers && place && layerAt(this.layers[name].getLayers(), place);
    if (layer) this.open(layer, name);
  }

  // ---- pictures and print -------------------------------------------------------------------

  legendParts() {
    const { classes, band: bands } = this.painted(), people = this.peopleByClass();
    const all = people.reduce((sum, one) => sum + one, 0);
    const parts = classes.map((one, index) => ({
      colour: one.colour, text: all ? `${one.name}  ${percent(people[index] / all)}` : one.name, line: one.line, isHatched: one.is_lacking,
    })).filter((part, index) => !classes[index].is_rare || bands.includes(index));
    this.page.facility_kinds.forEach((kind) => {
      if (this.shown.has(`facility:${kind.id}`)) parts.push({ colour: kind.colour, text: kind.name, shape: kind.shape });
    });
    if (this.shown.has("service")) {
      for (const { limit_m: tier, colour } of this.areaClasses()) {
        if (!this.hiddenTiers.has(tier)) parts.push({ colour: `${colour}${AREA_ALPHA}`, text: `${this.words.service_area} ${fill(this.words.within, { metres: tier })}` });
      }
    }
    if (this.shown.has("gained")) parts.push({ colour: hatch(INK), text: this.words.gained_area });
    if (this.shown.has("gates")) {
      for (const [, { word, shape, fill: colour, line }] of this.gateStates()) {
        parts.push({ colour, text: `${this.words.gate} · ${this.words[word]}`, shape, line });
      }
    }
    for (const { id, name, shape } of this.page.counted.kinds) {
      if (this.shown.has(`counted:${id}`)) parts.push({ colour: COUNTED_PLAIN.colour, text: name, shape, line: COUNTED_PLAIN.line });
    }
    if (this.shown.has("sites")) parts.push({ colour: "#111111", text: this.words.suggested_site, shape: "circle" });
    if (this.shown.has("zones")) parts.push({ colour: `${this.page.colours.zone}1f`, text: this.words.layer_zones, line: this.page.colours.zone });
    if (this.shown.has("problems")) parts.push({ colour: "#ffd400", text: this.words.network_problem, shape: "triangle", line: "#222222" });
    if (this.shown.has("centres")) this.page.centres.levels.forEach((one) => parts.push({ colour: "#ffffff", text: one.name, shape: one.shape, line: one.colour }));
    return parts;
  }

  /** Return what stands around the map of a sheet. */
  sheetParts() {
    const { page, words } = this, { name, standard } = page.kinds[this.kind];
    const plan = page.after[this.kind] ? ` · ${words[this.plan]}` : "";
    this.outline = this.outline || districtOutline(page);
    return {
      title: `${document.title} · ${name}${plan}`, legend: this.legendParts(), signs: page.signs.filter(({ layer }) => this.shown.has(layer)),
      block: page.block, notes: [...page.notes, [standard, page.kinds[this.kind].start].filter(Boolean).join("　")], outline: this.outline, isPart: !holdsBox(worldView(this.map), this.outline.box),
      words: { ...words, legend: fill(words.legend, { people: this.whose() }) },
    };
  }

  /** Save what is on the screen, as large as it is there, with what belongs to a sheet around it. */
  async savePicture() {
    const { x: width, y: height } = this.map.getSize(), view = { centre: this.map.getCenter(), zoom: this.map.getZoom() };
    await loadView(this.map, { width, height });
    Sheet.around(this.map, [width, height], this.sheetParts()).draw(view).toBlob((blob) => saveFile(`${this.page.file_name}.png`, blob));
  }

  /** Fill the printed sheet at once: nothing may wait for a frame once printing has begun. */
  fillPrint() {
    const { sheet, k, isWide, view } = paperSheet(this.map, this.paper, this.sheetParts()), canvas = sheet.draw(view, 2 * k);
    canvas.style.width = `${sheet.width * k}px`;
    const box = document.getElementById("sheet");
    box.className = `${this.paper}-${isWide ? "across" : "upright"}`;
    box.replaceChildren(canvas);
    document.getElementById("annex").replaceChildren(...(this.hasAnnex ? annexParts(this) : []));
  }

  /** Print the map on a sheet; with its tables and lists behind it where these are asked for. */
  print(paper, hasAnnex = false) {
    Object.assign(this, { paper, hasAnnex });
    window.print();
    this.hasAnnex = false;
  }
}

async function startPlanner(map) {
  const page = await readPayload("payload");
  const planner = new Planner(map, page);
  planner.measure = new Measure(map, page.words, (isOn) => planner.press("measure", isOn));
  planner.start();
  if (page.sites.length) planner.review = new Review(map, page);
  window.planner = planner;
  document.documentElement.dataset.ready = "1";
  performance.mark("ready");
}

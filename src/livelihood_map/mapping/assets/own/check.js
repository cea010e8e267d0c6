/* The check page: is this compound covered, how far is it, and what about this spot? */
"use strict";

const SHEET = [720, 520];

/** Return a text that begins with the page's `file_name` as the name of a file without ending, as `core/names.py` does. */
function safeName(text) {
  const kept = text.replace(/\p{Cf}/gu, "").normalize("NFC").replace(/[\\/:*?"<>|\p{Cc}\p{Cs}\p{Zl}\p{Zp}\ufffe\uffff]/gu, "_");
  let name = "", room = 120;
  for (const char of kept) {
    room -= new TextEncoder().encode(char).length;
    if (room < 0) break;
    name += char;
  }
  return name.replace(/[\s.]+$/, "");
}

class CheckPage {
  constructor(page) {
    this.page = page;
    this.words = page.words;
    this.kinds = Object.keys(page.coverage);
    this.kind = page.start_kind;
    pictureWords = page.words;
    this.facilityPlaces = decodeLine(page.facilities.points);
    this.sitePlaces = page.sites.map((site) => decodeLine(site.point)[0]);
    this.buildMap();
    this.buildAsk();
    this.buildLegend();
    this.buildSites();
    this.buildLists();
    this.buildActions();
    this.map.invalidateSize({ animate: false });
    this.map.fitBounds(page.bounds, { animate: false, padding: [6, 6] });
    followSize(this.map);
    window.addEventListener("beforeprint", () => this.fillPrint());
    this.link = new ViewLink(this.map, { tell: () => this.tellLink(), show: (told) => this.showLink(told), select: (told) => this.selectLink(told) });
    this.link.read();
  }

  // ---- map ----------------------------------------------------------------------------------

  buildMap() {
    const { page } = this;
    this.map = L.map("map", {
      minZoom: 9, maxZoom: page.max_zoom, zoomSnap: 0.5, zoomControl: false, attributionControl: false,
      preferCanvas: true, fadeAnimation: false,
    });
    this.map.fitBounds(page.bounds, { animate: false, padding: [6, 6] });
    L.control.zoom({ position: "topright", zoomInTitle: this.words.zoom_in, zoomOutTitle: this.words.zoom_out }).addTo(this.map);
    this.renderer = L.canvas({ padding: 0.3, tolerance: 3 }).addTo(this.map);
    for (const layer of Object.values(baseLayers(page.base, page.max_zoom))) {
      keepSheets(this.map, layer, () => [sheetView(this.map, ...SHEET)]);
      layer.addTo(this.map);
    }
    if (page.grid_m) {
      this.service = new ServiceArea(() => ({ kind: this.kind, classes: page.kinds[this.kind].classes }), { maxZoom: page.max_zoom });
      this.service.once("add", async () => this.service.setGrid(await this.lattice()));
    }
    this.residenceLayers = page.residences.map((one, index) => {
      const style = { renderer: this.renderer, weight: 0.7, fillOpacity: 0.85, opacity: 1, bubblingMouseEvents: false };
      const layer = one.shape
        ? L.polygon(decodeShape(one.shape), style)
        : new ShapeMarker(decodeLine(one.point)[0], { ...style, shape: "circle", radius: 5 });
      return bindName(layer, () => one.name).on("click", () => this.askCompound(index)).addTo(this.map);
    });
    townLines(page, this.renderer).addTo(this.map);
    this.outlets = L.layerGroup().addTo(this.map);
    this.siteMarks = new SiteMarks(page.sites, { choose: (index) => this.askSite(index) }).addTo(this.map);
    followFocus(this.map, this.words);
    this.own = page.own_sites.map((index) => page.sites[index]);
    page.sites.forEach((site, index) => { site.layer = this.siteMarks.marks[index]; });
    for (const site of page.sites) site.layer.getElement().classList.toggle("foreign", !this.own.includes(site));
    this.addNames();
    this.found = L.layerGroup().addTo(this.map);
    this.map.on("click", ({ latlng }) => { if (!this.review || !this.review.isPlacing) this.askPlace(latlng); });
    this.map.on("zoomend", () => this.resize());
    this.paint();
  }

  addNames() {
    const { page } = this, { facilities, facility_kinds: kinds } = page;
    const outlets = facilities.name.map((name, index) => ({
      kind: "outlet", text: name, xy: projectPlace(this.facilityPlaces[index]), isShown: () => kinds[facilities.kind[index]].id === this.kind,
    }));
    this.names = new NameLayer([...nameItems(page), ...compoundItems(page.residences), ...outlets],
      (...view) => this.siteMarks.boxes(...view)).addTo(this.map);
  }

  paint() {
    const cover = this.page.coverage[this.kind], { classes } = this.page.kinds[this.kind];
    this.residenceLayers.forEach((layer, index) => {
      const one = classes[cover.band[index]];
      layer.setStyle({ color: one.line, fillColor: one.colour, isHatched: one.is_lacking });
    });
    this.outlets.clearLayers();
    const { facilities, facility_kinds: kinds } = this.page;
    this.outletLayers = [];
    facilities.kind.forEach((number, index) => {
      if (kinds[number].id !== this.kind) return;
      const isOpen = facilities.status[index] === "operating";
      const layer = new ShapeMarker(this.facilityPlaces[index], {
        renderer: this.renderer, interactive: false, shape: kinds[number].shape, radius: 4, fillOpacity: 1,
        color: isOpen ? "#ffffff" : kinds[number].colour, weight: 0.8, fillColor: isOpen ? kinds[number].colour : "#ffffff",
      });
      this.outletLayers.push(layer.addTo(this.outlets));
    });
    if (this.service) this.service.redraw();
    this.resize();
    this.names.write();
  }

  resize() {
    const zoom = this.map.getZoom(), isDense = this.outletLayers.length > 300;
    const radius = zoom < 12 ? (isDense ? 1.6 : 2.6) : zoom < 14 ? (isDense ? 2.6 : 4) : zoom < 16 ? 5 : 7;
    for (const layer of this.outletLayers) layer.setRadius(radius);
    this.map.getContainer().classList.toggle("far", zoom < 12);
  }

  // ---- asking -------------------------------------------------------------------------------

  buildAsk() {
    const { page, words } = this;
    const items = page.residences.map((one, index) => ({
      name: one.name, spelling: page.spellings.residences[index], index,
      detail: [one.town, one.population === null ? null : fill(words.residents_n, { people: whole(one.population) })].filter(Boolean).join(" · "),
    }));
    this.box = new SearchBox({
      id: "search", words: { ...words, search_hint: words.check_hint, search: words.check_search }, index: new NameIndex(items),
      onChoose: (item) => { this.askCompound(item.index); this.show(item.index); },
    });
    const button = (id, name, action) => el("button", { type: "button", class: "plain", id, onclick: action }, name);
    document.getElementById("ask").append(this.box.node, el("div", { class: "buttons" },
      button("centre", words.check_centre, () => this.askPlace(this.map.getCenter())),
      navigator.geolocation ? button("locate", words.locate, () => this.locate()) : "",
      page.sites.length ? button("ours", this.sitesHeading(), () => this.showOwn()) : ""));
    this.answerBox = document.getElementById("answer");
    this.answerBox.replaceChildren(el("p", { class: "note" }, page.grid_m ? words.check_start : words.check_start_no_grid));
  }

  show(index) {
    this.lookAt(layerPlace(this.residenceLayers[index]), 15);
  }

  lookAt(place, zoom) {
    this.map.setView(place, Math.max(this.map.getZoom(), zoom), { animate: false });
  }

  /** Ask where the reader stands; the browser asks for leave first. */
  locate() {
    const { words } = this, tell = (line) => this.tell("", el("p", { class: "note" }, line));
    tell(words.locating);
    navigator.geolocation.getCurrentPosition(({ coords }) => {
      const place = L.latLng(coords.latitude, coords.longitude);
      this.lookAt(place, 16);
      this.askPlace(place).then(() => {
        L.circle(place, { renderer: this.renderer, interactive: false, radius: coords.accuracy, color: "#1d4f7c", weight: 1, fillOpacity: 0.08 }).addTo(this.found);
        this.answerBox.append(el("p", { class: "note" }, fill(words.located, { metres: whole(coords.accuracy) })));
      });
    }, () => tell(words.locate_failed), { enableHighAccuracy: true, timeout: 20000, maximumAge: 60000 });
  }

  askCompound(index) {
    const one = this.page.residences[index], latlng = layerPlace(this.residenceLayers[index]);
    const read = (table, kind) => {
      const cover = table[kind];
      if (!cover) return null;
      return { walk_m: cover.walk_m[index], walk_min: cover.walk_min[index], band: cover.band[index], facility: cover.facility[index], dwelling: dwellingNote(this.words, cover, index) };
    };
    this.answer({
      title: one.name, latlng, index,
      subtitle: [one.town, one.population === null ? null : fill(this.words.residents_n, { people: whole(one.population) })].filter(Boolean).join(" · "),
      isGrid: false, isInferred: this.page.inferred_gates.includes(index),
      rows: this.kinds.map((kind) => ({
        kind, ...read(this.page.coverage, kind), after: read(this.page.after, kind),
        reason: this.page.reasons[kind] ? this.page.reasons[kind][index] : "",
      })),
    });
  }

  /** Return the lattice, unpacked when it is first asked for. */
  async lattice() {
    if (!this.grid) this.grid = new WalkGrid(await readPayload("grid"));
    return this.grid;
  }

  async askPlace(latlng) {
    if (!this.page.grid_m) {
      this.answerBox.replaceChildren(el("p", { class: "note" }, this.words.check_start_no_grid));
      return;
    }
    await this.lattice();
    const cell = this.grid.cellAt(latlng);
    const title = `${latlng.lng.toFixed(5)}, ${latlng.lat.toFixed(5)}`;
    if (cell < 0) {
      this.tell(this.words.clicked_place, el("p", {}, this.words.check_outside));
      return;
    }
    this.answer({
      title: this.words.clicked_place, subtitle: title, latlng, isGrid: true, cell,
      rows: this.kinds.map((kind) => {
        const { walk_m: walk, facility } = this.grid.answer(kind, cell);
        return {
          kind, walk_m: walk, walk_min: walk === null ? null : walk / this.page.metres_per_minute,
          band: this.grid.band(this.page.kinds[kind].classes, walk), facility, after: null, reason: "",
        };
      }),
    });
  }

  askSite(index) {
    const site = this.page.sites[index], { words } = this, place = site.layer.getLatLng();
    this.tell(`${site.rank}. ${site.name}`,
      el("p", { class: "subtitle" }, [words.suggested_site, this.page.site_kind_name, site.town].filter(Boolean).join(" · ")),
      otherSites(this.map, words, site, this.siteMarks.othersAt(index)),
      el("div", { class: "card" }, cardTable(siteRows(this.page, site))), crowdNote(this.page, site, "gained_"),
      site.reason ? el("p", { class: "reason" }, site.reason) : null,
      this.own.includes(site) ? this.review.form(site) : el("p", { class: "note" }, words.site_of_others));
    L.circleMarker(place, { renderer: this.renderer, interactive: false, radius: 20, color: "#b00020", weight: 2.5, fill: false }).addTo(this.found);
    this.chosen = ["site", place];
    this.link.note();
  }

  // ---- answering ----------------------------------------------------------------------------

  /** Show what is no answer about walks: a site, or why there is none. */
  tell(title, ...nodes) {
    this.found.clearLayers();
    this.current = this.chosen = null;
    for (const button of document.querySelectorAll("[data-needs-answer]")) button.disabled = true;
    this.answerBox.replaceChildren(...[title ? el("h2", {}, title) : null, ...nodes].filter(Boolean));
    this.reveal();
  }

  verdict(kind, walk) {
    return judgeWalk(this.words, this.page.kinds[kind], walk);
  }

  /** Return why a place is not covered, in words. */
  cause(row) {
    const { threshold_m: threshold, aim_m: aim } = this.page.kinds[row.kind], { words } = this;
    if (row.walk_m === null) return row.reason || words.reason_unreachable;
    if (row.walk_m > threshold) return fill(words.reason_beyond, { excess: whole(row.walk_m - threshold), limit: whole(threshold) });
    if (row.walk_m > aim) return fill(words.reason_beyond, { excess: whole(row.walk_m - aim), limit: whole(aim) });
    return "";
  }

  facilityText(index) {
    const { facilities } = this.page;
    return [outletName(this.page, index), facilities.address[index]].filter(Boolean);
  }

  answer(found) {
    this.current = found;
    this.chosen = [found.isGrid ? "place" : "compound", found.latlng];
    const { words, page } = this;
    const signs = { good: "✓", fair: "△", bad: "✗" };
    const cards = found.rows.map((row) => {
      const info = page.kinds[row.kind], [grade, text] = this.verdict(row.kind, row.walk_m);
      const cause = this.cause(row);
      const isBetter = row.after && row.after.walk_m !== null && (row.walk_m === null || row.after.walk_m < row.walk_m);
      return el("section", { class: `kind-card ${grade}`, "data-kind": row.kind },
        el("h3", {}, info.name, el("span", { class: "grade" }, `${signs[grade]} ${text}`)),
        row.walk_m === null ? null : el("p", { class: "walk" },
          el("strong", {}, fill(words.minutes, { minutes: Math.round(row.walk_min) })), " · ", fill(words.metres, { metres: whole(row.walk_m) }),
          el("span", { class: "tier" }, el("span", { class: "chip", colour: info.classes[row.band].colour }), " ", info.classes[row.band].name),
          row.dwelling),
        row.facility === null ? null : el("p", { class: "place" }, words.nearest, " ", el("b", {}, this.facilityText(row.facility)[0]),
          this.facilityText(row.facility)[1] ? el("small", {}, this.facilityText(row.facility)[1]) : null),
        cause ? el("p", { class: "cause" }, cause) : null,
        isBetter ? el("p", { class: "later" }, fill(words.after_walk, {
          minutes: Math.round(row.after.walk_min), metres: whole(row.after.walk_m),
        })) : null);
    });
    const near = this.nearSites(found.latlng);
    this.answerBox.replaceChildren(
      el("h2", {}, found.title, found.isGrid ? el("span", { class: "badge estimated" }, words.grid_estimate) : null),
      el("p", { class: "subtitle" }, found.subtitle),
      found.isInferred ? el("p", { class: "note inferred" }, words.gate_inferred_note) : "",
      ...cards, ...absentNotes(this.page),
      found.rows.some((row) => row.facility !== null) ? el("p", { class: "note" }, words.lines_note) : "",
      near.length ? el("section", { class: "near" }, el("h3", {}, words.sites_near),
        el("ul", { class: "list" }, near.map(({ site, metres }) => this.siteItem(site, fill(words.straight_metres, { metres: whole(metres) }))))) : "");
    this.mark(found);
    for (const button of document.querySelectorAll("[data-needs-answer]")) button.disabled = false;
    this.reveal();
    this.link.note();
  }

  /** Bring the answer into sight where it lies beyond the screen, as on a phone after a tap on the map. */
  reveal() {
    const { top } = this.answerBox.getBoundingClientRect();
    if (top < 0 || top > window.innerHeight - 80) this.answerBox.scrollIntoView({ block: "start" });
  }

  /** Lead the keyboard from a list into the answer; Escape leads back. */
  enterAnswer() {
    const before = document.activeElement, { answerBox: box } = this;
    box.onkeydown = (event) => { if (event.key === "Escape" && document.contains(before)) before.focus(); };
    box.focus();
  }

  nearSites(latlng) {
    return this.page.sites.map((site, index) => ({ site, metres: this.map.distance(latlng, this.sitePlaces[index]) }))
      .filter(({ metres }) => metres <= 1500).sort((a, b) => a.metres - b.metres).slice(0, 3);
  }

  mark(found) {
    this.found.clearLayers();
    for (const row of found.rows) {
      if (row.facility === null) continue;
      const kind = this.page.facility_kinds[this.page.facilities.kind[row.facility]], place = this.facilityPlaces[row.facility];
      L.polyline([found.latlng, place], { renderer: this.renderer, interactive: false, color: kind.colour, weight: 2, dashArray: "2 5" }).addTo(this.found);
      new ShapeMarker(place, {
        renderer: this.renderer, interactive: false, shape: kind.shape, radius: 8, color: "#ffffff", weight: 2, fillColor: kind.colour, fillOpacity: 1,
      }).addTo(this.found);
    }
    if (found.isGrid) {
      L.rectangle(this.grid.bounds(found.cell), { renderer: this.renderer, interactive: false, color: "#111111", weight: 1.5, fill: false }).addTo(this.found);
    }
    new ShapeMarker(found.latlng, {
      renderer: this.renderer, interactive: false, shape: "circle", radius: 7, color: "#ffffff", weight: 2.5, fillColor: "#b00020", fillOpacity: 1,
    }).addTo(this.found);
  }

  // ---- legend ---------------------------------------------------------------------------------

  buildLegend() {
    const { words, page } = this;
    const kinds = el("div", { class: "choices", role: "radiogroup", "aria-label": words.kind },
      this.kinds.map((kind) => el("label", { class: "choice" },
        el("input", { type: "radio", name: "kind", value: kind, checked: kind === this.kind, onchange: () => this.choose(kind) }),
        el("span", {}, page.kinds[kind].name))));
    this.legend = el("ul", { class: "legend-line" });
    const service = this.service && el("label", { class: "row" },
      el("input", { type: "checkbox", id: "service", onchange: (event) => this.showService(event.target.checked) }),
      el("span", {}, fill(words.service_grid, { step: page.grid_m })));
    document.getElementById("legend").append(kinds, ...absentNotes(page), this.legend, service || "");
    this.updateLegend();
  }

  showService(isShown) {
    document.getElementById("service").checked = isShown;
    if (isShown) this.service.addTo(this.map); else this.service.remove();
    this.link.note();
  }

  legendParts() {
    const cover = this.page.coverage[this.kind], { classes, name } = this.page.kinds[this.kind];
    const parts = classes.filter((one, index) => !one.is_rare || cover.band.includes(index)).map((one) => ({ colour: one.colour, text: one.name, line: one.line, isHatched: one.is_lacking }));
    const symbol = this.page.facility_kinds.find((one) => one.id === this.kind);
    if (symbol) parts.push({ colour: symbol.colour, text: name, shape: symbol.shape });
    if (this.page.sites.length) parts.push({ colour: "#111111", text: this.words.suggested_site, shape: "circle" });
    return parts;
  }

  updateLegend() {
    this.legend.replaceChildren(...this.legendParts().map(({ colour, text, shape }) => el("li", {},
      shape ? symbolIcon(shape, colour, "#ffffff") : el("span", { class: "chip", colour }), " ", text)));
    const { standard, start } = this.page.kinds[this.kind];
    document.getElementById("standard").replaceChildren(text([standard, start].filter(Boolean).join("　")));
  }

  choose(kind) {
    this.kind = kind;
    this.paint();
    for (const box of document.querySelectorAll('input[name="kind"]')) box.checked = box.value === kind;
    this.updateLegend();
    this.fillList();
    if (this.current) this.mark(this.current);
    this.link.note();
  }

  // ---- suggested sites ------------------------------------------------------------------------

  sitesHeading() {
    return fill(this.page.is_town ? this.words.own_sites : this.words.all_sites, { count: this.own.length });
  }

  /** Return an entry of a list that leads to a site. */
  siteItem(site, detail) {
    return el("li", {}, el("button", {
      type: "button", onclick: () => { this.lookAt(site.layer.getLatLng(), 15); this.askSite(this.page.sites.indexOf(site)); this.enterAnswer(); },
    }, el("span", { class: site.is_host ? "site-mark small host" : "site-mark small" }, site.rank),
    el("span", { class: "text" }, site.name, el("small", {}, detail)), el("span", { class: "verdict", "data-site": site.id })));
  }

  buildSites() {
    const { page, words, own } = this;
    if (!page.sites.length) return;
    this.ownList = el("details", { ontoggle: () => this.markOwn() }, el("summary", {}, this.sitesHeading()),
      el("div", { id: "review" }),
      el("ol", { class: "list" }, own.map((site) => this.siteItem(site, `${words.gained} ${crowdText(words, site, "gained_")}`))));
    document.getElementById("sites").append(this.ownList);
    this.review = new Review(this.map, page, own);
  }

  /** Show which sites are the area's own: all of them on the map, and the list of them. */
  showOwn() {
    this.ownList.open = true;
    this.markOwn();
    const side = document.getElementById("side");
    side.scrollTop += this.ownList.getBoundingClientRect().top - side.getBoundingClientRect().top; // on a phone the map stays in sight
    if (this.own.length) this.map.fitBounds(L.latLngBounds(this.own.map((site) => site.layer.getLatLng())), { animate: false, padding: [50, 50], maxZoom: 15 });
  }

  markOwn() {
    this.map.getContainer().classList.toggle("own-only", this.ownList.open);
    this.link.note();
  }

  // ---- link -----------------------------------------------------------------------------------

  tellLink() {
    const told = [["kind", this.kind]];
    if (this.service && this.map.hasLayer(this.service)) told.push(["layer", "service"]);
    if (this.ownList && this.ownList.open) told.push(["layer", "sites"]);
    if (this.chosen) told.push(["card", this.chosen[0]], ["at", placeText(this.chosen[1])]);
    return told;
  }

  showLink(told) {
    const kind = told.get("kind"), layers = told.getAll("layer");
    if (this.kinds.includes(kind)) this.choose(kind);
    if (this.service) this.showService(layers.includes("service"));
    if (this.ownList) this.ownList.open = layers.includes("sites");
  }

  selectLink(told) {
    const place = linkedPlace(told.get("at")), what = told.get("card");
    if (!place) return;
    if (what === "place") this.askPlace(place);
    const layers = { compound: this.residenceLayers, site: this.siteMarks.marks }[what], found = layers ? layers.indexOf(layerAt(layers, place)) : -1;
    if (found >= 0) (what === "site" ? this.askSite(found) : this.askCompound(found));
  }

  // ---- lists and actions ----------------------------------------------------------------------

  buildLists() {
    this.list = el("ol", { class: "list" });
    this.listHead = el("summary", {});
    document.getElementById("lists").append(el("details", {}, this.listHead, this.list));
    this.fillList();
  }

  uncovered() {
    const cover = this.page.coverage[this.kind], { aim_m: aim } = this.page.kinds[this.kind];
    return this.page.residences.map((one, index) => ({ one, index, walk: cover.walk_m[index] }))
      .filter(({ walk, index }) => (walk === null || walk > aim) && cover.band[index] !== this.page.kinds[this.kind].classes.length - 1)
      .sort((a, b) => (b.one.population || 0) - (a.one.population || 0) || a.index - b.index);
  }

  fillList() {
    const { words } = this, lacking = this.uncovered();
    this.listHead.replaceChildren(text(fill(words.uncovered_list, {
      kind: this.page.kinds[this.kind].name, count: lacking.length, limit: whole(this.page.kinds[this.kind].aim_m),
    })));
    this.list.replaceChildren(...lacking.map(({ one, index, walk }) => el("li", {}, el("button", {
      type: "button", onclick: () => { this.askCompound(index); this.show(index); this.enterAnswer(); },
    }, el("span", { class: "text" }, one.name, el("small", {}, [one.town, one.population === null ? null : fill(words.residents_n, { people: whole(one.population) })].filter(Boolean).join(" · "))),
    el("span", { class: "count" }, walk === null ? words.out_of_reach : fill(words.metres, { metres: whole(walk) }),
      dwellingNote(words, this.page.coverage[this.kind], index))))));
  }

  buildActions() {
    const { words } = this;
    const button = (text, action, needsAnswer) => el("button", {
      type: "button", class: "plain", onclick: action, disabled: needsAnswer, "data-needs-answer": needsAnswer,
    }, text);
    document.getElementById("actions").append(
      button(words.save_answer_csv, () => this.saveAnswer(), true),
      button(words.save_all_csv, () => this.saveAll(), false),
      button(words.save_picture, () => this.savePicture(), false),
      button(words.print, () => window.print(), false));
  }

  headings() {
    const { words } = this;
    return [words.compound, words.town, words.residents, words.kind, words.walk_metres, words.walk_minutes, words.nearest_outlet,
      words.result, words.cause, words.after_metres, words.method, words.standard_heading];
  }

  /** Return how an answer was found, for lists. */
  method({ isGrid, isInferred }) {
    const { words } = this;
    return isGrid ? words.grid_estimate : isInferred ? words.measured_inferred : words.measured_way;
  }

  line(name, town, people, row, method) {
    const { page, words } = this;
    return [name, town, people, page.kinds[row.kind].name, row.walk_m, row.walk_min === null ? null : Math.round(row.walk_min),
      row.facility === null ? "" : outletName(page, row.facility), this.verdict(row.kind, row.walk_m)[1], this.cause(row),
      row.after ? row.after.walk_m : "", method, page.kinds[row.kind].standard];
  }

  notes() {
    return this.page.marks.map((line) => [line]);
  }

  saveAnswer() {
    const { current } = this, one = current.isGrid ? { town: "", population: "" } : this.page.residences[current.index];
    const name = current.isGrid ? `${current.title} ${current.subtitle}` : current.title;
    const rows = current.rows.map((row) => this.line(name, one.town, one.population, row, this.method(current)));
    const named = `${this.page.file_name}_${current.isGrid ? this.words.clicked_place : current.title}`;
    saveFile(`${safeName(named)}.csv`, csvText([this.headings(), ...rows, ...this.notes()]), "text/csv");
  }

  saveAll() {
    const rows = [];
    this.page.residences.forEach((one, index) => this.kinds.forEach((kind) => {
      const read = (table) => table[kind] && {
        walk_m: table[kind].walk_m[index], walk_min: table[kind].walk_min[index], facility: table[kind].facility[index],
      };
      const row = { kind, ...read(this.page.coverage), after: read(this.page.after), reason: this.page.reasons[kind] ? this.page.reasons[kind][index] : "" };
      rows.push(this.line(one.name, one.town, one.population, row, this.method({ isInferred: this.page.inferred_gates.includes(index) })));
    }));
    saveFile(`${this.page.file_name}.csv`, csvText([this.headings(), ...rows, ...this.notes()]), "text/csv");
  }

  answerLines() {
    const { current, page, words } = this;
    if (!current) return [];
    return [`${current.title} ${current.subtitle}${current.isGrid || current.isInferred ? ` · ${this.method(current)}` : ""}`,
      ...current.rows.map((row) => {
        const walk = row.walk_m === null ? "" : `${fill(words.minutes, { minutes: Math.round(row.walk_min) })} · ${fill(words.metres, { metres: whole(row.walk_m) })}`;
        const place = row.facility === null ? "" : outletName(page, row.facility);
        return [page.kinds[row.kind].name, this.verdict(row.kind, row.walk_m)[1], walk, place].filter(Boolean).join(" · ");
      }), ...page.absent];
  }

  framed(size) {
    return framePicture(drawPicture(this.map, size), {
      title: `${document.title} · ${this.page.kinds[this.kind].name}`, legend: this.legendParts(),
      lines: [this.page.marks[0], ...this.answerLines(), ...this.page.marks.slice(1)],
    });
  }

  async savePicture() {
    const { x, y } = this.map.getSize(), size = { width: Math.max(x, 640), height: Math.max(y, 420) };
    await loadView(this.map, size);
    this.framed(size).toBlob((blob) => saveFile(`${this.page.file_name}.png`, blob));
  }

  fillPrint() {
    document.getElementById("sheet").replaceChildren(drawPicture(this.map, sheetView(this.map, ...SHEET)));
    document.getElementById("annex").replaceChildren(...(this.ownList && this.ownList.open
      ? [el("h2", {}, this.sitesHeading()), siteTable(this.page, this.own, this.review)] : []));
  }
}

async function startCheck() {
  const page = await readPayload("payload");
  window.check = new CheckPage(page);
  document.documentElement.dataset.ready = "1";
  performance.mark("ready");
}

startCheck();

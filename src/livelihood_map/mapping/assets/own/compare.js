/* Today and with the sites open, side by side; both views move together. */
"use strict";

class CompareMap {
  constructor(planner) {
    this.planner = planner;
    const { map, page, words } = planner;
    planner.choose(planner.kind, "before");
    this.box = el("div", { id: "compare", class: "folium-map second", role: "region", "aria-label": words.after });
    map.getContainer().after(this.box);
    this.makeRoom();
    this.map = L.map(this.box, {
      center: map.getCenter(), zoom: map.getZoom(), crs: map.options.crs, minZoom: map.getMinZoom(), maxZoom: map.getMaxZoom(),
      zoomSnap: map.options.zoomSnap, zoomControl: false, attributionControl: false, preferCanvas: true,
    });
    this.renderer = L.canvas({ padding: 0.3, tolerance: 3 }).addTo(this.map);
    this.titles = [el("div", { class: "plan-name" }, words.before), el("div", { class: "plan-name" }, words.after)];
    map.getContainer().append(this.titles[0]);
    this.box.append(this.titles[1]);
    this.draw(page);
    this.lead = (from, to) => () => {
      if (this.isFollowing) return;
      this.isFollowing = true;
      to.setView(from.getCenter(), from.getZoom(), { animate: false });
      this.isFollowing = false;
    };
    followFocus(this.map, words);
    this.fromFirst = this.lead(map, this.map);
    map.on("move", this.fromFirst);
    this.map.on("move", this.lead(this.map, map));
  }

  /** Halve the map: what was in sight whole stays so, all else keeps its middle and its scale. */
  makeRoom() {
    const { map, page } = this.planner, isWhole = holdsBox(worldView(map), districtOutline(page).box);
    this.before = mapView(map);
    document.body.classList.add("comparing");
    map.invalidateSize({ animate: false });
    if (isWhole) map.fitBounds(page.bounds, { animate: false, padding: [8, 8] });
    else showView(map, this.before);
    this.opened = mapView(map);
  }

  draw(page) {
    for (const layer of Object.values(baseLayers(page.base, page.max_zoom))) layer.addTo(this.map);
    this.residences = page.residences.map((one, index) => {
      const style = { renderer: this.renderer, weight: 0.6, fillOpacity: 0.85, opacity: 1 };
      const layer = one.shape
        ? L.polygon(decodeShape(one.shape), style)
        : new ShapeMarker(decodeLine(one.point)[0], { ...style, shape: "circle", radius: 4 });
      return bindCard(layer, () => this.planner.compounds.card(index)).addTo(this.map);
    });
    townLines(page, this.renderer).addTo(this.map);
    this.marks = new SiteMarks(page.sites).addTo(this.map);
    this.names = new NameLayer(nameItems(page), (...view) => this.marks.boxes(...view)).addTo(this.map);
    this.outlets = L.layerGroup().addTo(this.map);
    this.veil = townVeil(this.renderer);
    this.areas = this.planner.service.layer(() => "after");
    this.map.on("zoomend", () => this.resize());
    this.paint();
  }

  paint() {
    const { planner } = this, cover = planner.coverage(planner.kind, "after");
    const { classes } = planner.page.kinds[planner.kind];
    this.residences.forEach((layer, index) => {
      const one = classes[cover.band[index]];
      layer.setStyle({ color: one.line, fillColor: one.colour, isHatched: one.is_lacking });
    });
    if (planner.shown.has("service")) this.areas.addTo(this.map).redraw(); else this.areas.remove();
    const isTheirs = planner.kind === planner.page.site_kind;
    this.marks.limit(({ town }) => isTheirs && planner.isHere(town));
    this.fillOutlets();
    this.resize();
    planner.towns.layVeil(this.veil, this.map);
    this.names.write();
  }

  /** Show the outlets of the chosen kind that operate, as far as they lie in the chosen town. */
  fillOutlets() {
    const { planner } = this, { facilities, facility_kinds: kinds } = planner.page, places = decodeLine(facilities.points);
    this.outlets.clearLayers();
    facilities.kind.forEach((number, index) => {
      if (kinds[number].id !== planner.kind || facilities.status[index] !== "operating" || !planner.isHere(facilities.town[index])) return;
      new ShapeMarker(places[index], {
        renderer: this.renderer, interactive: false, shape: kinds[number].shape, number,
        color: "#ffffff", weight: 0.8, fillColor: kinds[number].colour, fillOpacity: 1,
      }).addTo(this.outlets);
    });
  }

  /** Draw marks as large as beside. */
  resize() {
    const zoom = this.map.getZoom();
    this.outlets.eachLayer((layer) => this.planner.outlets.fitMark(layer, layer.options.number, zoom));
    for (const layer of this.residences) if (layer.setRadius) layer.setRadius(markRadius(zoom) * 0.9);
  }

  /** Give the map its room back, at the view that it had unless the reader has gone elsewhere since. */
  remove() {
    const { map } = this.planner, now = mapView(map);
    map.off("move", this.fromFirst);
    for (const title of this.titles) title.remove();
    this.map.remove();
    this.box.remove();
    document.body.classList.remove("comparing");
    map.invalidateSize({ animate: false });
    showView(map, isSameView(map, now, this.opened) ? this.before : now);
  }
}

/* What changes that are tried out look like on the map: what is opened, moved and gone, who gains and who loses. */
"use strict";

const WHATIF_INK = { open: "#0a6b35", gone: "#a1151f" };

class WhatIfMarks {
  constructor(whatIf) {
    const { planner, walks } = whatIf;
    Object.assign(this, { whatIf, planner, walks, page: planner.page });
    this.group = L.layerGroup().addTo(planner.map);
  }

  /** Return the walks to the shown kind before and after the changes, and how one becomes another. */
  walked() {
    const { scenario } = this.whatIf, { kind } = this.planner, walk = (mm) => (mm < 0 ? null : mm / 1000);
    return { before: scenario.before(kind), after: scenario.measure(kind), change: (before, after) => changeOf(walk(before), walk(after), this.page.kinds[kind]) };
  }

  /** Return the classes of who gains and who loses, and that of each compound, in place of the map's own. */
  painted() {
    const { page, planner, walks: { pack } } = this, { aim_m: aim, threshold_m: threshold } = page.kinds[planner.kind];
    const { before, after, change } = this.walked(), band = page.residences.map(() => UNCHANGED);
    const first = middlePoints(pack, before), last = middlePoints(pack, after);
    first.forEach((d, home) => { if (home < band.length) band[home] = change(before.mm[d], after.mm[last.get(home)]); });
    const metres = { change_covered: threshold, change_met: aim, change_unmet: aim, change_uncovered: threshold };
    return {
      classes: CHANGES.map(({ word, ...look }, index) => ({
        is_lacking: false, is_rare: index !== UNCHANGED, ...look, name: fill(planner.words[word], { metres: metres[word] }),
      })),
      band,
    };
  }

  /** Return the demand point of each workplace, school and station of the page, -1 for none. */
  demands() {
    this.demand = this.demand || decodeLine(this.page.counted.points).map(([lat, lng]) => this.walks.demandAt({ lat, lng }));
    return this.demand;
  }

  /** Return the row on the page of the workplace, school or station that a demand point is, -1 for none. */
  countedAt(demand) {
    return this.demands().indexOf(demand);
  }

  /** Return what becomes of each whom the shown kind counts, by its row on the page. */
  counted() {
    const { before, after, change } = this.walked(), found = new Map();
    if (this.planner.counted.walks()) this.demands().forEach((d, index) => { if (d >= 0) found.set(index, change(before.mm[d], after.mm[d])); });
    return found;
  }

  draw() {
    this.group.clearLayers();
    if (!this.whatIf.hasEdits()) return;
    const { state, edits } = this.whatIf.scenario, { pack } = this.walks, first = this.whatIf.scenario.states[0];
    state.outlets.forEach((one, outlet) => {
      const old = first.outlets[outlet], isMoved = old && (old.x !== one.x || old.y !== one.y);
      if (old && !isMoved && old.isOpen === one.isOpen) return;
      if (one.isOpen) this.drawOutlet(outlet, one);
      if (old && old.isOpen && (isMoved || !one.isOpen)) this.drawGone(old);
    });
    for (const { action, places } of edits) {
      if (action === "path") L.polyline(places.map(({ lon, lat }) => [lat, lon]), { renderer: this.walks.renderer, interactive: false, color: WHATIF_INK.open, weight: 4 }).addTo(this.group);
    }
    state.gates.forEach((gate, number) => {
      const old = number < pack.gates.n ? first.gates[number] : null;
      if (old && old.isOpen === gate.isOpen) return;
      const { lon, lat } = this.whatIf.placeOf("gate", number);
      new ShapeMarker([lat, lon], { renderer: this.planner.renderer, shape: gate.isOpen ? "square" : "crossed", radius: 6, color: "#ffffff", weight: 1.5, fillColor: gate.isOpen ? WHATIF_INK.open : WHATIF_INK.gone, fillOpacity: 1, interactive: false }).addTo(this.group);
    });
  }

  /** Draw an outlet that the changes have put where it is; it may be dragged on. */
  drawOutlet(outlet, one) {
    const { lon, lat } = this.whatIf.placeOf("outlet", outlet), name = this.walks.nameOf(this.whatIf.scenario, outlet);
    const mark = L.marker([lat, lon], {
      draggable: true, alt: name, title: name, zIndexOffset: 3000, keyboard: true,
      icon: letterIcon("site", 26, { class: "site-mark whatif" }, "+"), picture: numberPainter("+", true),
    }).addTo(this.group);
    mark.on("dragend", () => {
      this.whatIf.make(this.whatIf.scenario.moveOutlet(outlet, pointedAt(mark.getLatLng())));
    });
    bindCard(mark, () => placeCard(name, this.walks.look(this.walks.pack.kinds[one.kind].id).name, [], this.whatIf.ways("number", outlet)));
  }

  drawGone({ x, y }) {
    const [lon, lat] = this.walks.pack.projection.degrees(x, y);
    new ShapeMarker([lat, lon], { renderer: this.planner.renderer, shape: "crossed", radius: 7, color: WHATIF_INK.gone, weight: 2.5, fillColor: "#ffffff", fillOpacity: 0.9, interactive: false }).addTo(this.group);
  }

  /** Show all that was changed. */
  fit() {
    const bounds = L.latLngBounds([]);
    this.group.eachLayer((layer) => { if (layer.getBounds) bounds.extend(layer.getBounds()); else bounds.extend(layer.getLatLng()); });
    if (bounds.isValid()) this.planner.map.fitBounds(bounds, { maxZoom: 15, padding: [60, 60], animate: false });
  }
}

/* The outlets of the planner's map: a layer a kind, chosen by status too, and their cards. */
"use strict";

/** Return the radius of a mark at a zoom, pixels. */
function markRadius(zoom) {
  return zoom < 11 ? 1.6 : zoom < 12 ? 2.4 : zoom < 13 ? 3.4 : zoom < 15 ? 4.8 : zoom < 17 ? 6.5 : 8;
}

class Outlets {
  constructor(planner) {
    Object.assign(this, { planner, page: planner.page, words: planner.words });
    const points = decodeLine(this.page.facilities.points);
    this.marks = [];
    this.counts = this.page.facility_kinds.map(() => 0);
    for (const kind of this.page.facilities.kind) this.counts[kind] += 1;
    this.page.facility_kinds.forEach((kind) => {
      this.planner.layers[`facility:${kind.id}`] = this.planner.layerGroup((layer) => this.card(layer.options.number),
        (layer) => this.page.facilities.name[layer.options.number]);
    });
    points.forEach((point, index) => {
      const kind = this.page.facility_kinds[this.page.facilities.kind[index]];
      const status = this.page.facilities.status[index];
      const isOpen = status === "operating";
      const layer = new ShapeMarker(point, {
        renderer: this.planner.renderer, shape: kind.shape, radius: 4, number: index,
        color: isOpen ? "#ffffff" : kind.colour, weight: isOpen ? 0.8 : 1.6,
        fillColor: isOpen ? kind.colour : "#ffffff", fillOpacity: status === "closed" ? 0.2 : 1,
      });
      this.marks.push(layer);
    });
    this.statuses = new Set(this.page.facilities.status);
    this.fill();
    this.showKind();
  }

  /** Put the outlets of the chosen statuses into the layers of their kinds. */
  fill() {
    const { facilities, facility_kinds: kinds } = this.page;
    for (const kind of kinds) this.planner.layers[`facility:${kind.id}`].clearLayers();
    this.marks.forEach((layer, index) => {
      if (this.statuses.has(facilities.status[index]) && this.planner.isHere(facilities.town[index])) layer.addTo(this.planner.layers[`facility:${kinds[facilities.kind[index]].id}`]);
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
            this.fill();
            this.planner.order();
            this.planner.rename();
          },
        }), symbolIcon("circle", status === "operating" ? "#444444" : "#ffffff", status === "operating" ? "#ffffff" : "#444444"),
        el("span", {}, this.page.status_names[status]), el("span", { class: "count" }, whole(counts[status])))));
  }

  /** Show the outlets of the chosen kind; in a whole city, where they would hide all else, only when some were asked for. */
  showKind() {
    const { facility_kinds: kinds } = this.page;
    const isWanted = !this.planner.isDivided() || kinds.some(({ id }) => this.planner.shown.has(`facility:${id}`));
    for (const { id } of kinds) this.planner.show(`facility:${id}`, isWanted && id === this.planner.kind);
  }

  /** Draw the marks as large as they are at a zoom: smaller from afar where there are many of a kind. */
  resize(zoom) {
    this.marks.forEach((layer, index) => this.fitMark(layer, this.page.facilities.kind[index], zoom));
  }

  /** Draw a mark of a kind, by its number, as large as it is at a zoom. */
  fitMark(layer, kind, zoom) {
    const isDense = this.counts[kind] > 300;
    layer.setRadius(isDense && zoom < 11 ? 0.9 : isDense && zoom < 13 ? 1.5 : isDense && zoom < 15 ? 3.4 : markRadius(zoom));
    if (isDense) layer.setStyle({ weight: zoom < 13 ? 0.3 : 0.8 });
  }

  card(index) {
    const { facilities } = this.page;
    const kind = this.page.facility_kinds[facilities.kind[index]];
    const subtitle = [kind.name, facilities.subtype[index]].filter(Boolean).join(" · ");
    return placeCard(facilities.name[index], subtitle, [
      [this.words.status, this.page.status_names[facilities.status[index]]],
      [this.words.serves, facilities.residents_only.includes(index) ? this.words.residents_only : null],
      [this.words.town, facilities.town[index]],
      [this.words.address, facilities.address[index]],
      [this.words.hours, facilities.hours[index]],
    ], facilities.status[index] === "operating" ? this.planner.tryWays("outlet", index) : null);
  }
}

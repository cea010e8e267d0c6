/* The compounds of the planner's map: their marks, coloured by class, and their cards. */
"use strict";

class Compounds {
  constructor(planner) {
    Object.assign(this, { planner, page: planner.page, words: planner.words });
    const group = this.planner.layerGroup((layer) => this.cardWithWays(layer.options.number),
      (layer) => this.page.residences[layer.options.number].name);
    this.marks = this.page.residences.map((one, index) => {
      const style = { renderer: this.planner.renderer, weight: 0.4, fillOpacity: 0.85, opacity: 1, number: index, isFirst: true };
      const layer = one.shape
        ? L.polygon(decodeShape(one.shape), style)
        : new ShapeMarker(decodeLine(one.point)[0], { ...style, shape: "circle", radius: 4 });
      return layer.addTo(group);
    });
    this.planner.layers.residences = group;
    this.paint();
    this.planner.show("residences", true);
  }

  paint() {
    const { classes, band } = this.planner.painted();
    this.marks.forEach((layer, index) => {
      const one = classes[band[index]];
      layer.setStyle({ color: one.line, fillColor: one.colour, isHatched: one.is_lacking });
    });
  }

  resize(zoom) {
    this.marks.forEach((layer) => {
      if (layer.setRadius) layer.setRadius(markRadius(zoom) * 0.9);
      layer.setStyle({ weight: zoom < 13 ? 0.4 : 0.9 });
    });
  }

  /** Return a compound's card with the ways to its page and to the site whose mark stands above it, if one does. */
  cardWithWays(index) {
    const card = this.card(index), site = this.siteAbove;
    this.siteAbove = null;
    const ways = [[this.words.verdict, () => this.planner.verdict.openCompound(index)]];
    if (site) ways.unshift([fill(this.words.site_number, { rank: site.rank, name: site.name }), () => site.layer.openPopup()]);
    card.append(el("div", { class: "buttons" }, ways.map(([name, go]) => el("button", { type: "button", class: "plain", onclick: go }, name))));
    const more = this.planner.tryWays("home", index);
    if (more) card.append(more);
    return card;
  }

  card(index) {
    const one = this.page.residences[index];
    const rows = Object.keys(this.page.coverage).map((kind) => {
      const { classes, name } = this.page.kinds[kind];
      const cells = ["before", "after"].filter((plan) => plan === "before" || this.page.after[kind]).map((plan) => {
        const cover = this.planner.coverage(kind, plan), band = classes[cover.band[index]];
        if (plan === "after" && cover.walk_m[index] === this.planner.coverage(kind, "before").walk_m[index]) {
          return el("td", { class: "same" }, this.words.unchanged);
        }
        const facility = cover.facility[index];
        const site = facility !== null && facility < 0 ? this.page.sites[-1 - facility] : null;
        const place = site ? fill(this.words.site_number, { rank: site.rank, name: site.name })
          : facility === null ? null : outletName(this.page, facility);
        return el("td", {},
          el("span", { class: "chip", colour: band.colour }), " ", walkText(this.words, cover, index),
          place ? el("small", {}, place) : null,
          plan === "before" && dwellingNote(this.words, cover, index));
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
      this.planner.gates.inferredHomes.has(index) ? el("p", { class: "note inferred" }, this.words.gate_inferred_note) : null,
      this.planner.towns.line(one.town));
  }
}

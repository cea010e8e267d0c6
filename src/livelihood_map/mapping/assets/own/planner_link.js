/* What a link to the planner's map holds: kind, plan, town, layers and the card that is open. */
"use strict";

class PlannerLink {
  constructor(planner) {
    Object.assign(this, { planner, page: planner.page, words: planner.words });
    this.planner.map.on("pagechange", () => this.note());
    this.planner.map.on("popupopen popupclose", ({ type, popup }) => {
      this.selected = type === "popupopen" ? popup._source : null;
      this.note();
    });
    this.link = new ViewLink(this.planner.map, { tell: () => this.tell(), show: (told) => this.show(told), select: (told) => this.select(told) });
  }

  read() {
    this.link.read();
  }

  note() {
    this.link.note();
  }

  tell() {
    const { compare, areSitesAway, shown } = this.planner;
    const layers = [...shown, ...(compare && areSitesAway ? ["sites"] : [])].sort(), chosen = this.selected && layers.find((name) => this.planner.layers[name].hasLayer && this.planner.layers[name].hasLayer(this.selected));
    return [
      ["kind", this.planner.kind], ["plan", compare ? "both" : this.planner.plan], ...(this.planner.town ? [["town", this.planner.town]] : []), ...layers.map((name) => ["layer", name]),
      ...(chosen ? [["card", chosen], ["at", placeText(layerPlace(this.selected))]] : []),
    ];
  }

  show(told) {
    const kind = told.get("kind"), plan = told.get("plan"), names = told.getAll("layer");
    const plans = Object.keys(this.page.after).length ? ["before", "after", "change", "both"] : ["before"];
    const wanted = plans.includes(plan) ? plan : this.planner.plan, isBoth = wanted === "both";
    if (this.planner.compare && !isBoth) this.planner.toggleCompare();
    this.planner.choose(hasOwn(this.page.coverage, kind) ? kind : this.planner.kind, isBoth ? "before" : wanted);
    if ((told.get("town") || null) !== this.planner.town) this.planner.towns.choose(told.get("town"));
    if (names.length) for (const name of Object.keys(this.planner.layers)) if (name !== "online") this.planner.show(name, names.includes(name));
    if (isBoth && !this.planner.compare) this.planner.toggleCompare();
  }

  select(told) {
    const name = told.get("card"), place = linkedPlace(told.get("at"));
    const layer = this.planner.shown.has(name) && this.planner.layers[name].getLayers && place && layerAt(this.planner.layers[name].getLayers(), place);
    if (layer) this.planner.open(layer, name);
  }
}

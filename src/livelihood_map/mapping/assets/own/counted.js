/* Workplaces, schools, stations: whoever is counted beside the compounds, drawn as compounds are coloured. */
"use strict";

const COUNTED_PLAIN = { colour: "#e4e7e9", line: "#4d5760", is_lacking: false };
const GAP_PLACE = { colour: "#c44c0b", line: "#7a2f06", shape: "hexagon" };

class CountedPlaces {
  constructor(planner) {
    this.planner = planner;
    this.places = planner.page.counted;
    this.marks = this.places.name.map(() => null);
    this.gapMarks = new Map();
    this.tried = new Map();
    this.triedMarks = new Map();
    this.triedGroup = this.group().addTo(planner.map);
    this.isHere = () => true;
    this.gaps = planner.layers["counted:gaps"] = this.group();
    this.places.kinds.forEach(({ id }, kind) => {
      planner.layers[`counted:${id}`] = this.group().on("add", () => this.fill(kind));
    });
  }

  group() {
    return this.planner.layerGroup((mark) => this.card(mark.options.number), (mark) => this.places.name[mark.options.number]);
  }

  mark(index) {
    this.points = this.points || decodeLine(this.places.points);
    const { shape } = this.places.kinds[this.places.kind[index]];
    return new ShapeMarker(this.points[index], { renderer: this.planner.renderer, shape, number: index, weight: 1, fillOpacity: 0.95 });
  }

  /** Return each mark that there is with the number of its place. */
  made() {
    return [...this.marks.entries(), ...this.gapMarks, ...this.triedMarks].filter(([, mark]) => mark);
  }

  /** Return one place as the tables tell it. */
  at(index) {
    const one = { name: this.places.name[index], town: this.places.town[index] };
    for (const crowd of CROWDS) if (this.places[crowd]) one[crowd] = this.places[crowd][index];
    return one;
  }

  /** Make the marks of a kind when it is first shown; put those of the chosen town on the map. */
  fill(kind) {
    const group = this.planner.layers[`counted:${this.places.kinds[kind].id}`];
    this.places.kind.forEach((own, index) => {
      if (own !== kind) return;
      const mark = this.marks[index] || (this.marks[index] = this.mark(index));
      if (this.isHere(this.places.town[index])) mark.addTo(group); else group.removeLayer(mark);
    });
    this.paint();
    this.resize();
  }

  resize(zoom = this.planner.map.getZoom()) {
    const radius = zoom < 11 ? 1.4 : zoom < 12 ? 2 : zoom < 13 ? 2.8 : zoom < 15 ? 4.4 : 6.5;
    for (const [, mark] of this.made()) mark.setRadius(radius);
  }

  /** Return the walks of the chosen kind and plan; nothing where that kind does not count these people. */
  walks(kind = this.planner.kind, plan = this.planner.plan) {
    return (plan === "after" && this.places.after[kind]) || this.places.coverage[kind];
  }

  paint() {
    const walks = this.walks(), { classes } = this.planner.page.kinds[this.planner.kind], isTrying = this.planner.isTrying();
    const look = (index) => (isTrying ? CHANGES[this.tried.has(index) ? this.tried.get(index) : UNCHANGED] : classes[walks.band[index]]);
    for (const [index, mark] of this.made()) {
      const { colour, line } = walks ? look(index) : COUNTED_PLAIN;
      mark.setStyle({ color: line, fillColor: colour });
    }
  }

  /** Show only what lies in a town, or all. */
  limit(isHere) {
    this.isHere = isHere;
    this.places.kinds.forEach(({ id }, kind) => { if (this.planner.shown.has(`counted:${id}`)) this.fill(kind); });
  }

  /** Show the places of which gaps consist; where no residents are, they are all there is to see. */
  fillGaps(zones) {
    this.gaps.clearLayers();
    this.gapMarks = new Map();
    for (const { counted } of zones) for (const index of counted) this.gapMarks.set(index, this.mark(index).addTo(this.gaps));
    this.paint();
    this.resize();
  }

  /** Show who gains and who loses by changes that are tried out, also where their kind is not on the map. */
  showTried(changes) {
    this.triedGroup.clearLayers();
    this.triedMarks = new Map();
    this.tried = changes;
    changes.forEach((change, index) => { if (isDecisive(change)) this.triedMarks.set(index, this.mark(index).addTo(this.triedGroup)); });
    this.paint();
    this.resize();
  }

  card(index) {
    const { planner } = this, { page, words } = planner, one = this.at(index), { name: kind } = this.places.kinds[this.places.kind[index]];
    const walks = Object.keys(this.places.coverage).map((id) => {
      const cover = this.walks(id, "before"), after = this.places.after[id];
      const told = [el("span", { class: "chip", colour: page.kinds[id].classes[cover.band[index]].colour }), " ", walkText(words, cover, index)];
      if (after && after.walk_m[index] !== cover.walk_m[index]) told.push(el("small", {}, `${words.after}: ${walkText(words, after, index)}`));
      return [page.kinds[id].name, told];
    });
    return placeCard(one.name, [kind, one.town].filter(Boolean).join(" · "), [...crowdRows(words, one), ...walks], crowdNote(page, one), planner.towns.line(one.town), planner.tryWays("counted", index));
  }

  /** Return the rows of the panel that switch the kinds. */
  rows() {
    const { planner } = this, counts = this.places.kinds.map(() => 0);
    for (const kind of this.places.kind) counts[kind] += 1;
    return this.places.kinds.map(({ id, name, shape }, kind) => planner.panel.toggle(`counted:${id}`, name, symbolIcon(shape, COUNTED_PLAIN.colour, COUNTED_PLAIN.line), counts[kind]));
  }
}

/** Outlets that bear a title: smart markets, demonstration outlets; a ring around each of their marks. */
class MarkedOutlets {
  constructor(planner) {
    this.planner = planner;
    for (const name of Object.keys(MARKED)) {
      const numbers = planner.page.facilities[name];
      if (!numbers.length) continue;
      const group = planner.layerGroup((mark) => planner.outlets.card(mark.options.number), (mark) => planner.page.facilities.name[mark.options.number]);
      group.on("add", () => this.fill(name, group));
      planner.layers[`marked:${name}`] = group;
    }
  }

  /** Show what lies in the chosen town. */
  refill() {
    for (const name of Object.keys(MARKED)) if (this.planner.shown.has(`marked:${name}`)) this.fill(name, this.planner.layers[`marked:${name}`]);
  }

  fill(name, group) {
    const { page, renderer } = this.planner, points = decodeLine(page.facilities.points);
    group.clearLayers();
    for (const number of page.facilities[name]) {
      if (!this.planner.isHere(page.facilities.town[number])) continue;
      const { shape, colour } = page.facility_kinds[page.facilities.kind[number]];
      new ShapeMarker(points[number], { renderer, shape, number, radius: 7, color: MARKED[name].colour, weight: 2.4, fillColor: colour, fillOpacity: 1 }).addTo(group);
    }
  }

  rows() {
    const { planner } = this;
    return Object.keys(MARKED).filter((name) => planner.layers[`marked:${name}`]).map((name) =>
      planner.panel.toggle(`marked:${name}`, planner.words[MARKED[name].word], symbolIcon("circle", "#ffffff", MARKED[name].colour), planner.page.facilities[name].length));
  }
}

const MARKED = { smart: { word: "layer_smart", colour: "#0a6fb8" }, demonstration: { word: "layer_demonstration", colour: "#c79100" } };

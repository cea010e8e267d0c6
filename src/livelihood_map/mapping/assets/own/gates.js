/* The gates of compounds on the planner's map: open, closed or inferred. */
"use strict";

const GATES = {
  open: { word: "gate_open", shape: "square", fill: "#22282e", line: "#ffffff" },
  closed: { word: "gate_closed", shape: "crossed", fill: "#ffffff", line: "#22282e" },
  inferred: { word: "gate_inferred", shape: "diamond", fill: "#ffffff", line: "#b0309a" },
};

class Gates {
  constructor(planner) {
    Object.assign(this, { planner, page: planner.page, words: planner.words });
    const { gates, residences } = this.page, name = (number) => residences[gates.home[number]].name;
    this.inferredHomes = new Set(gates.home.filter((home, index) => gates.state[index] === "inferred"));
    this.planner.layers.gates = this.planner.layerGroup((layer) => this.card(layer.options.number), (layer) => name(layer.options.number));
    this.marks = [];
  }

  /** Make the marks of the gates when they are first shown. */
  fill() {
    const { gates } = this.page;
    if (this.marks.length) return;
    this.marks = decodeLine(gates.points).map((point, index) => {
      const { shape, fill: fillColor, line } = GATES[gates.state[index]];
      return new ShapeMarker(point, {
        renderer: this.planner.renderer, shape, number: index, color: line, fillColor, fillOpacity: 1,
      }).addTo(this.planner.layers.gates);
    });
    this.planner.resize();
  }

  resize(zoom) {
    this.marks.forEach((layer) => {
      layer.setRadius(zoom < 13 ? 1.6 : zoom < 15 ? 2.6 : 4.2);
      layer.setStyle({ weight: zoom < 13 ? 0.8 : 1.5 });
    });
  }

  card(index) {
    const { gates, residences } = this.page, home = residences[gates.home[index]], state = gates.state[index];
    return placeCard(home.name, `${this.words.gate} · ${this.words[GATES[state].word]}`, [
      [this.words.town, home.town], [this.words.hours, gates.hours[index]],
    ], state === "inferred" ? el("p", { class: "note inferred" }, this.words.gate_inferred_note) : null, this.planner.tryWays("gate", index));
  }

  /** Return how the states that there are of gates are drawn. */
  states() {
    return Object.entries(GATES).filter(([state]) => this.page.gates.state.includes(state));
  }

  legend() {
    return el("p", { class: "note indent" }, this.states().map(([, { word, shape, fill: colour, line }]) => [
      symbolIcon(shape, colour, line), ` ${this.words[word]}\u2003`,
    ]));
  }
}

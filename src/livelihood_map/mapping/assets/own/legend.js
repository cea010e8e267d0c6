/* The legend of the planner's map: places and people of each class, and the signs of what is shown. */
"use strict";

class Legend {
  constructor(planner) {
    Object.assign(this, { planner, page: planner.page, words: planner.words });
    this.node = el("div", { id: "legend" });
  }

  fill() {
    const { classes, band: bands } = this.planner.painted(), { standard, start } = this.page.kinds[this.planner.kind], whose = this.whose();
    const people = this.people(), places = classes.map(() => 0), all = people.reduce((sum, one) => sum + one, 0);
    bands.forEach((band, index) => { if (this.planner.isHere(this.page.residences[index].town)) places[band] += 1; });
    const rows = classes.map((one, index) => (places[index] === 0 && one.is_rare ? null : el("tr", {},
      el("th", { scope: "row" }, el("span", { class: "chip", colour: one.colour }), " ", one.name),
      el("td", {}, whole(places[index])), el("td", {}, all ? whole(people[index]) : "–"),
      el("td", {}, all ? percent(people[index] / all) : "–"))));
    this.node.replaceChildren(
      el("table", { class: "legend" },
        el("thead", {}, el("tr", {}, el("th", { scope: "col" }, this.heading()),
          el("th", { scope: "col" }, this.words.compounds), el("th", { scope: "col" }, fill(this.words.counted, { people: whose })),
          el("th", { scope: "col" }, fill(this.words.share, { people: whose })))),
        el("tbody", {}, rows)),
      ...[standard, start, this.crowds()].filter(Boolean).map((line) => el("p", { class: "note" }, line)));
  }

  heading() {
    if (this.planner.isTrying()) return this.page.what_if.words.mark;
    return this.planner.isChange() ? this.words.change_heading : this.words.walk_to_nearest;
  }

  /** Return what is to be known of people who are counted at more than one place; nothing where residents alone are. */
  crowds() {
    return this.planner.isChange() || this.page.kinds[this.planner.kind].crowds_n === 1 ? "" : this.page.people_note;
  }

  /** Return whose people the legend counts: the standard's; of a change the residents of compounds. */
  whose() {
    return this.planner.isChange() ? this.words.only_residents : this.page.kinds[this.planner.kind].people;
  }

  /** Return the heading of the legend where it stands alone: of whom its percentages are. */
  title() {
    return fill(this.words.legend, { people: this.whose() });
  }

  /** Return the people of each class of the legend, wherever they start. */
  people() {
    const areas = (this.page.people[this.planner.kind] || {})[this.planner.plan], isChange = this.planner.isChange();
    if (areas && !isChange) return areas[this.planner.town ? this.page.towns.findIndex((one) => one.name === this.planner.town) : areas.length - 1];
    const { classes, band: bands } = this.planner.painted(), people = classes.map(() => 0);
    if (isChange) {
      bands.forEach((band, index) => { if (this.planner.isHere(this.page.residences[index].town)) people[band] += this.page.residences[index].population || 0; });
    }
    return people;
  }

  parts() {
    const { classes, band: bands } = this.planner.painted(), people = this.people();
    const all = people.reduce((sum, one) => sum + one, 0);
    const parts = classes.map((one, index) => ({
      colour: one.colour, text: all ? `${one.name}  ${percent(people[index] / all)}` : one.name, line: one.line, isHatched: one.is_lacking,
    })).filter((part, index) => !classes[index].is_rare || bands.includes(index));
    this.page.facility_kinds.forEach((kind) => {
      if (this.planner.shown.has(`facility:${kind.id}`)) parts.push({ colour: kind.colour, text: kind.name, shape: kind.shape });
    });
    if (this.planner.shown.has("service")) {
      for (const { limit_m: tier, colour } of this.planner.service.classes()) {
        if (!this.planner.service.hiddenTiers.has(tier)) parts.push({ colour: `${colour}${AREA_ALPHA}`, text: `${this.words.service_area} ${fill(this.words.within, { metres: tier })}` });
      }
    }
    if (this.planner.shown.has("gained")) parts.push({ colour: hatch(INK), text: this.words.gained_area });
    if (this.planner.shown.has("gates")) {
      for (const [, { word, shape, fill: colour, line }] of this.planner.gates.states()) {
        parts.push({ colour, text: `${this.words.gate} · ${this.words[word]}`, shape, line });
      }
    }
    for (const { id, name, shape } of this.page.counted.kinds) {
      if (this.planner.shown.has(`counted:${id}`)) parts.push({ colour: COUNTED_PLAIN.colour, text: name, shape, line: COUNTED_PLAIN.line });
    }
    for (const [id, { word, colour }] of Object.entries(MARKED)) {
      if (this.planner.shown.has(`marked:${id}`)) parts.push({ colour: "#ffffff", text: this.words[word], shape: "circle", line: colour });
    }
    if (this.planner.shown.has("counted:gaps") && this.planner.counted.gapMarks.size) parts.push({ ...GAP_PLACE, text: this.words.layer_gap_places });
    if (this.planner.shown.has("sites")) parts.push({ colour: "#111111", text: this.words.suggested_site, shape: "circle" });
    if (this.planner.shown.has("zones")) parts.push({ colour: `${this.page.colours.zone}1f`, text: this.words.layer_zones, line: this.page.colours.zone });
    if (this.planner.shown.has("problems")) parts.push({ colour: "#ffd400", text: this.words.network_problem, shape: "triangle", line: "#222222" });
    if (this.planner.shown.has("centres")) this.page.centres.levels.forEach((one) => parts.push({ colour: "#ffffff", text: one.name, shape: one.shape, line: one.colour }));
    return parts;
  }
}

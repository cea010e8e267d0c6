/* Service areas of the planner's map: unpacked when they are first asked for, painted by tier. */
"use strict";

const AREA_OPACITY = 0.45;
const AREA_ALPHA = Math.round(AREA_OPACITY * 255).toString(16);

class ServiceAreas {
  constructor(planner) {
    Object.assign(this, { planner, page: planner.page, words: planner.words });
    const { area_kinds: kinds, site_kind: kind } = this.page;
    this.areas = null;
    this.hiddenTiers = new Set();
    this.tierBox = el("div", { class: "statuses indent", role: "group", "aria-label": this.words.tiers });
    if (!kinds.length) return;
    this.planner.layers.service = this.layer(() => this.planner.plan);
    if (!this.page.after[kind] || !kinds.includes(kind)) return;
    const style = { colour: hatch(INK), line: INK }, isAim = (tier) => tier.tier_m === this.page.kinds[kind].aim_m;
    this.planner.layers.gained = new PickedTiles(
      () => this.tiersOf(kind).filter(isAim).map(({ added }) => Object.assign(added, style)),
      () => this.load(), { maxZoom: this.page.max_zoom, opacity: 0.85 });
  }

  /** Return a layer of the chosen kind's service areas under a plan. */
  layer(plan) {
    return new PickedTiles(() => this.pick(plan()), () => this.load(), { maxZoom: this.page.max_zoom, opacity: AREA_OPACITY });
  }

  /** Unpack the areas when they are first asked for, and paint them. */
  load() {
    if (!this.areasAsked) {
      this.areasAsked = readPayload("areas").then((found) => {
        for (const tiers of Object.values(found)) {
          for (const tier of tiers) Object.assign(tier, { today: areaClass(tier.lines), gained: areaClass(tier.gained), added: areaClass(tier.gained) });
        }
        this.areas = found;
        this.repaint();
      });
    }
    return this.areasAsked;
  }

  repaint() {
    for (const name of ["service", "gained"]) if (this.planner.shown.has(name)) this.planner.layers[name].redraw();
    if (this.planner.compare) this.planner.compare.areas.redraw();
  }

  tiersOf(kind) {
    return (this.areas && this.areas[kind]) || [];
  }

  /** Return what is painted of the chosen kind: long tiers below short ones, as the legend colours them. */
  pick(plan) {
    return this.tiersOf(this.planner.kind).filter((tier) => !this.hiddenTiers.has(tier.tier_m)).reverse().flatMap((tier) => {
      const { colour } = this.page.kinds[this.planner.kind].classes.find((one) => one.limit_m === tier.tier_m);
      const { today, gained } = tier;
      today.colour = gained.colour = gained.line = colour;
      return plan === "after" ? [today, gained] : [today];
    });
  }

  /** Return the legend classes of the chosen kind that have an area. */
  classes() {
    return this.page.kinds[this.planner.kind].classes.filter((one) => one.limit_m !== null);
  }

  /** Fill the boxes that choose tiers. */
  fillTiers() {
    if (!this.planner.layers.service) return;
    this.tierBox.replaceChildren(...this.classes().map(({ limit_m: tier, colour }) => el("label", { class: "row" },
      el("input", {
        type: "checkbox", "data-tier": tier, checked: !this.hiddenTiers.has(tier),
        onchange: (event) => {
          if (event.target.checked) this.hiddenTiers.delete(tier); else this.hiddenTiers.add(tier);
          this.repaint();
        },
      }), el("span", { class: "chip", colour: `${colour}${AREA_ALPHA}` }), el("span", {}, fill(this.words.within, { metres: tier })))));
  }
}

/* A view for the wall: large type, no panels; a legend and the kinds on the map, Escape ends it. */
"use strict";

const PROJECTED = 1.6;

class Projector {
  constructor(planner) {
    this.planner = planner;
    this.isOn = false;
    this.box = el("section", { id: "projected", "aria-label": planner.words.projector, hidden: true });
    planner.map.getContainer().append(this.box);
    L.DomEvent.disableClickPropagation(this.box);
    planner.map.on("pagechange", () => this.paint());
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && this.isOn && !document.querySelector(".leaflet-popup") && planner.verdict.box.hidden) this.toggle();
    });
  }

  toggle() {
    const { planner } = this, { map, page } = planner, isWhole = holdsBox(worldView(map), districtOutline(page).box);
    this.isOn = !this.isOn;
    document.body.classList.toggle("projector", this.isOn);
    this.box.hidden = !this.isOn;
    planner.tools.press("projector", this.isOn);
    scaleNames(this.isOn ? PROJECTED : 1);
    planner.siteMarks.enlarge(this.isOn ? PROJECTED : 1);
    this.paint();
    const centre = map.getCenter(), { x: width } = map.invalidateSize({ animate: false }).getSize();
    const aside = this.isOn && width > 700 ? this.box.offsetWidth + 22 : 8; // beside the legend
    if (isWhole) map.fitBounds(page.bounds, { animate: false, paddingTopLeft: [aside, 8], paddingBottomRight: [8, 8] });
    else map.setView(centre, map.getZoom(), { animate: false });
    planner.rename();
  }

  /** Show what is chosen, and let it be changed. */
  paint() {
    if (!this.isOn) return;
    const { planner } = this, { page, words } = planner;
    const button = (isPressed, name, action) => el("button", { type: "button", class: "plain", "aria-pressed": String(isPressed), onclick: action }, name);
    const kinds = Object.keys(page.coverage).map((kind) => button(kind === planner.kind, page.kinds[kind].name, () => planner.choose(kind, planner.plan)));
    const plans = Object.keys(page.after).length ? ["before", "after", "change"].map((plan) => button(plan === planner.plan, words[plan], () => planner.choose(planner.kind, plan))) : [];
    this.box.replaceChildren(
      el("h2", {}, [planner.town, page.kinds[planner.kind].name].filter(Boolean).join(" · ")),
      el("div", { class: "buttons" }, kinds), plans.length ? el("div", { class: "buttons" }, plans) : "",
      el("h3", {}, planner.legend.title()),
      el("ul", { class: "keys" }, planner.legend.parts().map((sign) => el("li", {}, signSwatch(sign), ` ${sign.text}`))));
  }
}

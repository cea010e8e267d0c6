/* Gap zones: outlines below the compounds, so that a click means the compound; who, why, and which sites serve. */
"use strict";

class GapZones {
  constructor(planner) {
    this.planner = planner;
    const { page, renderer } = planner, { zone: colour } = page.colours;
    this.group = planner.layers.zones = L.layerGroup();
    const numbers = {};
    this.zones = page.zones;
    for (const zone of this.zones) {
      zone.number = numbers[zone.kind] = (numbers[zone.kind] || 0) + 1;
      zone.label = fill(page.words.zone_number, { number: zone.number });
      zone.layer = L.polygon(decodeShape(zone.shape), { renderer, color: colour, fillColor: colour, isBackground: true });
      bindCard(zone.layer, () => this.card(zone));
      bindName(zone.layer, () => `${zone.label} ${zone.name}`);
    }
  }

  /** Return the zones of the chosen kind, in the chosen town. */
  shown() {
    return this.zones.filter((zone) => zone.kind === this.planner.kind && this.planner.isHere(zone.town));
  }

  fill() {
    this.group.clearLayers();
    for (const zone of this.shown()) zone.layer.addTo(this.group);
    this.resize();
  }

  resize(zoom = this.planner.map.getZoom()) {
    const isFar = zoom < 13;
    for (const { layer } of this.zones) layer.setStyle({ weight: isFar ? 1.2 : 2, opacity: isFar ? 0.8 : 1, dashArray: isFar ? "" : "6 4", fillOpacity: 0.07 });
  }

  /** Return the names of the zones as items: the number from afar, with the name from near. */
  names() {
    const isShown = (zone) => () => this.planner.shown.has("zones") && zone.kind === this.planner.kind && this.planner.isHere(zone.town);
    return this.zones.flatMap((zone) => {
      const xy = decodeLine(zone.point).map(projectPlace)[0];
      return [{ kind: "zone", text: zone.label, xy, isShown: isShown(zone) }, { kind: "zone_near", text: `${zone.label} ${zone.name}`, xy, isShown: isShown(zone) }];
    });
  }

  /** Return the causes of a zone in words, the commonest first. */
  causes(zone) {
    const { words } = this.planner;
    return zone.causes.map(([cause, places, people]) => el("div", {}, cause, el("small", {}, fill(words.cause_count, { places, people: whole(people) }))));
  }

  card(zone) {
    const { planner } = this, { page, words } = planner;
    return placeCard(`${zone.label} ${zone.name}`, [words.gap_zone, page.kinds[zone.kind].name, zone.town].filter(Boolean).join(" · "), [
      [words.uncovered, null], ...crowdRows(words, zone),
      [words.places, this.placesText(zone)],
      [words.cause, zone.causes.length && this.causes(zone)],
      [words.zone_sites, zone.kind === page.site_kind && this.siteButtons(zone)],
    ].filter(([, value]) => value), crowdNote(page, zone), planner.towns.line(zone.town), this.memberList(zone));
  }

  placesText({ homes, counted, demand_n: all }) {
    const { words } = this.planner;
    return fill(words.zone_places, { compounds: homes.length, places: Math.max(all - homes.length, counted.length) });
  }

  /** Return the sites that bring people of a zone within reach, each the way to its card. */
  siteButtons(zone) {
    const { planner } = this, { page, words } = planner;
    if (!zone.sites.length) return words.zone_no_site;
    return el("ul", { class: "list" }, zone.sites.map((at) => {
      const { rank, name, layer, is_host: isHost } = page.sites[at];
      return el("li", {}, el("button", { type: "button", onclick: () => planner.goTo(layer, "sites", 15) },
        el("span", { class: isHost ? "site-mark small host" : "site-mark small" }, rank), el("span", { class: "text" }, name)));
    }));
  }

  /** Return the compounds and places of a zone, each the way to its own card. */
  memberList(zone) {
    const { planner } = this, { page, words } = planner, { places } = planner.counted;
    const homes = zone.homes.map((at) => [page.residences[at].name, () => planner.goTo(planner.compounds.marks[at], "residences", 15)]);
    const others = zone.counted.map((at) => [places.name[at], () => planner.goToCounted(at)]);
    const all = [...homes, ...others];
    if (!all.length) return null;
    return el("details", { class: "members" }, el("summary", {}, fill(words.zone_members, { count: all.length })),
      el("ul", { class: "list" }, all.map(([name, go]) => el("li", {}, el("button", { type: "button", onclick: go }, name)))));
  }
}

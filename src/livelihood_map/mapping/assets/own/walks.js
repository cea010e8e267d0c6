/* Walks on the planner's map: the network is unpacked when it is first asked for, routes are drawn along the streets. */
"use strict";

/** Return the walking network that the page carries, unpacked once; null on a page without one. */
class Walks {
  constructor(planner) {
    Object.assign(this, { planner, page: planner.page, words: planner.page.what_if ? planner.page.what_if.words : {} });
    this.renderer = L.svg();
    this.group = L.layerGroup();
  }

  load() {
    if (!this.asked) this.asked = readBytes("walks").then((bytes) => { this.pack = unpackWalks(bytes); return this.pack; });
    return this.asked;
  }

  /** Return the demand point of a place that is counted and no compound, -1 for none. */
  demandAt({ lat, lng }) {
    const { demandHome, demand } = this.pack, lon = Math.round(lng * 1e7), north = Math.round(lat * 1e7);
    let least = 200, found = -1; // the page has places to 1e-5 degrees
    for (let d = 0; d < demand.n; d++) {
      const apart = Math.max(Math.abs(demand.lon[d] - lon), Math.abs(demand.lat[d] - north));
      if (demandHome[d] < 0 && apart < least) [least, found] = [apart, d];
    }
    return found;
  }

  /** Return from where a walk to a kind begins: from a compound at its middle demand point. */
  startOf(scenario, from, kind) {
    return from.home === undefined ? from : { demand: middlePoints(this.pack, scenario.measure(kind)).get(from.home) };
  }

  /** Draw the routes from a place to the nearest outlet of each kind, and return what there is to tell. */
  draw(scenario, from) {
    this.clear();
    const told = this.pack.kinds.map(({ id }) => ({ id, route: scenario.route(this.startOf(scenario, from, id), id) }));
    for (const { id, route } of told) {
      if (!route.isReached || route.mm < 0) continue;
      const line = route.degrees.map(([lon, lat]) => [lat, lon]), { colour } = this.look(id);
      for (const [color, weight] of [["#ffffff", 7], [colour, 4]]) {
        L.polyline(line, { renderer: this.renderer, interactive: false, color, weight, opacity: 0.95, lineJoin: "round" }).addTo(this.group);
      }
      const end = new ShapeMarker(line[line.length - 1], { renderer: this.planner.renderer, shape: "circle", radius: 6, color: "#ffffff", weight: 2, fillColor: colour, fillOpacity: 1, interactive: false });
      end.addTo(this.group);
    }
    this.group.addTo(this.planner.map);
    return told;
  }

  clear() {
    this.group.clearLayers();
  }

  /** Return how a kind is drawn. */
  look(id) {
    return this.page.facility_kinds.find((kind) => kind.id === id) || { colour: "#22282e", name: id };
  }

  /** Return routes in words, one block a kind. */
  tell(scenario, told) {
    return told.map(({ id, route }) => el("div", { class: "route", "data-kind": id },
      el("h2", {}, el("span", { class: "chip", colour: this.look(id).colour }), " ", this.page.kinds[id].name), this.lines(scenario, id, route).map((line) => el("p", {}, line))));
  }

  lines(scenario, kind, route) {
    const { words } = this, lines = [], reach = whole(this.pack.kinds[scenario.kindNumber(kind)].cutoff_m);
    if (!route.isReached || route.mm < 0) {
      lines.push(fill(words[`none_${route.reason}`] || words.none_beyond, { metres: reach }));
    } else {
      lines.push(`${this.nameOf(scenario, route.outlet)} · ${this.walk(route.mm)}`);
      if (route.gate >= 0) lines.push(fill(words.by_gate, { gate: this.gateWord(scenario, route.gate) }));
      if (route.goalGate >= 0) lines.push(fill(words.in_gate, { gate: this.gateWord(scenario, route.goalGate) }));
      lines.push(fill(words.straight, { metres: whole(route.straightM) }) + (route.barriers.length ? fill(words.round, { barriers: this.barriers(route.barriers) }) : ""));
    }
    const { nearer } = route;
    if (nearer) {
      const name = this.nameOf(scenario, nearer.outlet), behind = nearer.barriers.length ? fill(words.behind, { barriers: this.barriers(nearer.barriers) }) : "";
      lines.push(fill(nearer.mm < 0 ? words.nearer_lost : words.nearer_far, {
        name, reach, metres: whole(nearer.straightM), walk: nearer.mm < 0 ? "" : this.walk(nearer.mm), behind,
      }));
    }
    return lines;
  }

  walk(mm) {
    const metres = mm / 1000;
    return fill(this.planner.words.walk, { metres: whole(metres), minutes: Math.round(metres * this.page.what_if.minutes_per_metre) });
  }

  barriers(kinds) {
    return kinds.map((kind) => this.words[`barrier_${kind}`] || kind).join(this.words.and);
  }

  /** Return what an outlet is called: by its table, as a site, or as the change that opened it says. */
  nameOf(scenario, outlet) {
    const one = scenario.state.outlets[outlet], { page, words } = this;
    if (one.isSite) {
      const site = page.sites.find(({ rank }) => rank === one.row);
      return site ? fill(this.planner.words.site_number, { rank: site.rank, name: site.name }) : words.site;
    }
    if (one.row >= 0) return outletName(page, one.row);
    return one.name || words.new_outlet;
  }

  /** Return a gate in words: whose it is, and whether it is but inferred. */
  gateWord(scenario, gate) {
    const { home } = scenario.state.gates[gate], one = this.page.residences[home], { planner } = this;
    const isInferred = gate < this.pack.gates.n && planner.gates.inferredHomes.has(home);
    return [one ? one.name : "", planner.words.gate, isInferred ? `(${planner.words.gate_inferred})` : ""].filter(Boolean).join(" ");
  }
}

/* What the search box of the planner's map finds: places by name, number, address or coordinates. */
"use strict";

/** Degrees, or degrees with minutes and seconds, with their sign or side of the earth. */
const DEGREES = /([-\u2212SW南西])?[经纬]?\s*(?:(\d{1,3}(?:\.\d+)?)\s*d\s*(\d{1,2}(?:\.\d+)?)\s*m(?:\s*(\d{1,2}(?:\.\d+)?)\s*s)?|(\d{1,3}\.\d+)\s*d?)\s*([SW南西])?/g;

/** Return a place that a text names by its coordinates, as [latitude, longitude]; nothing where it names none.
    In whichever order they stand, the place is the one that lies nearer to the district. */
function readCoordinates(text, { lat: north, lng: east }) {
  const marks = text.replace(/[秒″"“”＂]|[′'‘’＇]{2}/g, "s").replace(/[分′'‘’＇]/g, "m").replace(/[度°]/g, "d"); // before NFKC, which cuts ″ in two
  const plain = marks.normalize("NFKC");
  if (/[^.,;:\s+NEne北东]/.test(plain.replace(DEGREES, ""))) return null; // what is not understood is no place
  const numbers = [...plain.matchAll(DEGREES)].map(([, before, degrees, minutes, seconds, decimal, after]) => (
    (before || after ? -1 : 1) * (decimal ? Number(decimal) : Number(degrees) + Number(minutes) / 60 + Number(seconds || 0) / 3600)));
  if (numbers.length !== 2) return null;
  const far = ([lat, lon]) => Math.abs(lat - north) + Math.abs(lon - east);
  const places = [numbers, [...numbers].reverse()].filter(([lat, lon]) => Math.abs(lat) <= 90 && Math.abs(lon) <= 180);
  return places.sort((a, b) => far(a) - far(b))[0] || null;
}

/** The items of the search box; `go` shows what was chosen. */
class Finder {
  constructor(planner) {
    this.planner = planner;
    this.items = [];
    this.addTowns();
    this.addPlaces();
    this.addOutlets();
    this.addStreets();
  }

  add(name, spelling, detail, order, go, more = {}) {
    this.items.push({ name, spelling, detail, order, go, ...more });
  }

  /** Go somewhere; what lies outside the chosen town is looked at with all towns. */
  goTo(town, ...where) {
    const { planner } = this;
    if (!planner.isHere(town)) planner.towns.choose(null);
    planner.goTo(...where);
  }

  addTowns() {
    const { page, words, towns } = this.planner;
    page.towns.forEach(({ name }, index) => this.add(name, page.spellings.towns[index], words.town, 0, () => towns.choose(name)));
  }

  addPlaces() {
    const { planner } = this, { page, words } = planner;
    page.residences.forEach((one, index) => this.add(one.name, page.spellings.residences[index],
      [words.compound, one.town].filter(Boolean).join(" · "), 1,
      () => this.goTo(one.town, planner.compounds.marks[index], "residences", 15), { also: one.town }));
    page.sites.forEach((site, index) => this.add(site.name, page.spellings.sites[index],
      `${words.suggested_site} ${site.rank} · ${site.town}`, 2, () => this.goTo(site.town, site.layer, "sites", 15),
      { codes: [String(site.rank), `${words.suggested_site}${site.rank}`, `${words.site}${site.rank}`], also: site.town }));
    page.counted.name.forEach((name, index) => this.add(name, "", [page.counted.kinds[page.counted.kind[index]].name, page.counted.town[index]].filter(Boolean).join(" · "), 3, () => {
      if (!planner.isHere(page.counted.town[index])) planner.towns.choose(null);
      planner.goToCounted(index);
    }, { also: page.counted.town[index] }));
    page.zones.forEach((zone) => this.add(zone.name, "", [words.gap_zone, page.kinds[zone.kind].name].join(" · "), 4, () => {
      planner.choose(zone.kind, planner.plan);
      this.goTo(zone.town, zone.layer, "zones", 14);
    }, { codes: zone.kind === page.site_kind ? [zone.label] : [], also: zone.town }));
  }

  addOutlets() {
    const { planner } = this, { page } = planner, { facilities } = page;
    facilities.name.forEach((name, index) => {
      const kind = page.facility_kinds[facilities.kind[index]];
      this.add(name, page.spellings.facilities[index], [kind.name, facilities.town[index], facilities.address[index]].filter(Boolean).join(" · "), 3,
        () => this.goTo(facilities.town[index], planner.outlets.marks[index], `facility:${kind.id}`, 16),
        { also: `${facilities.address[index]} ${facilities.town[index]} ${kind.name}` });
    });
  }

  addStreets() {
    const { page, words } = this.planner;
    for (const { names, lines } of Object.values(page.names.lines)) {
      names.forEach((name, index) => this.add(name, "", words.street, 5, () => this.goToLines(lines[index])));
    }
    for (const { names, points } of Object.values(page.names.points)) {
      const places = decodeLine(points);
      names.forEach((name, index) => this.add(name, "", words.on_map, 5, () => this.goToPoint(places[index], name)));
    }
  }

  goToLines(lines) {
    const { map } = this.planner, points = lines.map(decodeLine);
    map.fitBounds(L.latLngBounds(points.flat()), { maxZoom: 16, padding: [30, 30], animate: false });
    this.point(L.polyline(points, { color: "#b00020", weight: 5, opacity: 0.55, interactive: false }));
  }

  goToPoint(place, name) {
    const { map } = this.planner;
    map.setView(place, Math.max(map.getZoom(), 16), { animate: false });
    this.point(bindName(L.circleMarker(place, { radius: 13, color: "#b00020", weight: 3, fill: false, renderer: this.planner.renderer }), () => name));
  }

  /** Point at what was found until the next search. */
  point(layer) {
    if (this.pointed) this.pointed.remove();
    this.pointed = layer.addTo(this.planner.map);
  }

  /** Return what a text finds: a place by its coordinates, or names. */
  find(index, text, limit) {
    if (this.pointed) this.pointed.remove();
    const place = readCoordinates(text, L.latLngBounds(this.planner.page.bounds).getCenter());
    if (!place) return index.find(text, limit);
    const name = `${place[0].toFixed(6)}, ${place[1].toFixed(6)}`;
    return { count: 1, matches: [{ name, detail: this.planner.words.coordinates, go: () => this.goToPoint(place, name) }] };
  }

  box() {
    const index = new NameIndex(this.items);
    return new SearchBox({
      id: "search", words: this.planner.words, index: { find: (text, limit) => this.find(index, text, limit) }, onChoose: (item) => item.go(),
    });
  }
}

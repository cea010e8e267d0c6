/* The link of a page: what is looked at stands behind its `#`, and a page opened by such a link shows it again. */
"use strict";

/** Return what a map looks at. */
function mapView(map) {
  return { centre: map.getCenter(), zoom: map.getZoom() };
}

/** Let a map look at a view, at once. */
function showView(map, { centre, zoom }) {
  map.setView(centre, zoom, { animate: false });
}

/** Return whether two views of a map show the same, to the pixel: it rounds its middle when its size is looked at. */
function isSameView(map, one, other) {
  return one.zoom === other.zoom && map.project(one.centre, one.zoom).distanceTo(map.project(other.centre, one.zoom)) < 2;
}

/** Return a place as a link holds it. */
function placeText({ lat, lng }) {
  return `${lat.toFixed(5)}_${lng.toFixed(5)}`;
}

/** Return the place of two written degrees, null where they are none. */
function placeOf(...degrees) {
  const [lat, lng] = degrees.map(parseFloat);
  return isFinite(lat) && isFinite(lng) ? L.latLng(lat, lng) : null;
}

/** Return the place that a link holds, null where it holds none. */
function linkedPlace(written) {
  return placeOf(...(written || "").split("_"));
}

/** Return the middle of a layer. */
function layerPlace(layer) {
  return layer.getLatLng ? layer.getLatLng() : layer.getBounds().getCenter();
}

/** Return which of some layers stands at a place, null where none does; places in a link are rounded to a metre. */
function layerAt(layers, place) {
  return layers.find((layer) => (layer.getLatLng || layer.getBounds) && layerPlace(layer).distanceTo(place) < 3) || null;
}

/** Keeps the link up to date; `read` shows what the page was opened with. */
class ViewLink {
  /** `tell` returns what is shown beside the view as pairs of texts; `show` shows it, and then `select` what is chosen. */
  constructor(map, { tell, show, select }) {
    Object.assign(this, { map, tell, show, select });
    map.on("moveend", () => this.note());
    window.addEventListener("hashchange", () => this.read());
  }

  /** Write the link once the reader rests; browsers refuse to do so many times a second. */
  note() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.write(), 200);
  }

  write() {
    const { centre, zoom } = mapView(this.map);
    const told = new URLSearchParams([["view", `${zoom}_${placeText(centre)}`], ...this.tell()]);
    try {
      history.replaceState(null, "", `#${told}`);
    } catch (error) {
      return; // a page without an address of its own, as in a chat program, has no link
    }
    this.written = location.hash;
  }

  /** Show what the address tells; what it names and the page does not have is passed over. */
  read() {
    if (location.hash.length < 2 || location.hash === this.written) return;
    this.written = location.hash;
    const told = new URLSearchParams(location.hash.slice(1)), [zoom, ...degrees] = (told.get("view") || "").split("_");
    this.show(told);
    const centre = placeOf(...degrees);
    if (centre && isFinite(parseFloat(zoom))) showView(this.map, { centre, zoom: parseFloat(zoom) });
    this.select(told);
  }
}

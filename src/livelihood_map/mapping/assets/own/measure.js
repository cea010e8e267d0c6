/* Measuring on the map: straight lengths, and the area once the line is closed. */
"use strict";

class Measure {
  constructor(map, words, onToggle) {
    this.map = map;
    this.words = words;
    this.onToggle = onToggle;
    this.isOn = false;
    this.points = [];
    this.click = (event) => this.add(event.latlng);
    this.stop = (event) => { if (event.key === "Escape" && this.isOn) this.toggle(); };
  }

  toggle() {
    this.isOn = !this.isOn;
    this.map.getContainer().classList.toggle("crosshair", this.isOn);
    if (this.isOn) {
      this.points = [];
      this.line = L.polyline([], { color: "#b00020", weight: 2.5, dashArray: "6 4", interactive: false, renderer: L.svg() });
      this.line.addTo(this.map);
      this.result = el("div", { class: "measured", role: "status", "aria-live": "polite" }, this.words.measure_hint);
      this.map.getContainer().append(this.result);
      this.map.on("click", this.click);
      document.addEventListener("keydown", this.stop);
    } else {
      this.line.remove();
      this.result.remove();
      this.map.off("click", this.click);
      document.removeEventListener("keydown", this.stop);
    }
    this.onToggle(this.isOn);
  }

  add(latlng) {
    this.map.closePopup();
    this.points.push(latlng);
    this.line.setLatLngs(this.points);
    let length = 0;
    for (let i = 1; i < this.points.length; i++) length += this.map.distance(this.points[i - 1], this.points[i]);
    const parts = [this.words.straight, metresText(length, this.words)];
    if (this.points.length > 2) parts.push(this.words.area, areaText(this.area(), this.words));
    this.result.replaceChildren(text(this.points.length < 2 ? this.words.measure_hint : parts.join(" ")));
  }

  /** Return the area inside the closed line, square metres, on a plane at its first point. */
  area() {
    const [{ lat }] = this.points, unit = 111195;
    const xy = this.points.map((one) => [one.lng * unit * Math.cos((lat * Math.PI) / 180), one.lat * unit]);
    let twice = 0;
    xy.forEach(([x, y], i) => {
      const [nextX, nextY] = xy[(i + 1) % xy.length];
      twice += x * nextY - nextX * y;
    });
    return Math.abs(twice) / 2;
  }
}

/** Return a length in words. */
function metresText(metres, words) {
  return metres < 2000 ? fill(words.metres, { metres: whole(metres) }) : fill(words.kilometres, { km: (metres / 1000).toFixed(2) });
}

/** Return an area in words. */
function areaText(square, words) {
  return square < 100000 ? fill(words.square_metres, { area: whole(square) }) : fill(words.square_kilometres, { area: (square / 1e6).toFixed(2) });
}

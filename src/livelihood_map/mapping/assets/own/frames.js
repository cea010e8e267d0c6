/* Frames of an analyst on a map: rows by class, a legend that switches them, what a pointer is told. */
"use strict";

/** Return the corners of an encoded line as [latitude, longitude]. */
function frameCorners(text) {
  const corners = [];
  let at = 0, lat = 0, lng = 0;
  const step = () => {
    let value = 0, shift = 0, byte;
    do { byte = text.charCodeAt(at) - 63; at += 1; value |= (byte & 31) << shift; shift += 5; } while (byte >= 32);
    return value & 1 ? ~(value >> 1) : value >> 1;
  };
  while (at < text.length) { lat += step(); lng += step(); corners.push([lat / 1e5, lng / 1e5]); }
  return corners;
}

/** Return the shape of one row in its colour. */
function frameShape([kind, lines, of], layer) {
  const colour = layer.classes[of][1], corners = lines.map(frameCorners);
  const isBelow = !layer.name;
  if (kind === "Po" && corners[0].length === 1) {
    return L.circleMarker(corners[0][0], { radius: layer.size, color: "#fff", weight: 0.8, fillColor: colour, fillOpacity: 0.9 });
  }
  if (kind === "Li") return L.polyline(corners, { color: colour, weight: layer.size, opacity: 0.9, interactive: !isBelow });
  return L.polygon(corners, { color: colour, weight: 1, fillColor: colour, fillOpacity: 0.4 });
}

/** Return a box with what is told of a row, a line each. */
function frameTip(lines) {
  const box = document.createElement("div");
  lines.forEach((line) => { box.appendChild(document.createElement("div")).textContent = line; });
  return box;
}

/** Fill the map with the frames of the page, and its legend. */
function showFrames(map) {
  const content = JSON.parse(document.getElementById("payload").textContent);
  const legend = document.createElement("div");
  legend.className = "frames-legend leaflet-control";
  if (content.title) legend.appendChild(document.createElement("strong")).textContent = content.title;
  for (const layer of content.layers) {
    const groups = layer.classes.map(() => L.layerGroup().addTo(map));
    for (const row of layer.rows) {
      const shape = frameShape(row, layer);
      const tip = layer.tips[row[3]];
      if (tip && tip.length) shape.bindTooltip(() => frameTip(tip), { sticky: true });
      groups[row[2]].addLayer(shape);
    }
    if (!layer.name) continue;
    layer.classes.forEach(([word, colour], number) => {
      const count = new Set(layer.rows.filter((row) => row[2] === number).map((row) => row[3])).size;
      if (!count) return;
      const row = legend.appendChild(document.createElement("label"));
      const box = row.appendChild(document.createElement("input"));
      box.type = "checkbox"; box.checked = true;
      box.addEventListener("change", () => {
        if (box.checked) groups[number].addTo(map); else groups[number].remove();
      });
      const mark = row.appendChild(document.createElement("i"));
      mark.style.background = colour;
      row.appendChild(document.createElement("span")).textContent = word + " · " + count.toLocaleString("en");
    });
  }
  const Legend = L.Control.extend({ onAdd: () => { L.DomEvent.disableClickPropagation(legend); return legend; } });
  map.addControl(new Legend({ position: "topright" }));
  L.control.scale({ imperial: false }).addTo(map);
}

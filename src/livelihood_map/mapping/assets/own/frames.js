/* Frames of an analyst on a map: rows by class, a legend that switches them, what a pointer is told. */
"use strict";

/** Return the shape of one row in its colour. */
function frameShape([kind, lines, of], layer) {
  const colour = layer.classes[of][1], corners = lines.map(decodeLine);
  const isBelow = !layer.name;
  if (kind === "Po" && corners[0].length === 1) {
    return L.circleMarker(corners[0][0], { radius: layer.size, color: "#fff", weight: 0.8, fillColor: colour, fillOpacity: 0.9 });
  }
  if (kind === "Li") return L.polyline(corners, { color: colour, weight: layer.size, opacity: 0.9, interactive: !isBelow });
  return L.polygon(corners, { color: colour, weight: 1, fillColor: colour, fillOpacity: 0.4 });
}

/** Fill the map with the frames of the page, and its legend. */
function showFrames(map) {
  const content = JSON.parse(document.getElementById("payload").textContent);
  const legend = el("div", { class: "frames-legend leaflet-control" },
    content.title ? el("strong", {}, content.title) : null);
  for (const layer of content.layers) {
    const groups = layer.classes.map(() => L.layerGroup().addTo(map));
    for (const row of layer.rows) {
      const shape = frameShape(row, layer);
      const tip = layer.tips[row[3]];
      if (tip && tip.length) bindName(shape, () => el("div", {}, tip.map((line) => el("div", {}, line))));
      groups[row[2]].addLayer(shape);
    }
    if (!layer.name) continue;
    layer.classes.forEach(([word, colour], number) => {
      const count = new Set(layer.rows.filter((row) => row[2] === number).map((row) => row[3])).size;
      if (!count) return;
      const box = el("input", { type: "checkbox", checked: true, onchange: () => {
        if (box.checked) groups[number].addTo(map); else groups[number].remove();
      } });
      legend.append(el("label", {}, box, el("i", { colour }), el("span", {}, `${word} · ${count.toLocaleString("en")}`)));
    });
  }
  const Legend = L.Control.extend({ onAdd: () => { L.DomEvent.disableClickPropagation(legend); return legend; } });
  map.addControl(new Legend({ position: "topright" }));
  L.control.scale({ imperial: false }).addTo(map);
}

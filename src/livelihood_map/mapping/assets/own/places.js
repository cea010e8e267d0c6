/* Commercial centres, and places that the streets do not serve, on the planner's map. */
"use strict";

/** Add the centres with their areas and reach; no layer where there is none. */
function addCentres(planner) {
  const { page, words, renderer } = planner, { levels, rows } = page.centres;
  if (!rows.length) return;
  const group = planner.layers.centres = L.layerGroup();
  for (const one of rows) {
    const { name, shape, colour } = levels[one.level];
    for (const area of one.shapes) {
      L.polygon(decodeShape(area), {
        renderer, interactive: false, color: colour, weight: 1.4, dashArray: "2 4",
        fillColor: colour, fillOpacity: 0.04,
      }).addTo(group);
    }
    const mark = new ShapeMarker(decodeLine(one.point)[0], {
      renderer, shape, radius: 8, color: colour, weight: 2.6,
      fillColor: "#ffffff", fillOpacity: 0.9,
    });
    bindCard(mark, () => placeCard(one.name, name, [
      [words.town, one.town],
      [words.service_radius, one.radius_m === null ? null : fill(words.metres, { metres: whole(one.radius_m) })],
    ]));
    bindName(mark, () => one.name, { sticky: false }).addTo(group);
  }
  planner.show("centres", true);
}

/** Add the places that the streets do not serve, as a layer that is not shown at first. */
function addProblems(planner) {
  const { page, words, renderer } = planner;
  planner.layers.problems = L.layerGroup(page.problems.map((one) => {
    const layer = new ShapeMarker(decodeLine(one.point)[0], {
      renderer, shape: "triangle", radius: 5.5, color: "#222222", weight: 1.2,
      fillColor: "#ffd400", fillOpacity: 1,
    });
    return bindCard(layer, () => placeCard(one.name, words.network_problem, [
      [words.town, one.town], [words.problem, one.reason],
      [words.residents, one.population === null ? null : whole(one.population)],
    ]));
  }));
}

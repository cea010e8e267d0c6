/* The names on the planner's map. */
"use strict";

/** Write the names of what is shown; none over another, nor over a mark. */
function addNames(planner) {
  const { page, outlets, siteMarks } = planner, { residences, facilities, facility_kinds: kinds } = page;
  const spots = decodeLine(facilities.points).map(projectPlace);
  const bridges = longBridges(page);
  const isSeen = (index) => planner.shown.has(`facility:${kinds[facilities.kind[index]].id}`) && outlets.statuses.has(facilities.status[index]) && planner.isHere(facilities.town[index]);
  const outletNames = facilities.name.map((name, index) => ({ kind: "outlet", text: name, xy: spots[index], isShown: () => isSeen(index) }));
  const compounds = compoundItems(residences, ({ town }) => planner.shown.has("residences") && planner.isHere(town));
  planner.layers.names = new NameLayer([...nameItems(page), ...planner.zones.names(), ...compounds, ...outletNames], (scale, left, top, width, height) => {
    const marks = planner.shown.has("sites") ? siteMarks.boxes(scale, left, top, width, height) : [], zoom = Math.log2(scale);
    if (zoom < 15) for (const { box } of bridges) marks.push([box[0] * scale - left - 1, box[1] * scale - top - 1, box[2] * scale - left + 1, box[3] * scale - top + 1]);
    if (zoom < 14) return marks;
    const near = spots.map(([x, y]) => [x * scale - left, y * scale - top])
      .filter(([x, y], index) => x > 0 && y > 0 && x < width && y < height && isSeen(index));
    return [...marks, ...near.map(([x, y]) => [x - 6, y - 6, x + 6, y + 6])];
  });
  planner.show("names", true);
}

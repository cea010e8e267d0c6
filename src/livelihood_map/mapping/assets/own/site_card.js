/* What a suggested site tells of itself, on whatever page. */
"use strict";

/** Return rows of [what, value] as a table, those without a value left out. */
function cardTable(rows) {
  const told = rows.filter(([, value]) => value !== null && value !== undefined && value !== "" && value !== "–");
  return el("table", {}, el("tbody", {}, told.map(([name, value]) => el("tr", {}, el("th", { scope: "row" }, name), el("td", {}, value)))));
}

/** Return the rows of a site's card. */
function siteRows({ words }, site) {
  return [
    [words.gained, crowdText(words, site, "gained_")],
    [words.gained_share, percent(site.gained_share)],
    [words.cumulative_share, percent(site.cumulative_share)],
    [words.nearest_existing, site.nearest_existing_m === null ? null : fill(words.metres, { metres: whole(site.nearest_existing_m) })],
    [words.source, site.source],
  ];
}

/** Return how many sites a mark stands for beside its own, and the way to them; null when it stands for one. */
function otherSites(map, words, site, others) {
  if (!others.length) return null;
  const bounds = L.latLngBounds([site, ...others].map((one) => one.layer.getLatLng()));
  return el("p", { class: "note" }, fill(words.other_sites, { count: others.length }), " ",
    el("button", { type: "button", class: "plain", onclick: () => map.fitBounds(bounds, { padding: [60, 60], animate: false }) }, words.zoom_in));
}

/* Cards: what a place tells of itself, and a suggested site on whatever page. */
"use strict";

/** Return rows of [what, value] as a table, those without a value left out. */
function cardTable(rows) {
  const told = rows.filter(([, value]) => value !== null && value !== undefined && value !== "" && value !== "–");
  return el("table", { class: "facts" }, el("tbody", {}, told.map(([name, value]) => el("tr", {}, el("th", { scope: "row" }, name), el("td", {}, value)))));
}

/** Return the card of a place. */
function placeCard(title, subtitle, rows, ...rest) {
  return el("div", { class: "card" }, el("h3", {}, title), subtitle ? el("p", { class: "subtitle" }, subtitle) : null, cardTable(rows), ...rest);
}

/** Return how far it is from one of many places, in metres and whole minutes. */
function walkText(words, cover, index) {
  if (cover.walk_m[index] === null) return words.out_of_reach;
  return fill(words.walk, { metres: whole(cover.walk_m[index]), minutes: Math.round(cover.walk_min[index]) });
}

/** Return how far it is from the dwelling where walks begin at the gate; null where that is not known. */
function dwellingNote(words, { dwelling_m: walks = [] }, index) {
  const metres = walks[index];
  return metres === undefined || metres === null ? null : el("small", {}, fill(words.from_dwelling, { metres: whole(metres) }));
}

/** Return the grade of a walk and, in words, what it means: within the target, within the minimum, or beyond. */
function judgeWalk(words, { aim_m: aim, threshold_m: threshold }, walk) {
  if (walk === null) return ["bad", words.out_of_reach];
  const told = { aim: whole(aim), threshold: whole(threshold) };
  if (walk <= aim) return ["good", fill(aim === threshold ? words.verdict_covered : words.verdict_aim, told)];
  if (walk <= threshold) return ["fair", fill(words.verdict_circle, told)];
  return ["bad", fill(words.verdict_uncovered, told)];
}

/** Return the note that one person may be counted more than once; nothing where one crowd alone is told. */
function crowdNote({ words, people_note: note }, one, prefix = "") {
  return crowdRows(words, one, prefix).length > 1 ? el("p", { class: "note" }, note) : null;
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

/* What is printed behind the map's sheet where it is asked for: the legend's table, the towns and the sites. */
"use strict";

/** Return the pages behind the sheet as nodes. */
function annexParts({ page, words, review, legend }) {
  const copies = (selector) => [...document.querySelectorAll(selector)].map((node) => node.cloneNode(true));
  const part = (heading, ...nodes) => el("section", {}, el("h2", {}, heading), nodes);
  const towns = copies("#body-towns > .note, #body-towns > table");
  return [
    part(legend.title(), copies("#legend > *")),
    towns.length ? part(words.tab_towns, towns) : null,
    page.sites.length ? part(words.tab_sites, siteTable(page, page.sites, review)) : null,
    ...page.notes.map((line) => el("p", { class: "note" }, line)),
  ].filter(Boolean);
}

/** Return sites with what the town says of each. */
function siteTable({ words }, sites, review) {
  const heads = ["#", words.place_name, words.town, words.gained, words.source, words.review, words.remark];
  return el("table", { class: "annex" },
    el("thead", {}, el("tr", {}, heads.map((name) => el("th", { scope: "col" }, name)))),
    el("tbody", {}, sites.map((site) => {
      const { verdict, remark } = review.viewOf(site);
      return el("tr", {}, [site.rank, site.name, site.town, crowdText(words, site, "gained_"), site.source, verdictWord(words, verdict), remark]
        .map((cell) => el("td", {}, cell)));
    })));
}

/* What changes that are tried out come to: who is covered before and after, who gains and who loses. */
"use strict";

const WHATIF_LISTED = 12;

class WhatIfResult {
  constructor(whatIf) {
    const { planner, walks, words } = whatIf;
    Object.assign(this, { whatIf, planner, walks, words, page: planner.page });
    this.node = el("div", { class: "whatif-result" });
  }

  tell() {
    if (!this.whatIf.hasEdits()) { this.node.replaceChildren(el("p", { class: "note" }, this.words.no_changes)); return; }
    const { page, planner, words } = this, kind = planner.kind, isTown = page.what_if.is_town;
    const rows = this.whatIf.scenario.totals(kind), whole = rows[rows.length - 1], at = page.towns.findIndex((town) => town.name === planner.town);
    const changed = rows.slice(0, -1).map((row, index) => ({ row, name: page.towns[index] ? page.towns[index].name : "" }))
      .filter(({ row }) => row.crowds.some(({ target, threshold }) => target[0] !== target[1] || threshold[0] !== threshold[1]));
    this.node.replaceChildren(...[
      el("p", { class: "what-if-mark" }, words.mark),
      el("h2", {}, page.kinds[kind].name),
      this.table(isTown ? page.towns[0].name : planner.words.all_towns, whole, kind),
      at >= 0 && !isTown ? this.table(planner.town, rows[at], kind) : null,
      this.people(kind),
      changed.length && !isTown ? el("details", {}, el("summary", {}, fill(words.towns_changed, { count: changed.length })), changed.map(({ row, name }) => this.table(name, row, kind))) : null,
    ].filter(Boolean));
  }

  table(name, { crowds }, kind) {
    const { words, planner } = this, { aim_m: aim, threshold_m: threshold } = this.page.kinds[kind];
    const limits = aim === threshold ? [["threshold", threshold]] : [["target", aim], ["threshold", threshold]];
    const change = (value) => (value > 0 ? `+${whole(value)}` : value < 0 ? `−${whole(-value)}` : "0");
    return el("table", { class: "towns whatif-totals" }, el("caption", {}, name),
      el("thead", {}, el("tr", {}, [words.who, this.whatIf.hasSites ? planner.words.after : planner.words.before, words.after, words.change].map((head) => el("th", { scope: "col" }, head)))),
      el("tbody", {}, limits.flatMap(([limit, metres]) => crowds.map((crowd) => {
        const [before, after] = crowd[limit];
        return el("tr", { "data-limit": limit, "data-crowd": crowd.name }, el("th", { scope: "row" }, `${planner.words[CROWD_WORDS[crowd.name]]} ≤ ${fill(planner.words.metres, { metres: whole(metres) })}`),
          el("td", {}, whole(before)), el("td", {}, whole(after)), el("td", { class: after > before ? "more" : after < before ? "less" : "" }, change(after - before)));
      }))));
  }

  /** Return who gains and who loses most, with the way there. */
  people(kind) {
    const { page, words, planner } = this, { demandHome, people } = this.walks.pack, { crowds } = this.walks.pack.kinds[this.whatIf.scenario.kindNumber(kind)];
    const count = (d) => crowds.reduce((sum, crowd) => sum + people[crowd][d], 0);
    const rank = ([near, within]) => Number(near) + Number(within);
    const moved = this.whatIf.scenario.changes(kind).map((one) => ({ ...one, step: rank(one.after) - rank(one.before), people: count(one.demand) })).filter((one) => one.step && one.people > 0);
    const part = (sign, title) => {
      const rows = moved.filter(({ step }) => Math.sign(step) === sign).sort((a, b) => b.people - a.people || a.demand - b.demand);
      if (!rows.length) return null;
      const walk = (mm) => (mm < 0 ? planner.words.out_of_reach : fill(planner.words.metres, { metres: whole(mm / 1000) }));
      return [el("h2", {}, fill(title, { count: rows.length })), el("ul", { class: "list" }, rows.slice(0, WHATIF_LISTED).map((one) => el("li", {},
        el("button", { type: "button", onclick: () => this.goTo(one.demand) }, el("span", { class: "text" }, this.demandName(one.demand), el("small", {}, `${walk(one.beforeMm)} → ${walk(one.afterMm)}`)), el("span", { class: "count" }, whole(one.people)))))),
      rows.length > WHATIF_LISTED ? el("p", { class: "note" }, fill(planner.words.and_more, { count: rows.length - WHATIF_LISTED })) : null];
    };
    const parts = [part(-1, words.losers), part(1, words.winners)].filter(Boolean);
    return el("div", {}, parts.length ? parts : el("p", { class: "note" }, words.nobody));
  }

  demandName(demand) {
    const home = this.walks.pack.demandHome[demand], place = this.whatIf.marks.countedAt(demand);
    if (home >= 0) return this.page.residences[home].name;
    return place >= 0 ? this.page.counted.name[place] : this.words.workplace;
  }

  goTo(demand) {
    const { planner, walks: { pack } } = this, home = pack.demandHome[demand], place = this.whatIf.marks.countedAt(demand);
    if (home >= 0) planner.goTo(planner.compounds.marks[home], "residences", 15);
    else if (place >= 0) planner.goToCounted(place);
    else planner.map.setView([pack.demand.lat[demand] / 1e7, pack.demand.lon[demand] / 1e7], Math.max(15, planner.map.getZoom()), { animate: false });
  }
}

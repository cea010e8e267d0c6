/* What if: changes tried out on the map, with who gains and who loses, saved as a file that the program takes. */
"use strict";

const WHATIF_INK = { open: "#0a6b35", gone: "#a1151f" };
const WHATIF_LISTED = 12;
const WHATIF_NAME_MAX = 80;

/** Return a place that was pointed at, in degrees as a file holds them. */
function pointedAt({ lat, lng }) {
  return { lon: Number(lng.toFixed(7)), lat: Number(lat.toFixed(7)) };
}

/** Make edits of one scenario in another without any, and return those that cannot be made, by their number. */
function replayEdits(scenario, edits) {
  const { pack } = scenario, moved = { outlet: new Map(), gate: new Map() }, failed = [];
  const next = { outlet: pack.outlets.n, gate: pack.gates.n };
  const now = (sort, number) => (number < (sort === "outlet" ? pack.outlets.n : pack.gates.n) ? number : moved[sort].has(number) ? moved[sort].get(number) : -1);
  edits.forEach(({ edit, number, adds }) => {
    const { action, kind, name, outlet, gate, home, places } = edit;
    const done = {
      add_outlet: () => scenario.addOutlet(kind, places[0], name),
      move_outlet: () => scenario.moveOutlet(now("outlet", outlet), places[0]),
      close_outlet: () => scenario.closeOutlet(now("outlet", outlet)),
      open_gate: () => scenario.openGate(now("gate", gate)),
      close_gate: () => scenario.shutGate(now("gate", gate)),
      add_gate: () => scenario.addGate(home, places[0]),
      path: () => scenario.addPath(places),
    }[action]();
    if (!done.isDone) failed.push({ number, reason: done.reason });
    else if (adds) moved[adds.sort].set(next[adds.sort] + adds.at, done[adds.sort]);
  });
  return failed;
}

/** Return edits with their numbers from 1, and which outlet or gate each has added. */
function numberedEdits(edits) {
  const added = { outlet: 0, gate: 0 };
  return edits.map((edit, index) => {
    const sort = { add_outlet: "outlet", add_gate: "gate" }[edit.action];
    return { edit, number: index + 1, adds: sort ? { sort, at: added[sort]++ } : null };
  });
}

class WhatIf {
  constructor(planner) {
    Object.assign(this, { planner, page: planner.page, map: planner.map, words: planner.page.what_if.words });
    this.walks = new Walks(planner);
    this.group = L.layerGroup().addTo(this.map);
    this.name = "";
    this.hasSites = false;
    this.mode = null;
    this.path = [];
    this.isOn = false;
    this.build();
    this.map.on("click", (event) => { if (this.mode) this.place(event.latlng); });
    document.addEventListener("keydown", (event) => { if (event.key === "Escape" && this.mode) this.leave(); });
  }

  /** Unpack the network once, and begin without changes. */
  async start() {
    if (this.scenario) return;
    this.say(this.words.loading);
    await this.walks.load();
    this.begin();
    this.say("");
  }

  begin() {
    this.scenario = createScenario(this.walks.pack, { withSites: this.hasSites });
  }

  // ---- the tab ------------------------------------------------------------------------------

  build() {
    const { words } = this, button = (name, action, look = "plain") => el("button", { type: "button", class: look, onclick: action }, name);
    this.status = el("p", { class: "note", role: "status", "aria-live": "polite" });
    this.kindBox = el("select", { id: "whatif-kind" }, Object.keys(this.page.coverage).map((id) => el("option", { value: id }, this.page.kinds[id].name)));
    this.nameBox = el("input", { type: "text", class: "remark", id: "whatif-outlet", maxlength: 60 });
    this.titleBox = el("input", { type: "text", class: "remark", id: "whatif-title", maxlength: 80, oninput: (event) => { this.name = event.target.value; } });
    this.tools = {};
    const tool = (mode, name) => {
      this.tools[mode] = el("button", { type: "button", class: "plain", "aria-pressed": "false", onclick: () => this.enter(this.mode === mode ? null : mode) }, name);
      return this.tools[mode];
    };
    this.centre = button(words.at_centre, () => this.place(this.map.getCenter()));
    this.finish = button(words.finish_path, () => this.endPath());
    this.undoButton = button(words.undo, () => this.step("undo"));
    this.redoButton = button(words.redo, () => this.step("redo"));
    this.bestButton = button(words.best, () => this.findBest());
    this.list = el("ol", { class: "whatif-list" });
    this.result = el("div", { class: "whatif-result" });
    this.routes = el("div", { class: "whatif-routes" });
    this.fileBox = el("div", { class: "copied" });
    const file = el("input", {
      type: "file", accept: ".geojson,.json,.txt", class: "unseen", id: "whatif-file", tabindex: -1, "aria-hidden": "true",
      onchange: (event) => this.load(event.target.files[0]),
    });
    const states = this.page.sites.length ? el("div", { class: "choices", role: "group", "aria-label": words.base_state }, [false, true].map((hasSites) => el("label", { class: "choice" },
      el("input", { type: "radio", name: "whatif-state", value: String(hasSites), checked: hasSites === this.hasSites, onchange: () => this.rebase(hasSites) }),
      el("span", {}, hasSites ? this.planner.words.after : this.planner.words.before)))) : null;
    this.node = el("div", { id: "whatif" },
      el("p", { class: "note" }, words.note), this.page.what_if.is_town ? el("p", { class: "note" }, words.town_note) : null, states,
      el("fieldset", { class: "group" }, el("legend", {}, words.walks), el("div", { class: "buttons" }, tool("route", words.route_from_place)), this.routes),
      el("fieldset", { class: "group" }, el("legend", {}, words.changes),
        el("label", { class: "field" }, words.kind, this.kindBox), el("label", { class: "field" }, words.outlet_name, this.nameBox),
        el("div", { class: "buttons" }, tool("add", words.add_outlet), tool("path", words.add_path), this.bestButton),
        el("div", { class: "buttons placing", hidden: true }, this.centre, this.finish),
        el("p", { class: "note" }, words.more_in_cards),
        this.status, this.list,
        el("div", { class: "buttons" }, this.undoButton, this.redoButton, button(words.clear, () => this.clear()))),
      el("fieldset", { class: "group" }, el("legend", {}, words.result), this.result),
      el("fieldset", { class: "group" }, el("legend", {}, words.file),
        el("label", { class: "field" }, words.title, this.titleBox),
        el("div", { class: "buttons" }, button(words.save, () => this.save(), "plain main"), button(words.copy, () => this.copy()), button(words.open, () => file.click()), file),
        this.fileBox, el("p", { class: "note" }, words.file_note), el("code", {}, this.page.what_if.command)));
    this.flag = el("div", { class: "plan-name what-if-mark", hidden: true }, words.mark);
    this.map.getContainer().append(this.flag);
    this.kindBox.value = this.planner.kind;
    this.kindBox.addEventListener("change", () => this.planner.choose(this.kindBox.value, this.planner.plan));
    this.map.on("pagechange", () => { this.kindBox.value = this.planner.kind; this.tell(); });
    this.update();
  }

  say(line) {
    this.status.replaceChildren(text(line));
  }

  // ---- tools on the map ---------------------------------------------------------------------

  /** Take up a tool, or none; a place is then chosen by a click, or by the button for the map's centre. */
  async enter(mode, target = null) {
    this.leave();
    if (!mode) return;
    await this.start();
    Object.assign(this, { mode, target });
    this.map.getContainer().classList.add("crosshair", "placing");
    this.node.querySelector(".placing").hidden = false;
    this.finish.hidden = mode !== "path";
    if (this.tools[mode]) this.tools[mode].setAttribute("aria-pressed", "true");
    this.say(this.words[`hint_${mode}`]);
    this.planner.panel.open("whatif");
  }

  leave() {
    Object.assign(this, { mode: null, target: null, path: [] });
    if (this.sketch) this.sketch.remove();
    this.sketch = null;
    this.map.getContainer().classList.remove("crosshair", "placing");
    this.node.querySelector(".placing").hidden = true;
    for (const one of Object.values(this.tools)) one.setAttribute("aria-pressed", "false");
  }

  /** A place was chosen for what the tool does. */
  place(latlng) {
    const at = pointedAt(latlng), { mode, target, scenario } = this;
    this.map.closePopup();
    if (mode === "path") { this.addCorner(at); return; }
    this.leave();
    if (mode === "route") this.showRoutes(at, fill(this.words.place, { lon: at.lon.toFixed(5), lat: at.lat.toFixed(5) }));
    if (mode === "add") this.make(scenario.addOutlet(this.kindBox.value, at, this.nameBox.value.trim() || this.newName()));
    if (mode === "move") this.make(scenario.moveOutlet(target, at));
    if (mode === "gate") this.make(scenario.addGate(target, at));
  }

  /** Open an outlet of the sited kind where it reaches most people anew, and say how many. */
  async findBest() {
    const { words } = this, kind = this.page.site_kind;
    this.leave();
    await this.start();
    if (kind !== this.planner.kind) this.planner.choose(kind, this.planner.plan);
    this.say(words.searching);
    await new Promise((done) => { setTimeout(done, 50); }); // the search takes a moment: let its note be seen
    const best = this.scenario.bestOneMore(kind);
    if (!best) { this.say(words.best_none); return; }
    const [lng, lat] = this.walks.pack.projection.degrees(best.x, best.y), done = this.scenario.addOutlet(kind, pointedAt({ lat, lng }), best.name);
    this.make(done);
    if (!done.isDone) return;
    const gained = best.levelsM.map((metres, at) => fill(words.best_gain, { metres: whole(metres), people: whole(best.gained[at]) })).join(words.and);
    this.say(fill(words.best_found, { kind: this.page.kinds[kind].name, name: best.name, gained }));
    this.map.setView([lat, lng], Math.max(14, this.map.getZoom()), { animate: false });
  }

  newName() {
    return fill(this.words.new_name, { kind: this.page.kinds[this.kindBox.value].name, number: this.scenario.edits.filter(({ action }) => action === "add_outlet").length + 1 });
  }

  addCorner(at) {
    this.path.push(at);
    const line = this.path.map(({ lon, lat }) => [lat, lon]);
    if (!this.sketch) this.sketch = L.polyline(line, { renderer: this.walks.renderer, interactive: false, color: WHATIF_INK.open, weight: 4, dashArray: "2 6" }).addTo(this.map);
    this.sketch.setLatLngs(line);
    this.say(fill(this.words.corners, { count: this.path.length }));
  }

  endPath() {
    const places = this.path;
    this.leave();
    this.make(this.scenario.addPath(places));
  }

  // ---- changes ------------------------------------------------------------------------------

  /** Show what became of a change. */
  make(done) {
    const alone = (done.ends || []).filter((end) => end === "alone").length;
    this.say(done.isDone ? (alone ? fill(this.words.path_alone, { count: alone }) : this.words.made) : this.refusal(done.reason));
    this.update();
  }

  refusal(reason) {
    return fill(this.words.refused, { why: this.words[`why_${reason}`] || this.words.why_unknown });
  }

  step(way) {
    if (!this.scenario) return;
    this.scenario[way]();
    this.say("");
    this.update();
  }

  clear() {
    if (!this.scenario) return;
    this.scenario.clear();
    this.leave();
    this.walks.clear();
    this.routes.replaceChildren();
    this.say("");
    this.update();
  }

  /** Begin anew and make edits; what cannot be made is told by its number. */
  remake(make) {
    this.begin();
    const failed = make(this.scenario);
    this.update();
    return failed.map(({ number, reason }) => `${number}: ${this.words[`why_${reason}`] || this.words.why_unknown}`);
  }

  placeOf(sort, number) {
    const { state } = this.scenario;
    const { x, y } = sort === "gate" ? state.gates[number] : state.outlets[number];
    const [lon, lat] = this.walks.pack.projection.degrees(x, y);
    return { lon, lat };
  }

  /** Take one change back and keep the others. */
  drop(index) {
    const kept = numberedEdits(this.scenario.edits).filter((_, at) => at !== index);
    const lost = this.remake((scenario) => replayEdits(scenario, kept));
    this.say(lost.length ? fill(this.words.lost, { lost: lost.join("; ") }) : this.words.taken_back);
    const next = this.list.querySelectorAll("button");
    (next[Math.min(index, next.length - 1)] || this.undoButton).focus();
  }

  /** Set the changes beside today, or beside the plan with its sites open. */
  async rebase(hasSites) {
    this.hasSites = hasSites;
    if (!this.scenario) { await this.start(); this.update(); return; }
    const edits = numberedEdits(this.scenario.edits);
    const lost = this.remake((scenario) => replayEdits(scenario, edits));
    this.say(lost.length ? fill(this.words.lost, { lost: lost.join("; ") }) : "");
  }

  // ---- what it comes to ---------------------------------------------------------------------

  /** Return whether changes are made, so that the map shows them. */
  hasEdits() {
    return Boolean(this.scenario && this.scenario.edits.length);
  }

  update() {
    const has = this.hasEdits();
    this.undoButton.disabled = !has;
    this.bestButton.hidden = !this.page.coverage[this.page.site_kind];
    this.redoButton.disabled = !this.scenario || this.scenario.at >= this.scenario.states.length - 1;
    this.drawMarks();
    this.fillList();
    this.tell();
    if (has !== this.isOn) {
      this.isOn = has;
      this.flag.hidden = !has;
    }
    this.planner.compounds.paint();
    this.planner.legend.fill();
  }

  /** Return the classes of who gains and who loses, and that of each compound, in place of the map's own. */
  painted() {
    const { page, planner } = this, kind = planner.kind, { aim_m: aim, threshold_m: threshold } = page.kinds[kind];
    const before = this.scenario.before(kind).mm, after = this.scenario.measure(kind).mm, { demandHome } = this.walks.pack;
    const band = page.residences.map(() => UNCHANGED), walk = (mm) => (mm < 0 ? null : mm / 1000);
    demandHome.forEach((home, d) => { if (home >= 0) band[home] = changeOf(walk(before[d]), walk(after[d]), page.kinds[kind]); });
    const metres = { change_covered: threshold, change_met: aim, change_unmet: aim, change_uncovered: threshold };
    return {
      classes: CHANGES.map(({ word, ...look }, index) => ({
        is_lacking: false, is_rare: index !== UNCHANGED, ...look, name: fill(planner.words[word], { metres: metres[word] }),
      })),
      band,
    };
  }

  drawMarks() {
    this.group.clearLayers();
    if (!this.hasEdits()) return;
    const { state, edits } = this.scenario, { pack } = this.walks, first = this.scenario.states[0];
    state.outlets.forEach((one, outlet) => {
      const old = first.outlets[outlet], isMoved = old && (old.x !== one.x || old.y !== one.y);
      if (old && !isMoved && old.isOpen === one.isOpen) return;
      if (one.isOpen) this.drawOutlet(outlet, one);
      if (old && old.isOpen && (isMoved || !one.isOpen)) this.drawGone(old);
    });
    for (const { action, places } of edits) {
      if (action === "path") L.polyline(places.map(({ lon, lat }) => [lat, lon]), { renderer: this.walks.renderer, interactive: false, color: WHATIF_INK.open, weight: 4 }).addTo(this.group);
    }
    state.gates.forEach((gate, number) => {
      const old = number < pack.gates.n ? first.gates[number] : null;
      if (old && old.isOpen === gate.isOpen) return;
      const { lon, lat } = this.placeOf("gate", number);
      new ShapeMarker([lat, lon], { renderer: this.planner.renderer, shape: gate.isOpen ? "square" : "crossed", radius: 6, color: "#ffffff", weight: 1.5, fillColor: gate.isOpen ? WHATIF_INK.open : WHATIF_INK.gone, fillOpacity: 1, interactive: false }).addTo(this.group);
    });
  }

  /** Draw an outlet that the changes have put where it is; it may be dragged on. */
  drawOutlet(outlet, one) {
    const { lon, lat } = this.placeOf("outlet", outlet), name = this.walks.nameOf(this.scenario, outlet);
    const mark = L.marker([lat, lon], {
      draggable: true, alt: name, title: name, zIndexOffset: 3000, keyboard: true,
      icon: letterIcon("site", 26, { class: "site-mark whatif" }, "+"), picture: numberPainter("+", true),
    }).addTo(this.group);
    mark.on("dragend", () => {
      this.make(this.scenario.moveOutlet(outlet, pointedAt(mark.getLatLng())));
    });
    bindCard(mark, () => placeCard(name, this.walks.look(this.walks.pack.kinds[one.kind].id).name, [], this.ways("number", outlet)));
  }

  drawGone({ x, y }) {
    const [lon, lat] = this.walks.pack.projection.degrees(x, y);
    new ShapeMarker([lat, lon], { renderer: this.planner.renderer, shape: "crossed", radius: 7, color: WHATIF_INK.gone, weight: 2.5, fillColor: "#ffffff", fillOpacity: 0.9, interactive: false }).addTo(this.group);
  }

  fillList() {
    const edits = this.scenario ? this.scenario.edits : [];
    this.list.replaceChildren(...edits.map((edit, index) => el("li", {}, el("span", {}, this.editWords(edit)), " ",
      el("button", { type: "button", class: "plain", "aria-label": fill(this.words.take_back_n, { number: index + 1 }), onclick: () => this.drop(index) }, this.words.take_back))));
  }

  editWords(edit) {
    const { words, page } = this, { state } = this.scenario;
    const isSite = edit.outlet !== undefined && state.outlets[edit.outlet].isSite;
    const action = { close_outlet: isSite ? "did_drop" : "did_close", move_outlet: "did_move", add_outlet: "did_add", open_gate: "did_open_gate", close_gate: "did_shut_gate", add_gate: "did_add_gate", path: "did_path" }[edit.action];
    const home = edit.home !== undefined ? edit.home : edit.gate !== undefined ? state.gates[edit.gate].home : -1;
    const name = edit.action === "add_outlet" ? edit.name : edit.outlet !== undefined ? this.walks.nameOf(this.scenario, edit.outlet) : home >= 0 ? page.residences[home].name : "";
    const kind = edit.action === "add_outlet" ? page.kinds[edit.kind].name : edit.outlet !== undefined ? this.walks.look(this.walks.pack.kinds[state.outlets[edit.outlet].kind].id).name : "";
    return [words[action], kind, name].filter(Boolean).join(" · ");
  }

  // ---- totals -------------------------------------------------------------------------------

  tell() {
    if (!this.hasEdits()) { this.result.replaceChildren(el("p", { class: "note" }, this.words.no_changes)); return; }
    const { page, planner, words } = this, kind = planner.kind, isTown = page.what_if.is_town;
    const rows = this.scenario.totals(kind), whole = rows[rows.length - 1], at = page.towns.findIndex((town) => town.name === planner.town);
    const changed = rows.slice(0, -1).map((row, index) => ({ row, name: page.towns[index] ? page.towns[index].name : "" }))
      .filter(({ row }) => row.crowds.some(({ target, threshold }) => target[0] !== target[1] || threshold[0] !== threshold[1]));
    this.result.replaceChildren(...[
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
      el("thead", {}, el("tr", {}, [words.who, this.hasSites ? planner.words.after : planner.words.before, words.after, words.change].map((head) => el("th", { scope: "col" }, head)))),
      el("tbody", {}, limits.flatMap(([limit, metres]) => crowds.map((crowd) => {
        const [before, after] = crowd[limit];
        return el("tr", { "data-limit": limit, "data-crowd": crowd.name }, el("th", { scope: "row" }, `${planner.words[CROWD_WORDS[crowd.name]]} ≤ ${fill(planner.words.metres, { metres: whole(metres) })}`),
          el("td", {}, whole(before)), el("td", {}, whole(after)), el("td", { class: after > before ? "more" : after < before ? "less" : "" }, change(after - before)));
      }))));
  }

  /** Return who gains and who loses most, with the way there. */
  people(kind) {
    const { page, words, planner } = this, { demandHome, people } = this.walks.pack, { crowds } = this.walks.pack.kinds[this.scenario.kindNumber(kind)];
    const count = (d) => crowds.reduce((sum, crowd) => sum + people[crowd][d], 0);
    const rank = ([near, within]) => Number(near) + Number(within);
    const moved = this.scenario.changes(kind).map((one) => ({ ...one, step: rank(one.after) - rank(one.before), people: count(one.demand) })).filter((one) => one.step && one.people > 0);
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
    const home = this.walks.pack.demandHome[demand];
    return home >= 0 ? this.page.residences[home].name : this.words.workplace;
  }

  goTo(demand) {
    const { pack } = this.walks, home = pack.demandHome[demand];
    if (home >= 0) { this.planner.goTo(this.planner.compounds.marks[home], "residences", 15); return; }
    this.map.setView([pack.demand.lat[demand] / 1e7, pack.demand.lon[demand] / 1e7], Math.max(15, this.map.getZoom()), { animate: false });
  }

  // ---- ways from the cards ------------------------------------------------------------------

  /** Return the buttons of a card: routes from there, and what may be tried with the place. */
  ways(sort, index) {
    const { words } = this, go = (act) => async () => { this.map.closePopup(); await this.start(); this.planner.panel.open("whatif"); act(); };
    const button = (name, act) => el("button", { type: "button", class: "plain", onclick: go(act) }, name);
    const buttons = [];
    if (sort === "home" || sort === "counted") {
      buttons.push(button(words.routes, () => this.routesOf(sort, index)));
      if (sort === "home") buttons.push(button(words.add_gate, () => this.enter("gate", index)));
    } else if (sort === "gate") {
      buttons.push(button(words.turn_gate, () => this.turnGate(index)));
    } else {
      const number = () => (sort === "number" ? index : this.outletAt(sort, index));
      buttons.push(button(words.routes, () => this.showRoutes({ outlet: number() }, this.walks.nameOf(this.scenario, number()))));
      buttons.push(button(words.move, () => { if (number() >= 0) this.enter("move", number()); else this.say(this.refusal("unknown")); }));
      buttons.push(button(sort === "site" ? words.drop : words.shut, () => this.make(this.scenario.closeOutlet(number()))));
    }
    return el("div", { class: "buttons whatif-ways" }, buttons);
  }

  /** Return the number of an outlet by its row on the page, of a site by its rank; -1 for what does not count. */
  outletAt(sort, row) {
    const { outletRow, outletSite } = this.walks.pack;
    return outletRow.findIndex((one, outlet) => one === row && Boolean(outletSite[outlet]) === (sort === "site"));
  }

  turnGate(index) {
    const { gates } = this.page, [lat, lon] = decodeLine(gates.points)[index], { scenario } = this;
    const [x, y] = scenario.metres({ lon, lat }), apart = (one) => Math.hypot(one.x - x, one.y - y);
    const own = scenario.state.gates.map((one, at) => at).filter((at) => scenario.state.gates[at].home === gates.home[index]);
    const gate = own.reduce((best, at) => (best < 0 || apart(scenario.state.gates[at]) < apart(scenario.state.gates[best]) ? at : best), -1);
    if (gate < 0) { this.say(this.refusal("unknown")); return; }
    this.make(scenario.state.gates[gate].isOpen ? scenario.shutGate(gate) : scenario.openGate(gate));
  }

  routesOf(sort, index) {
    const { counted, residences } = this.page;
    const demand = sort === "home" ? this.walks.demandAt(index) : this.walks.demandAt(null, this.planner.counted.marks[index].getLatLng());
    if (demand < 0) { this.say(this.refusal("unknown")); return; }
    this.showRoutes({ demand }, sort === "home" ? residences[index].name : counted.name[index]);
  }

  showRoutes(from, title) {
    const told = this.walks.draw(this.scenario, from);
    this.routes.replaceChildren(el("h2", {}, title), ...this.walks.tell(this.scenario, told),
      el("button", { type: "button", class: "plain", onclick: () => { this.walks.clear(); this.routes.replaceChildren(); } }, this.words.clear_routes));
    this.node.parentNode.scrollTop = this.routes.offsetTop - this.node.offsetTop;
    this.say("");
  }

  // ---- out and in ---------------------------------------------------------------------------

  fileText() {
    const { type, ...content } = saveChanges(this.scenario);
    return `${JSON.stringify({ type, name: this.name || this.page.what_if.file, ...content }, null, 1)}\n`;
  }

  async save() {
    await this.start();
    saveFile(`${this.page.what_if.file}.geojson`, this.fileText(), "application/geo+json");
  }

  /** Show the file as a text, for where nothing can be saved. */
  async copy() {
    await this.start();
    const { words } = this.planner, note = el("p", { class: "note", role: "status" }, words.review_copied);
    const area = el("textarea", { class: "remark", rows: 6, readonly: true, "aria-label": this.words.file });
    area.value = this.fileText();
    this.fileBox.replaceChildren(area, note);
    area.select();
    let isCopied = false;
    try {
      isCopied = document.execCommand("copy");
    } catch (error) { /* the reader copies by hand */ }
    if (!isCopied) note.replaceChildren(text(words.review_copy_self));
  }

  async load(file) {
    if (!file) return;
    await this.start();
    const found = this.read(await file.text());
    if (!found) { this.say(this.words.no_file); return; }
    this.leave();
    if (!this.hasSites && found.features.some((one) => one && one.properties && ["drop_site", "move_site"].includes(one.properties.action))) {
      this.hasSites = true;
      for (const box of this.node.querySelectorAll('input[name="whatif-state"]')) box.checked = box.value === "true";
    }
    const lost = this.remake((scenario) => openChanges(scenario, found));
    this.name = this.titleBox.value = typeof found.name === "string" ? found.name.slice(0, WHATIF_NAME_MAX) : "";
    this.say(lost.length ? fill(this.words.lost, { lost: lost.join("; ") }) : fill(this.words.opened, { count: found.features.length }));
    this.fit();
  }

  /** Return what a text holds, words around it passed over; null where it is no file of changes. */
  read(written) {
    try {
      const content = JSON.parse(written.slice(written.indexOf("{"), written.lastIndexOf("}") + 1));
      return content && content.type === "FeatureCollection" && Array.isArray(content.features) ? content : null;
    } catch (error) {
      return null;
    }
  }

  /** Show all that was changed. */
  fit() {
    const bounds = L.latLngBounds([]);
    this.group.eachLayer((layer) => { if (layer.getBounds) bounds.extend(layer.getBounds()); else bounds.extend(layer.getLatLng()); });
    if (bounds.isValid()) this.map.fitBounds(bounds, { maxZoom: 15, padding: [60, 60], animate: false });
  }
}

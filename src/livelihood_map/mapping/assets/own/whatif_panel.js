/* What if: changes tried out on the map, with who gains and who loses, saved as a file that the program takes. */
"use strict";

class WhatIf {
  constructor(planner) {
    Object.assign(this, { planner, page: planner.page, map: planner.map, words: planner.page.what_if.words });
    this.walks = new Walks(planner);
    this.marks = new WhatIfMarks(this);
    this.result = new WhatIfResult(this);
    this.file = new WhatIfFile(this);
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
    this.routes = el("div", { class: "whatif-routes" });
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
      el("fieldset", { class: "group" }, el("legend", {}, words.result), this.result.node),
      this.file.node);
    this.flag = el("div", { class: "plan-name what-if-mark", hidden: true }, words.mark);
    this.map.getContainer().append(this.flag);
    this.kindBox.value = this.planner.kind;
    this.kindBox.addEventListener("change", () => this.planner.choose(this.kindBox.value, this.planner.plan));
    this.map.on("pagechange", () => { this.kindBox.value = this.planner.kind; this.show(); });
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

  /** Begin with the plan's sites open, or without. */
  setSites(hasSites) {
    this.hasSites = hasSites;
    for (const box of this.node.querySelectorAll('input[name="whatif-state"]')) box.checked = box.value === String(hasSites);
  }

  /** Set the changes beside today, or beside the plan with its sites open. */
  async rebase(hasSites) {
    this.setSites(hasSites);
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
    this.marks.draw();
    this.fillList();
    if (has !== this.isOn) {
      this.isOn = has;
      this.flag.hidden = !has;
    }
    this.planner.compounds.paint();
    this.planner.legend.fill();
    this.show();
  }

  /** Show for the chosen kind whom the changes reach and whom they leave. */
  show() {
    this.result.tell();
    this.planner.counted.showTried(this.hasEdits() ? this.marks.counted() : new Map());
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
    const { counted, residences } = this.page, isHome = sort === "home";
    const from = isHome ? { home: index } : { demand: this.marks.demands()[index] };
    if (isHome ? !this.walks.pack.demandHome.includes(index) : from.demand < 0) { this.say(this.refusal("unknown")); return; }
    this.showRoutes(from, isHome ? residences[index].name : counted.name[index]);
  }

  showRoutes(from, title) {
    const told = this.walks.draw(this.scenario, from);
    this.routes.replaceChildren(el("h2", {}, title), ...this.walks.tell(this.scenario, told),
      el("button", { type: "button", class: "plain", onclick: () => { this.walks.clear(); this.routes.replaceChildren(); } }, this.words.clear_routes));
    this.node.parentNode.scrollTop = this.routes.offsetTop - this.node.offsetTop;
    this.say("");
  }
}

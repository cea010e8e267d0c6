/* The panel of the planner's map: its tabs, and the boxes that choose kind, plan and layers. */
"use strict";

class Panel {
  constructor(planner) {
    Object.assign(this, { planner, page: planner.page, words: planner.words });
  }

  build() {
    const panel = document.getElementById("panel");
    const { words } = this, tabs = [["layers", words.tab_layers, this.layersTab()]];
    if (this.planner.lists.sites) tabs.push(["sites", words.tab_sites, this.sitesTab()]);
    if (this.planner.lists.zones) tabs.push(["zones", words.tab_zones, this.planner.lists.zones.node]);
    if (this.page.town_rows.length) tabs.push(["towns", words.tab_towns, this.planner.towns.tab()]);
    tabs.push(["compounds", words.tab_compounds, this.planner.lists.compounds.node]);
    if (this.planner.whatIf) tabs.push(["whatif", this.page.what_if.words.tab, this.planner.whatIf.node]);
    else if (this.page.what_if) tabs.push(["whatif", this.page.what_if.tab, el("p", { class: "note" }, this.page.what_if.refusal)]);
    const list = el("div", { class: "tabs", role: "tablist", "aria-label": this.words.panel });
    const bodies = [];
    tabs.forEach(([id, name, body], position) => {
      const button = el("button", {
        type: "button", role: "tab", id: `tab-${id}`, "aria-controls": `body-${id}`,
        "aria-selected": String(position === 0), tabindex: position === 0 ? 0 : -1,
        onclick: () => this.open(id),
        onkeydown: (event) => {
          const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
          if (step) this.open(tabs[(position + step + tabs.length) % tabs.length][0], true);
        },
      }, name);
      list.append(button);
      bodies.push(el("div", {
        class: "tab-body", role: "tabpanel", id: `body-${id}`, "aria-labelledby": `tab-${id}`,
        tabindex: 0, hidden: position !== 0,
      }, body));
    });
    panel.append(...[this.planner.towns.chooser(), list, ...bodies].filter(Boolean));
  }

  open(id, isFocused = false) {
    for (const button of document.querySelectorAll('#panel [role="tab"]')) {
      const isOpen = button.id === `tab-${id}`;
      button.setAttribute("aria-selected", String(isOpen));
      button.tabIndex = isOpen ? 0 : -1;
      document.getElementById(button.getAttribute("aria-controls")).hidden = !isOpen;
      if (isOpen && isFocused) button.focus();
    }
    this.planner.lists.open(id);
  }

  group(title, ...rows) {
    return el("fieldset", { class: "group" }, el("legend", {}, title), rows);
  }

  toggle(name, text, swatch, count) {
    if (!this.planner.layers[name]) return null;
    const box = el("input", {
      type: "checkbox", "data-layer": name, checked: this.planner.shown.has(name),
      onchange: (event) => this.planner.show(name, event.target.checked),
    });
    return el("label", { class: "row" }, box, swatch, el("span", { class: "text" }, text),
      count === undefined ? null : el("span", { class: "count" }, whole(count)));
  }

  layersTab() {
    const kinds = Object.keys(this.page.coverage).map((kind) => el("label", { class: "choice" },
      el("input", {
        type: "radio", name: "kind", value: kind, checked: kind === this.planner.kind,
        onchange: () => this.planner.choose(kind, this.planner.plan),
      }), el("span", {}, this.page.kinds[kind].name)));
    const plans = Object.keys(this.page.after).length ? el("div", { class: "choices", id: "plans" },
      ["before", "after", "change"].map((plan) => el("label", { class: "choice" },
        el("input", {
          type: "radio", name: "plan", value: plan, checked: plan === this.planner.plan,
          onchange: () => this.planner.choose(this.planner.kind, plan),
        }), el("span", {}, this.words[plan])))) : null;
    this.planner.legend.fill();
    this.planner.service.fillTiers();
    const line = (colour, dash, width) => svg("svg", { viewBox: "0 0 16 16", width: 16, height: 16, class: "swatch", "aria-hidden": "true" },
      svg("path", { d: "M0 8H16", stroke: colour, "stroke-width": width, "stroke-dasharray": dash, fill: "none" }));
    const { colours } = this.page;
    return [
      this.dividedNote(),
      this.group(this.words.group_coverage,
        el("div", { class: "choices", id: "kinds" }, kinds), absentNotes(this.page), plans,
        this.toggle("residences", this.words.layer_residences, null),
        this.page.counted.kinds.length ? el("div", { class: "pairs indent", role: "group", "aria-label": this.words.layer_counted },
          el("p", { class: "note" }, this.words.layer_counted), this.planner.counted.rows()) : null,
        this.page.gates.home.length ? [this.toggle("gates", this.words.layer_gates, null, this.page.gates.home.length), this.planner.gates.legend()] : null,
        this.planner.layers.service ? [this.toggle("service", this.words.layer_service, null), this.planner.service.tierBox,
          el("p", { class: "note indent" }, this.page.area_note)] : null,
        this.planner.legend.node),
      this.group(this.words.group_plan,
        this.page.sites.length ? this.toggle("sites", this.words.layer_sites, el("span", { class: "site-mark small", "aria-hidden": "true" }, "1"), this.page.sites.length) : null,
        this.page.sites.some((site) => site.is_host) ? el("p", { class: "note indent" }, el("span", { class: "site-mark small host", "aria-hidden": "true" }, "1"), " ", this.words.site_host) : null,
        this.toggle("gained", fill(this.words.layer_gained, { metres: this.page.kinds[this.page.site_kind].aim_m }), this.hatchSwatch()),
        this.page.zones.length ? [this.toggle("zones", this.words.layer_zones, line(colours.zone, "4 2.5", 2)),
          this.page.counted.kinds.length ? this.toggle("counted:gaps", this.words.layer_gap_places, symbolIcon(GAP_PLACE.shape, GAP_PLACE.colour, GAP_PLACE.line)) : null] : null,
        this.page.centres.rows.length ? this.toggle("centres", this.words.layer_centres, null, this.page.centres.rows.length) : null,
        this.page.centres.levels.map((one) => el("p", { class: "note indent" }, symbolIcon(one.shape, "#ffffff", one.colour), " ", one.name)),
        this.page.problems.length ? this.toggle("problems", this.words.layer_problems, symbolIcon("triangle", "#ffd400", "#222222"), this.page.problems.length) : null),
      this.group(this.words.group_facilities,
        this.page.facility_kinds.map((kind, index) => this.toggle(`facility:${kind.id}`, kind.name,
          symbolIcon(kind.shape, kind.colour, "#ffffff"), this.planner.outlets.counts[index])),
        this.planner.marked.rows(),
        this.planner.outlets.statusRows()),
      this.group(this.words.group_base,
        this.toggle("townlines", this.words.layer_townlines, line(colours.town, "5 2.5 1 2.5", 1.6)),
        this.toggle("names", this.words.layer_names, null),
        this.toggle("streets", this.words.layer_streets, line("#b9b9b2", "none", 2)),
        this.toggle("rails", this.words.layer_rails, line("#9a7fb8", "none", 2)),
        this.toggle("ground", this.words.layer_ground, null),
        this.toggle("outside", this.words.layer_outside, null),
        this.baseLegend(),
        this.page.online ? this.toggle("online", fill(this.words.layer_online, { name: this.page.online.name }), null) : null,
        this.page.online ? el("p", { class: "note indent" }, this.words.online_note) : null),
    ];
  }

  /** Return the signs of the base map with what they mean. */
  baseLegend() {
    return el("ul", { class: "signs", "aria-label": this.words.base_legend }, this.page.signs.map((sign) => el("li", {}, signSwatch(sign), ` ${sign.text}`)));
  }

  hatchSwatch() {
    return svg("svg", { viewBox: "0 0 16 16", width: 16, height: 16, class: "swatch", "aria-hidden": "true" },
      svg("path", { d: "M1 1H15V15H1ZM1 8L8 1M1 15L15 1M8 15L15 8", stroke: INK, fill: "none" }));
  }

  /** Say what a divided map leaves to others, and lead there; nothing on a map that shows all. */
  dividedNote() {
    if (this.page.whole_page) return el("p", { class: "note" }, pageLink(this.page.whole_page, this.words.to_whole));
    return this.planner.isDivided() ? el("p", { class: "note" }, this.words.city_note) : null;
  }

  sitesTab() {
    return [el("p", { class: "note" }, this.words.sites_note), el("div", { id: "review" }), this.planner.lists.sites.node];
  }
}

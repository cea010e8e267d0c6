/* A town's view of the suggested sites: agree or reject with a reason, own proposals; saved as a
   CSV with the columns of the site list, and read back from one. Nothing leaves the computer. */
"use strict";

class Review {
  constructor(planner) {
    this.planner = planner;
    this.words = planner.words;
    this.views = new Map();
    this.pins = [];
    this.isSaved = true;
    this.group = L.layerGroup().addTo(planner.map);
    this.buildBar();
    window.addEventListener("beforeunload", (event) => { if (!this.isSaved) event.preventDefault(); });
  }

  buildBar() {
    const { words } = this;
    this.count = el("span", { class: "note", role: "status" }, "");
    this.pinButton = el("button", { type: "button", class: "plain", "aria-pressed": "false", onclick: () => this.togglePin() }, words.review_pin);
    const file = el("input", { type: "file", accept: ".csv", class: "unseen", id: "review-file", tabindex: -1, "aria-hidden": "true", onchange: (event) => this.load(event.target.files[0]) });
    document.getElementById("review").replaceChildren(
      el("h2", {}, words.review), el("p", { class: "note" }, words.review_note),
      el("div", { class: "buttons" }, this.pinButton,
        el("button", { type: "button", class: "plain", onclick: () => file.click() }, words.review_load),
        el("button", { type: "button", class: "plain main", onclick: () => this.save() }, words.review_save), file),
      this.count);
    this.update();
  }

  /** Return the part of a site's card where a view is given. */
  form(site) {
    const view = this.views.get(site.id) || { verdict: "", remark: "" };
    const choice = (verdict, text) => el("label", { class: "choice" },
      el("input", { type: "radio", name: `verdict-${site.rank}`, value: verdict, checked: view.verdict === verdict, onchange: () => this.set(site.id, { verdict }) }),
      el("span", {}, text));
    return el("div", { class: "verdict-form" },
      el("div", { class: "choices", role: "group", "aria-label": this.words.review },
        choice("agree", this.words.agree), choice("reject", this.words.reject), choice("", this.words.undecided)),
      el("input", {
        type: "text", class: "remark", maxlength: 300, placeholder: this.words.remark, "aria-label": this.words.remark,
        value: view.remark, oninput: (event) => this.set(site.id, { remark: event.target.value }),
      }));
  }

  set(id, change) {
    const view = { verdict: "", remark: "", ...this.views.get(id), ...change };
    if (view.verdict || view.remark) this.views.set(id, view); else this.views.delete(id);
    this.isSaved = false;
    this.update();
  }

  update() {
    let agreed = 0, rejected = 0;
    for (const { verdict } of this.views.values()) {
      if (verdict === "agree") agreed += 1;
      if (verdict === "reject") rejected += 1;
    }
    this.count.replaceChildren(text(fill(this.words.review_count, { agreed, rejected, added: this.pins.length })));
    for (const mark of document.querySelectorAll(".verdict")) {
      const { verdict = "" } = this.views.get(mark.dataset.site) || {};
      mark.replaceChildren(text({ agree: `✓ ${this.words.agree}`, reject: `✗ ${this.words.reject}`, "": "" }[verdict]));
      mark.className = `verdict ${verdict}`;
    }
    for (const site of this.planner.page.sites) {
      const node = site.layer.getElement() && site.layer.getElement().firstChild;
      if (!node) continue;
      const { verdict = "" } = this.views.get(site.id) || {};
      node.classList.toggle("agree", verdict === "agree");
      node.classList.toggle("reject", verdict === "reject");
    }
  }

  togglePin() {
    const isOn = this.pinButton.getAttribute("aria-pressed") !== "true";
    this.pinButton.setAttribute("aria-pressed", String(isOn));
    const { map } = this.planner;
    map.getContainer().classList.toggle("crosshair", isOn);
    if (isOn) map.once("click", this.place = (event) => { this.addPin(event.latlng, "", ""); this.togglePin(); });
    else map.off("click", this.place);
  }

  addPin(latlng, name, remark) {
    const pin = { name, remark };
    pin.layer = L.marker(latlng, {
      draggable: true, alt: this.words.own_proposal, title: this.words.own_proposal, zIndexOffset: 2000,
      icon: letterIcon("site", 26, { class: "site-mark pin" }, "+"),
      picture: numberPainter("+", true),
    }).addTo(this.group);
    pin.layer.on("dragend", () => { this.isSaved = false; });
    bindCard(pin.layer, () => this.pinForm(pin));
    this.pins.push(pin);
    this.isSaved = false;
    this.update();
    pin.layer.openPopup();
  }

  pinForm(pin) {
    const field = (key, text) => el("label", { class: "field" }, text, el("input", {
      type: "text", class: "remark", maxlength: 300, value: pin[key],
      oninput: (event) => { pin[key] = event.target.value; this.isSaved = false; },
    }));
    const { lat, lng } = pin.layer.getLatLng();
    return el("div", { class: "card" }, el("h3", {}, this.words.own_proposal),
      el("p", { class: "subtitle" }, `${lng.toFixed(6)}, ${lat.toFixed(6)}`),
      field("name", this.words.place_name), field("remark", this.words.remark),
      el("button", { type: "button", class: "plain", onclick: () => this.removePin(pin) }, this.words.remove));
  }

  removePin(pin) {
    pin.layer.remove();
    this.pins = this.pins.filter((one) => one !== pin);
    this.isSaved = false;
    this.update();
  }

  save() {
    const { page } = this.planner, words = page.review_words;
    const rows = [words.headings];
    for (const site of page.sites) {
      const { verdict = "", remark = "" } = this.views.get(site.id) || {};
      const [lat, lon] = decodeLine(site.point)[0];
      rows.push([site.rank, site.town, site.name, site.id, { agree: this.words.agree, reject: this.words.reject, "": "" }[verdict], remark, lon.toFixed(6), lat.toFixed(6)]);
    }
    for (const pin of this.pins) {
      const { lat, lng } = pin.layer.getLatLng();
      rows.push(["", "", pin.name, "", this.words.review_new, pin.remark, lng.toFixed(6), lat.toFixed(6)]);
    }
    saveFile(`${page.file_name}_${words.file}.csv`, csvText(rows), "text/csv");
    this.isSaved = true;
  }

  async load(file) {
    if (!file) return;
    const rows = readCsv(await file.text());
    const { headings } = this.planner.page.review_words;
    const column = headings.map((heading) => rows[0].indexOf(heading));
    const known = new Map(this.planner.page.sites.map((site) => [site.id, site]));
    let taken = 0;
    for (const row of rows.slice(1)) {
      const [, , name, id, view, remark, lon, lat] = column.map((at) => (at < 0 ? "" : (row[at] || "").trim()));
      if (known.has(id)) {
        const verdict = view === this.words.agree ? "agree" : view === this.words.reject ? "reject" : "";
        if (verdict || remark) { this.set(id, { verdict, remark }); taken += 1; }
      } else if (view === this.words.review_new && isFinite(parseFloat(lat)) && isFinite(parseFloat(lon))) {
        this.addPin([parseFloat(lat), parseFloat(lon)], name, remark);
        taken += 1;
      }
    }
    this.planner.map.closePopup();
    this.update();
    this.count.append(text(` · ${fill(this.words.review_loaded, { count: taken })}`));
  }
}

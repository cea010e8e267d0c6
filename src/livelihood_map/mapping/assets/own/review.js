/* A town's view of the suggested sites: agree or reject with a reason, own proposals. One text holds it all, a CSV
   with the columns of the site list: the browser keeps it, and it is saved, copied and read back. Nothing leaves the computer. */
"use strict";

/** A text that the browser keeps between visits; where it keeps nothing, as in a chat program, `isThere` says so. */
class KeptText {
  constructor(name) {
    this.name = name;
  }

  read() {
    try {
      this.isThere = true;
      return window.localStorage.getItem(this.name) || "";
    } catch (error) {
      this.isThere = false;
      return "";
    }
  }

  write(value) {
    try {
      window.localStorage.setItem(this.name, value);
    } catch (error) {
      this.isThere = false;
    }
  }
}

/** Return the text of a file: UTF-8, or the GBK in which Excel saves a table in China. */
function fileText(bytes) {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (error) {
    return new TextDecoder("gb18030").decode(bytes);
  }
}

/** Return the word for a verdict, none for an open one. */
function verdictWord(words, verdict) {
  return { agree: words.agree, reject: words.reject }[verdict] || "";
}

class Review {
  /** `page` holds words, sites with their `layer`, and `review`; the review is about the sites `own`. */
  constructor(map, page, own = page.sites) {
    Object.assign(this, { map, page, own, words: page.words });
    this.views = new Map();
    this.pins = [];
    this.lost = [];
    this.kept = new KeptText(page.review.name);
    this.group = L.layerGroup().addTo(map);
    this.buildBar();
    this.take(this.kept.read());
    this.isSaved = true;
    this.update();
    window.addEventListener("beforeunload", (event) => { if (!this.isSaved && !this.kept.isThere) { event.preventDefault(); event.returnValue = ""; } }); // the latter for Chrome before 119
  }

  buildBar() {
    const { words } = this, button = (name, action, look = "plain") => el("button", { type: "button", class: look, onclick: action }, name);
    this.count = el("p", { class: "note", role: "status" }, "");
    this.lostBox = el("div", { class: "lost" });
    this.textBox = el("div", { class: "copied" });
    this.storeNote = el("p", { class: "note" }, "");
    this.pinButton = el("button", { type: "button", class: "plain", "aria-pressed": "false", onclick: () => this.togglePin() }, words.review_pin);
    const file = el("input", {
      type: "file", accept: ".csv,.txt", class: "unseen", id: "review-file", tabindex: -1, "aria-hidden": "true",
      onchange: (event) => this.load(event.target.files[0]),
    });
    document.getElementById("review").replaceChildren(
      el("h2", {}, words.review), el("p", { class: "note" }, words.review_note),
      el("div", { class: "buttons" }, this.pinButton, button(words.review_load, () => file.click()),
        button(words.review_save, () => this.save(), "plain main"), button(words.review_copy, () => this.copy()), file),
      this.count, this.storeNote, this.lostBox, this.textBox);
  }

  /** Return the view of a site; empty where there is none. */
  viewOf({ id }) {
    return this.views.get(id) || { verdict: "", remark: "" };
  }

  /** Return the part of a site's card where a view is given. */
  form(site) {
    const view = this.viewOf(site);
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
    const view = { ...this.viewOf({ id }), ...change };
    if (view.verdict || view.remark) this.views.set(id, view); else this.views.delete(id);
    this.change();
  }

  /** Keep what was changed, and show it. */
  change() {
    this.isSaved = false;
    this.kept.write(this.text());
    this.update();
  }

  update() {
    const { words } = this;
    let agreed = 0, rejected = 0;
    for (const { verdict } of this.views.values()) {
      if (verdict === "agree") agreed += 1;
      if (verdict === "reject") rejected += 1;
    }
    this.count.replaceChildren(text(fill(words.review_count, { agreed, rejected, added: this.pins.length })));
    this.storeNote.replaceChildren(text(this.kept.isThere ? words.review_kept : words.review_not_kept));
    for (const mark of document.querySelectorAll(".verdict")) {
      const { verdict } = this.viewOf({ id: mark.dataset.site });
      mark.replaceChildren(text({ agree: `✓ ${words.agree}`, reject: `✗ ${words.reject}`, "": "" }[verdict]));
      mark.className = `verdict ${verdict}`;
    }
    for (const site of this.page.sites) {
      const node = site.layer.getElement() && site.layer.getElement().firstChild;
      if (!node) continue;
      const { verdict } = this.viewOf(site);
      node.classList.toggle("agree", verdict === "agree");
      node.classList.toggle("reject", verdict === "reject");
    }
    this.showLost();
    this.map.fire("reviewchange");
  }

  /** Tell of views whose sites are not there any more; they stay in what is saved until they are dropped. */
  showLost() {
    const { lost, words, page } = this;
    this.lostBox.replaceChildren(...(lost.length ? [
      el("p", { class: "note" }, fill(words.review_lost, { count: lost.length, metres: page.review.same_place_m })),
      el("ul", { class: "note" }, lost.map(([, town, name, , view, remark]) => el("li", {}, [town, name, view, remark].filter(Boolean).join(" · ")))),
      el("button", { type: "button", class: "plain", onclick: () => { this.lost = []; this.change(); } }, words.review_drop),
    ] : []));
  }

  // ---- own proposals ------------------------------------------------------------------------

  togglePin() {
    const isOn = this.pinButton.getAttribute("aria-pressed") !== "true";
    this.pinButton.setAttribute("aria-pressed", String(isOn));
    this.isPlacing = isOn;
    this.map.getContainer().classList.toggle("crosshair", isOn);
    if (isOn) this.map.once("click", this.place = (event) => { this.togglePin(); this.addPin(event.latlng, "", "").layer.openPopup(); this.change(); });
    else this.map.off("click", this.place);
  }

  addPin(latlng, name, remark) {
    const pin = { name, remark };
    pin.layer = L.marker(latlng, {
      draggable: true, alt: this.words.own_proposal, title: this.words.own_proposal, zIndexOffset: 2000,
      icon: letterIcon("site", 26, { class: "site-mark pin" }, "+"),
      picture: numberPainter("+", true),
    }).addTo(this.group);
    pin.layer.on("dragend", () => this.change());
    bindCard(pin.layer, () => this.pinForm(pin));
    this.pins.push(pin);
    return pin;
  }

  pinForm(pin) {
    const field = (key, text) => el("label", { class: "field" }, text, el("input", {
      type: "text", class: "remark", maxlength: 300, value: pin[key],
      oninput: (event) => { pin[key] = event.target.value; this.change(); },
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
    this.change();
  }

  // ---- out and in ---------------------------------------------------------------------------

  /** Return all that was said as rows below the headings of the site list. */
  rows() {
    const { page, words } = this, degrees = ({ lat, lng }) => [lng.toFixed(6), lat.toFixed(6)];
    const told = page.sites.filter((site) => this.own.includes(site) || this.views.has(site.id)).map((site) => {
      const { verdict, remark } = this.viewOf(site);
      return [site.rank, site.town, site.name, site.id, verdictWord(words, verdict), remark, ...degrees(site.layer.getLatLng())];
    });
    const added = this.pins.map(({ name, remark, layer }) => ["", "", name, "", words.review_new, remark, ...degrees(layer.getLatLng())]);
    return [page.review.headings, ...told, ...added, ...this.lost];
  }

  text() {
    return csvText(this.rows());
  }

  save() {
    saveFile(`${this.page.review.file}.csv`, this.text(), "text/csv");
    this.isSaved = true;
  }

  /** Show all as a text to paste into a message, for where nothing can be saved. */
  copy() {
    const { words, page } = this, note = el("p", { class: "note", role: "status" }, words.review_copied);
    const area = el("textarea", { class: "remark", rows: 6, readonly: true, "aria-label": words.review_text });
    area.value = `${page.review.file}\n${this.text().replace("\ufeff", "").replace(/\r/g, "")}`;
    this.textBox.replaceChildren(area, note);
    area.select();
    let isCopied = false;
    try {
      isCopied = document.execCommand("copy");
    } catch (error) { /* the reader copies by hand */ }
    if (!isCopied) note.replaceChildren(text(words.review_copy_self));
    this.isSaved = true;
  }

  async load(file) {
    if (!file) return;
    const count = this.take(fileText(await file.arrayBuffer()));
    this.map.closePopup();
    this.change();
    this.count.append(text(` · ${fill(this.words.review_loaded, { count })}`));
  }

  /** Take what a text says, and return how many of its rows; whatever stands before its headings is passed over. */
  take(written) {
    const rows = readCsv(written), { headings } = this.page.review;
    const head = rows.findIndex((row) => row.includes(headings[4]));
    if (head < 0) return 0;
    const column = headings.map((heading) => rows[head].indexOf(heading));
    return rows.slice(head + 1).filter((row) => this.takeRow(column.map((at) => (at < 0 ? "" : (row[at] || "").trim())))).length;
  }

  /** Take one row, in the order of our headings; return whether it said anything. */
  takeRow(row) {
    const [, , name, id, view, remark, lon, lat] = row, { words } = this;
    const place = placeOf(lat, lon), verdict = { [words.agree]: "agree", [words.reject]: "reject" }[view] || "";
    if (view === words.review_new && place) {
      const pin = layerAt(this.pins.map(({ layer }) => layer), place) ? null : this.addPin(place, name, remark);
      return Boolean(pin);
    }
    if (!verdict && !remark) return false;
    const site = this.siteOf(id, name, place);
    if (site) this.views.set(site.id, { verdict, remark });
    else if (!this.lost.some((other) => String(other) === String(row))) this.lost.push(row);
    return true;
  }

  /** Return the site that a view is of: the one at its place, whatever numbers and ids another run gave. */
  siteOf(id, name, place) {
    const { sites, review } = this.page, known = sites.find((site) => site.id === id);
    if (!place) return known;
    const metres = (site) => site.layer.getLatLng().distanceTo(place);
    const near = sites.filter((site) => metres(site) <= review.same_place_m).sort((a, b) => metres(a) - metres(b));
    if (known && (near.includes(known) || known.name === name)) return known;
    return near[0];
  }
}

/* Changes that are tried out, out into a file that the program takes, and in again. */
"use strict";

const WHATIF_NAME_MAX = 80;

class WhatIfFile {
  constructor(whatIf) {
    const { planner, words } = whatIf;
    Object.assign(this, { whatIf, planner, words, page: planner.page, name: "" });
    this.titleBox = el("input", { type: "text", class: "remark", id: "whatif-title", maxlength: WHATIF_NAME_MAX, oninput: (event) => { this.name = event.target.value; } });
    this.fileBox = el("div", { class: "copied" });
    const button = (name, action, look = "plain") => el("button", { type: "button", class: look, onclick: action }, name);
    const file = el("input", {
      type: "file", accept: ".geojson,.json,.txt", class: "unseen", id: "whatif-file", tabindex: -1, "aria-hidden": "true",
      onchange: (event) => this.load(event.target.files[0]),
    });
    this.node = el("fieldset", { class: "group" }, el("legend", {}, words.file),
      el("label", { class: "field" }, words.title, this.titleBox),
      el("div", { class: "buttons" }, button(words.save, () => this.save(), "plain main"), button(words.copy, () => this.copy()), button(words.open, () => file.click()), file),
      this.fileBox, el("p", { class: "note" }, words.file_note), el("code", {}, this.page.what_if.command));
  }

  text() {
    const { type, ...content } = saveChanges(this.whatIf.scenario);
    return `${JSON.stringify({ type, name: this.name || this.page.what_if.file, ...content }, null, 1)}\n`;
  }

  async save() {
    await this.whatIf.start();
    saveFile(`${this.page.what_if.file}.geojson`, this.text(), "application/geo+json");
  }

  /** Show the file as a text, for where nothing can be saved. */
  async copy() {
    await this.whatIf.start();
    const { words } = this.planner, note = el("p", { class: "note", role: "status" }, words.review_copied);
    const area = el("textarea", { class: "remark", rows: 6, readonly: true, "aria-label": this.words.file });
    area.value = this.text();
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
    const { whatIf, words } = this;
    await whatIf.start();
    const found = this.read(await file.text());
    if (!found) { whatIf.say(words.no_file); return; }
    whatIf.leave();
    if (found.features.some((one) => one && one.properties && ["drop_site", "move_site"].includes(one.properties.action))) whatIf.setSites(true);
    const lost = whatIf.remake((scenario) => openChanges(scenario, found));
    this.name = this.titleBox.value = typeof found.name === "string" ? found.name.slice(0, WHATIF_NAME_MAX) : "";
    whatIf.say(lost.length ? fill(words.lost, { lost: lost.join("; ") }) : fill(words.opened, { count: found.features.length }));
    whatIf.marks.fit();
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
}

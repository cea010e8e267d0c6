/* Pictures and printed sheets of the planner's map. */
"use strict";

class Prints {
  constructor(planner) {
    Object.assign(this, { planner, page: planner.page, words: planner.words });
    this.paper = "A4";
  }

  /** Return what stands around the map of a sheet. */
  parts() {
    const { page, words } = this, { name, standard } = page.kinds[this.planner.kind];
    const tried = this.planner.isTrying() ? page.what_if.words.mark : "";
    const plan = tried ? ` · ${tried}` : page.after[this.planner.kind] ? ` · ${words[this.planner.plan]}` : "";
    this.outline = this.outline || districtOutline(page);
    return {
      title: `${document.title} · ${name}${plan}`, legend: this.planner.legend.parts(), signs: page.signs.filter(({ layer }) => this.planner.shown.has(layer)),
      block: page.block, notes: [tried, ...page.notes, [standard, page.kinds[this.planner.kind].start, this.planner.legend.crowds()].filter(Boolean).join("　")].filter(Boolean), outline: this.outline, isPart: !holdsBox(worldView(this.planner.map), this.outline.box),
      words: { ...words, legend: this.planner.legend.title() },
    };
  }

  /** Save what is on the screen, as large as it is there, with what belongs to a sheet around it. */
  async save() {
    const { x: width, y: height } = this.planner.map.getSize(), view = { centre: this.planner.map.getCenter(), zoom: this.planner.map.getZoom() };
    await loadView(this.planner.map, { width, height });
    Sheet.around(this.planner.map, [width, height], this.parts()).draw(view).toBlob((blob) => saveFile(`${this.page.file_name}.png`, blob));
  }

  /** Fill the printed sheet at once: nothing may wait for a frame once printing has begun. */
  fill() {
    const { sheet, k, isWide, view } = paperSheet(this.planner.map, this.paper, this.parts()), canvas = sheet.draw(view, 2 * k);
    canvas.style.width = `${sheet.width * k}px`;
    const box = document.getElementById("sheet");
    box.className = `${this.paper}-${isWide ? "across" : "upright"}`;
    box.replaceChildren(canvas);
    document.getElementById("annex").replaceChildren(...(this.hasAnnex ? annexParts(this.planner) : []));
  }

  /** Print the map on a sheet; with its tables and lists behind it where these are asked for. */
  print(paper, hasAnnex = false) {
    Object.assign(this, { paper, hasAnnex });
    window.print();
    this.hasAnnex = false;
  }
}

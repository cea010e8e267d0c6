/* The controls on the planner's map: zoom, scale, north, locator and the buttons. */
"use strict";

class Tools {
  constructor(planner) {
    Object.assign(this, { planner, page: planner.page, words: planner.words });
  }

  add() {
    L.control.zoom({
      position: "topright", zoomInTitle: this.words.zoom_in, zoomOutTitle: this.words.zoom_out,
    }).addTo(this.planner.map);
    const { words } = this;
    const Scale = L.Control.Scale.extend({
      _updateMetric(longest) {
        const metres = this._getRoundNum(longest);
        const text = metres < 1000 ? fill(words.metres, { metres }) : fill(words.kilometres, { km: metres / 1000 });
        this._updateScale(this._mScale, text, metres / longest);
      },

      _updateScale(bar, length, share) {
        bar.style.width = `${Math.round(this.options.maxWidth * share)}px`;
        bar.replaceChildren(text(length));
      },
    });
    new Scale({ position: "bottomleft", imperial: false, maxWidth: 140 }).addTo(this.planner.map);
    this.planner.projector = new Projector(this.planner);
    northControl(words).addTo(this.planner.map);
    locatorControl(this.page, words).addTo(this.planner.map);
    const tools = L.control({ position: "topright" });
    tools.onAdd = () => {
      const box = el("div", { class: "leaflet-bar tools" }, this.buttons());
      L.DomEvent.disableClickPropagation(box);
      return box;
    };
    tools.addTo(this.planner.map);
  }

  tool(id, icon, text, action) {
    return el("button", { type: "button", id: `tool-${id}`, title: text, "aria-label": text, onclick: action },
      svg("svg", { viewBox: "0 0 24 24", width: 18, height: 18, "aria-hidden": "true" },
        svg("path", { d: icon, fill: "none", stroke: "currentColor", "stroke-width": 1.8, "stroke-linejoin": "round", "stroke-linecap": "round" })));
  }

  buttons() {
    const { words } = this;
    return [
      this.tool("home", "M4 11L12 4L20 11M6 10V20H18V10M10 20V14H14V20", words.whole_district,
        () => this.planner.map.fitBounds(this.page.bounds, { padding: [8, 8] })),
      this.tool("measure", "M3 17L17 3L21 7L7 21ZM7 13L9 15M10 10L13 13M13 7L15 9", words.measure,
        () => this.planner.measure.toggle()),
      Object.keys(this.page.after).length > 0 && this.tool("compare", "M3 5H21V19H3ZM12 5V19", words.compare, () => this.planner.toggleCompare()),
      this.tool("full", "M4 9V4H9M15 4H20V9M20 15V20H15M9 20H4V15", words.full_screen, () => this.toggleFull()),
      this.tool("projector", "M3 4H21V15H3ZM12 15V18M8 21L12 18L16 21", words.projector, () => this.planner.projector.toggle()),
      this.tool("print", "M7 8V3H17V8M7 17H4V9H20V17H17M7 14H17V21H7Z", fill(words.print_on, { paper: "A4" }), () => this.planner.prints.print("A4")),
      this.tool("print-a3", "M3 18L7 6L11 18M4.5 14H9.5M14 7.5C15 6 19 6 19 8.8C19 11 17 11.6 16 11.6C17 11.6 20 12 20 14.8C20 18.5 15 18.5 13.5 16.5", fill(words.print_on, { paper: "A3" }), () => this.planner.prints.print("A3")),
      this.tool("print-all", "M5 3H15L19 7V21H5ZM8 11H16M8 14H16M8 17H13M8 7H12", words.print_all, () => this.planner.prints.print("A4", true)),
      this.tool("picture", "M4 5H20V19H4ZM4 16L9 11L13 15L16 12L20 16M15 8.5H15.1", words.save_picture, () => this.planner.prints.save()),
      this.tool("panel", "M4 5H20V19H4ZM10 5V19", words.toggle_panel, () => {
        document.body.classList.toggle("no-panel");
        this.planner.map.invalidateSize();
      }),
    ].filter(Boolean);
  }

  press(id, isPressed) {
    document.getElementById(`tool-${id}`).setAttribute("aria-pressed", String(isPressed));
  }

  toggleFull() {
    if (document.fullscreenElement) document.exitFullscreen();
    else document.documentElement.requestFullscreen();
  }
}

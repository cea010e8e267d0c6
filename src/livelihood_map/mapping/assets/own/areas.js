/* Areas that the page unpacks when the reader asks for them: service areas and what sites add. */
"use strict";

/** Canvas tiles of what `pick` returns at the time, as classes of `VectorTiles`; `load` unpacks it. */
const PickedTiles = VectorTiles.extend({
  initialize(pick, load, options) {
    L.setOptions(this, { zIndex: 2, ...options });
    this._pick = pick;
    this.load = load;
    this.on("add", load);
  },

  paint(...view) {
    this._classes = this._pick();
    VectorTiles.prototype.paint.apply(this, view);
  },
});

/** Return encoded rings as a class of areas. */
function areaClass(lines) {
  return { lines, minZoom: 0, isArea: true, projected: null };
}

/** Return diagonal lines to fill a canvas path with; tiles meet without a step. */
function hatch(colour, step = 8) {
  const cell = el("canvas", { width: step, height: step }), ctx = cell.getContext("2d");
  ctx.strokeStyle = colour;
  ctx.lineWidth = 1.4;
  for (const shift of [-step, 0, step]) {
    ctx.moveTo(shift - 1, step + 1);
    ctx.lineTo(shift + step + 1, -1);
  }
  ctx.stroke();
  return ctx.createPattern(cell, "repeat");
}

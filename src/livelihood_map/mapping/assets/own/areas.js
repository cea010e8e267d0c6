/* Areas that the page unpacks when the reader asks for them: service areas and what sites add. */
"use strict";

/** Canvas tiles of what `pick` returns at the time, as classes of `VectorTiles`; `load` unpacks it. */
const PickedTiles = VectorTiles.extend({
  initialize(pick, load, options) {
    L.setOptions(this, { zIndex: 4, ...options });
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

/* The 100 m lattice: what a click anywhere is answered from, and service areas drawn on demand. */
"use strict";

class WalkGrid {
  constructor(section) {
    Object.assign(this, section);
    for (const kind of Object.values(this.kinds)) {
      kind.walk_m = this.unpack(kind.walk_m);
      kind.facility = this.unpack(kind.facility);
    }
  }

  unpack(steps) {
    const values = new Int32Array(steps.length);
    let value = 0;
    steps.forEach((step, index) => { value += step; values[index] = value; });
    return values;
  }

  /** Return the number of the cell around a place; -1 outside the lattice or the district. */
  cellAt({ lat, lng }) {
    const row = Math.floor(lat / this.step_lat) - this.first_row;
    const column = Math.floor(lng / this.step_lon) - this.first_column;
    if (row < 0 || column < 0 || row >= this.rows || column >= this.columns) return -1;
    const cell = row * this.columns + column;
    const [kind] = Object.values(this.kinds);
    return kind.walk_m[cell] === -2 ? -1 : cell;
  }

  /** Return {walk_m, facility} of a cell; null stands for out of reach. */
  answer(kind, cell) {
    const walk = this.kinds[kind].walk_m[cell], facility = this.kinds[kind].facility[cell];
    return { walk_m: walk < 0 ? null : walk, facility: facility < 0 ? null : facility };
  }

  /** Return south-west and north-east corner of a cell as Leaflet bounds. */
  bounds(cell) {
    const row = Math.floor(cell / this.columns) + this.first_row;
    const column = (cell % this.columns) + this.first_column;
    return [[row * this.step_lat, column * this.step_lon], [(row + 1) * this.step_lat, (column + 1) * this.step_lon]];
  }

  /** Return the class of the legend that holds a walk. */
  band(classes, walk) {
    if (walk === null) return classes.length - 2;
    const found = classes.findIndex((one) => one.limit_m !== null && walk <= one.limit_m);
    return found >= 0 ? found : classes.length - 3;
  }
}

/** Service areas by tier, painted cell by cell when the layer is switched on. */
const ServiceArea = L.GridLayer.extend({
  options: { pane: "tilePane", opacity: 0.36, keepBuffer: 2, noWrap: true, zIndex: 2, updateWhenZooming: false },

  initialize(choose, options) {
    L.setOptions(this, options);
    this._grid = null;
    this._choose = choose;
  },

  /** Take the lattice, once it is unpacked, and paint. */
  setGrid(grid) {
    this._grid = grid;
    this.redraw();
  },

  createTile(coords) {
    const tile = el("canvas", { width: 256, height: 256 });
    this.paint(tile.getContext("2d"), 2 ** coords.z, coords.x * 256, coords.y * 256, 256, 256);
    return tile;
  },

  paint(ctx, scale, left, top, width, height) {
    if (!this._grid) return;
    const { kind, classes } = this._choose(), grid = this._grid, walks = grid.kinds[kind].walk_m;
    const zoom = Math.log2(scale), corner = (x, y) => pageCrs.pointToLatLng(L.point(left + x, top + y), zoom);
    const at = (row, column) => pageCrs.latLngToPoint(L.latLng(
      (row + grid.first_row) * grid.step_lat, (column + grid.first_column) * grid.step_lon), zoom);
    const low = corner(0, height), high = corner(width, 0);
    const clip = (value, limit) => Math.min(Math.max(value, 0), limit);
    const rows = [low.lat, high.lat].map((lat) => clip(Math.floor(lat / grid.step_lat) - grid.first_row, grid.rows - 1));
    const columns = [low.lng, high.lng].map((lng) => clip(Math.floor(lng / grid.step_lon) - grid.first_column, grid.columns - 1));
    for (let row = rows[0]; row <= rows[1]; row++) {
      for (let column = columns[0]; column <= columns[1]; column++) {
        const walk = walks[row * grid.columns + column];
        if (walk === -2) continue;
        ctx.fillStyle = classes[grid.band(classes, walk < 0 ? null : walk)].colour;
        const below = at(row, column), above = at(row + 1, column + 1);
        const x = Math.round(below.x - left), y = Math.round(above.y - top);
        ctx.fillRect(x, y, Math.round(above.x - left) - x, Math.round(below.y - top) - y);
      }
    }
  },
});

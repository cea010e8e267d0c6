/**
 * What lies near a place: lines in squares of 100 m.
 */

/** @typedef {import("./pack.js").Places} Places */

const CELL_M = 100;

/** Which things lie near a place: squares of 100 m, each with what touches it. */
export class EdgeGrid {
  /**
   * @param {Float64Array} boxes west, south, east, north of each thing
   */
  constructor(boxes) {
    const n = boxes.length / 4;
    this.boxes = boxes;
    this.west = Infinity;
    this.south = Infinity;
    let east = -Infinity, north = -Infinity;
    for (let k = 0; k < n; k++) {
      this.west = Math.min(this.west, boxes[4 * k]);
      this.south = Math.min(this.south, boxes[4 * k + 1]);
      east = Math.max(east, boxes[4 * k + 2]);
      north = Math.max(north, boxes[4 * k + 3]);
    }
    this.columns = n ? Math.floor((east - this.west) / CELL_M) + 1 : 0;
    this.rows = n ? Math.floor((north - this.south) / CELL_M) + 1 : 0;
    const counts = new Int32Array(this.columns * this.rows + 1);
    for (let k = 0; k < n; k++) this.eachCell(boxes, 4 * k, 0, (cell) => counts[cell + 1]++);
    for (let c = 0; c < counts.length - 1; c++) counts[c + 1] += counts[c];
    this.head = counts;
    this.items = new Int32Array(counts[counts.length - 1]);
    const at = counts.slice();
    for (let k = 0; k < n; k++) this.eachCell(boxes, 4 * k, 0, (cell) => { this.items[at[cell]++] = k; });
    this.seen = new Int32Array(n);
    this.turn = 0;
  }

  /**
   * @param {ArrayLike<number>} box
   * @param {number} at where the box starts
   * @param {number} reach metres around it
   * @param {(cell: number) => void} visit
   */
  eachCell(box, at, reach, visit) {
    const column = (/** @type {number} */ x) => Math.floor((x - this.west) / CELL_M);
    const row = (/** @type {number} */ y) => Math.floor((y - this.south) / CELL_M);
    const left = Math.max(0, column(box[at] - reach)), low = Math.max(0, row(box[at + 1] - reach));
    const right = Math.min(this.columns - 1, column(box[at + 2] + reach));
    const high = Math.min(this.rows - 1, row(box[at + 3] + reach));
    for (let r = low; r <= high; r++) {
      for (let c = left; c <= right; c++) visit(r * this.columns + c);
    }
  }

  /**
   * Call `visit` once for each thing whose box lies within `reach` metres of a box.
   * @param {ArrayLike<number>} box
   * @param {number} reach
   * @param {(item: number) => void} visit
   */
  near(box, reach, visit) {
    const { boxes } = this, turn = ++this.turn;
    this.eachCell(box, 0, reach, (cell) => {
      for (let h = this.head[cell]; h < this.head[cell + 1]; h++) {
        const k = this.items[h], b = 4 * k;
        if (this.seen[k] === turn) continue;
        this.seen[k] = turn;
        if (boxes[b] - reach > box[2] || boxes[b + 2] + reach < box[0]) continue;
        if (boxes[b + 1] - reach > box[3] || boxes[b + 3] + reach < box[1]) continue;
        visit(k);
      }
    });
  }
}

/**
 * Return west, south, east, north of one line.
 * @param {Places} vertices
 * @param {Int32Array} first
 * @param {number} line
 * @returns {[number, number, number, number]}
 */
export function lineBox({ x, y }, first, line) {
  let west = Infinity, south = Infinity, east = -Infinity, north = -Infinity;
  for (let k = first[line]; k < first[line + 1]; k++) {
    west = Math.min(west, x[k]);
    south = Math.min(south, y[k]);
    east = Math.max(east, x[k]);
    north = Math.max(north, y[k]);
  }
  return [west, south, east, north];
}

/**
 * Return the same of all lines, one after the other.
 * @param {Places} vertices
 * @param {Int32Array} first
 */
export function lineBoxes(vertices, first) {
  const boxes = new Float64Array(4 * (first.length - 1));
  for (let e = 0; e < first.length - 1; e++) boxes.set(lineBox(vertices, first, e), 4 * e);
  return boxes;
}

/**
 * The streets as they are walked, and as they are with a path more.
 *
 * The numbers in brackets are those of the walking rules in docs/method.md. Nodes and edges are
 * numbered as the engine numbers them; what a path adds is numbered behind them and has a `rank`
 * between its neighbours' instead, so that equals are told apart as the engine does it.
 */
import { lineLength } from "./pack.js";

/** @typedef {import("./pack.js").Pack} Pack */
/** @typedef {import("./pack.js").Places} Places */

/**
 * @typedef {Object} Arcs neighbours of node i are `to[head[i]]` to `to[head[i + 1] - 1]`
 * @property {Int32Array} head
 * @property {Int32Array} to
 * @property {Float64Array} ticks
 * @property {Int32Array} edge
 */

/**
 * @typedef {Object} Streets
 * @property {Pack} pack
 * @property {Places} nodes
 * @property {Float64Array} rank place of each node in the engine's order
 * @property {Int32Array} u
 * @property {Int32Array} v
 * @property {Int32Array} key
 * @property {Uint8Array} isPrivate
 * @property {Uint8Array} isPass
 * @property {Uint8Array} isGone edges that a path has cut in two
 * @property {Float64Array} ticks
 * @property {Int32Array} first
 * @property {Places} vertices
 * @property {Parts} parts
 * @property {Uint8Array} tier order in which joins prefer edges (3): 0, 1 or 2
 * @property {Uint8Array} isStreetNode whether a way for everyone meets the node
 * @property {Arcs} open ways for everyone
 * @property {Arcs} inner private ways, from nodes that no way for everyone meets
 * @property {number[]} added edges that paths have added
 * @property {EdgeGrid} grid index of the edges of the pack
 */

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

/**
 * Return the streets of a pack.
 * @param {Pack} pack
 * @returns {Streets}
 */
export function readStreets(pack) {
  const edgesN = pack.u.length;
  return withArcs({
    pack,
    nodes: pack.nodes,
    rank: Float64Array.from({ length: pack.nodes.n }, (_, k) => k),
    u: pack.u,
    v: pack.v,
    key: pack.key,
    isPrivate: pack.isPrivate,
    isPass: pack.isPass,
    isGone: new Uint8Array(edgesN),
    ticks: pack.ticks,
    first: pack.first,
    vertices: pack.vertices,
    added: [],
    grid: new EdgeGrid(lineBoxes(pack.vertices, pack.first)),
  }, null);
}

/**
 * Return the streets with what follows from their edges: parts, tiers and arcs.
 * @param {any} bare
 * @param {Parts | null} known the parts, where they are known
 * @returns {Streets}
 */
export function withArcs(bare, known) {
  const { u, v, isPrivate, isGone, nodes } = bare;
  const isStreetNode = new Uint8Array(nodes.n);
  for (let e = 0; e < u.length; e++) {
    if (!isGone[e] && !isPrivate[e]) isStreetNode[u[e]] = isStreetNode[v[e]] = 1;
  }
  const parts = known || findParts(bare);
  const streets = { ...bare, isStreetNode, parts, tier: findTiers(bare, parts) };
  // [5] Private ways lead to and from what lies on them, never from street to street.
  streets.open = listArcs(bare, (e) => !isPrivate[e], () => true);
  streets.inner = listArcs(bare, (e) => isPrivate[e] === 1, (tail) => !isStreetNode[tail]);
  return streets;
}

/**
 * Return arcs both ways along the edges that are taken.
 * @param {any} bare
 * @param {(edge: number) => boolean} takes
 * @param {(tail: number) => boolean} starts
 * @returns {Arcs}
 */
function listArcs({ u, v, ticks, isGone, nodes }, takes, starts) {
  const head = new Int32Array(nodes.n + 1);
  const isTaken = new Uint8Array(u.length);
  for (let e = 0; e < u.length; e++) {
    if (isGone[e] || u[e] === v[e] || !takes(e)) continue;
    isTaken[e] = 1;
    if (starts(u[e])) head[u[e] + 1]++;
    if (starts(v[e])) head[v[e] + 1]++;
  }
  for (let k = 0; k < nodes.n; k++) head[k + 1] += head[k];
  const at = head.slice(), size = head[nodes.n];
  const arcs = { head, to: new Int32Array(size), ticks: new Float64Array(size), edge: new Int32Array(size) };
  const put = (/** @type {number} */ tail, /** @type {number} */ tip, /** @type {number} */ e) => {
    if (!starts(tail)) return;
    const k = at[tail]++;
    arcs.to[k] = tip;
    arcs.ticks[k] = ticks[e];
    arcs.edge[k] = e;
  };
  for (let e = 0; e < u.length; e++) {
    if (!isTaken[e]) continue;
    put(u[e], v[e], e);
    put(v[e], u[e], e);
  }
  return arcs;
}

/**
 * @typedef {Object} Parts connected streets
 * @property {Int32Array} label part of each node
 * @property {Float64Array} metres of streets in each part
 */

/**
 * Return the connected parts of streets. [3]
 * @param {any} bare
 * @returns {Parts}
 */
function findParts({ u, v, ticks, isGone, nodes, pack }) {
  const label = Int32Array.from({ length: nodes.n }, (_, k) => k);
  const find = (/** @type {number} */ k) => {
    while (label[k] !== k) {
      label[k] = label[label[k]];
      k = label[k];
    }
    return k;
  };
  for (let e = 0; e < u.length; e++) if (!isGone[e]) label[find(u[e])] = find(v[e]);
  for (let k = 0; k < nodes.n; k++) label[k] = find(k);
  const metres = new Float64Array(nodes.n);
  for (let e = 0; e < u.length; e++) {
    if (!isGone[e]) metres[label[u[e]]] += ticks[e] / pack.rules.ticks_per_m;
  }
  return { label, metres };
}

/**
 * Return the order in which joins prefer edges. [3]
 * @param {any} bare
 * @param {Parts} parts
 */
function findTiers({ u, isPass, pack }, { label, metres }) {
  let longest = 0;
  for (let k = 1; k < metres.length; k++) if (metres[k] > metres[longest]) longest = k;
  const tier = new Uint8Array(u.length);
  for (let e = 0; e < u.length; e++) {
    const part = label[u[e]];
    const isMain = part === longest || metres[part] >= pack.rules.main_part_m;
    tier[e] = isMain ? (isPass[e] ? 1 : 0) : 2;
  }
  return tier;
}

/**
 * Return below 0 when the first edge comes before the second in the engine's order.
 * @param {Streets} streets
 * @param {number} a
 * @param {number} b
 */
export function compareEdges(streets, a, b) {
  if (a === b) return 0;
  const { rank, u, v, key } = streets;
  const ua = rank[u[a]], va = rank[v[a]], ub = rank[u[b]], vb = rank[v[b]];
  return Math.min(ua, va) - Math.min(ub, vb) || Math.max(ua, va) - Math.max(ub, vb) || ua - ub ||
    va - vb || key[a] - key[b];
}

/**
 * Return the distance of a place to a segment in metres.
 * @param {number} px
 * @param {number} py
 * @param {number} ax
 * @param {number} ay
 * @param {number} bx
 * @param {number} by
 */
function segmentDistance(px, py, ax, ay, bx, by) {
  const dx = bx - ax, dy = by - ay, size = dx * dx + dy * dy;
  const share = size > 0 ? ((px - ax) * dx + (py - ay) * dy) / size : 0;
  if (share <= 0) return Math.sqrt((px - ax) * (px - ax) + (py - ay) * (py - ay));
  if (share >= 1) return Math.sqrt((px - bx) * (px - bx) + (py - by) * (py - by));
  return Math.abs(((ay - py) * dx - (ax - px) * dy) / size) * Math.sqrt(size);
}

/**
 * Return the distance of a place to the line of an edge in metres.
 * @param {Streets} streets
 * @param {number} edge
 * @param {number} px
 * @param {number} py
 */
export function edgeDistance({ vertices: { x, y }, first }, edge, px, py) {
  let least = Infinity;
  for (let k = first[edge]; k < first[edge + 1] - 1; k++) {
    least = Math.min(least, segmentDistance(px, py, x[k], y[k], x[k + 1], y[k + 1]));
  }
  return least;
}

/**
 * Return where on the line of an edge a place is nearest.
 * @param {Streets} streets
 * @param {number} edge
 * @param {number} px
 * @param {number} py
 * @returns {{along: number, length: number, x: number, y: number, segment: number, part: number}}
 *   metres along the line, its length, the place, its segment and the share of it
 */
export function nearestOnEdge({ vertices: { x, y }, first }, edge, px, py) {
  const found = { along: 0, length: 0, x: x[first[edge]], y: y[first[edge]], segment: 0, part: 0 };
  let least = Infinity;
  for (let k = first[edge]; k < first[edge + 1] - 1; k++) {
    const dx = x[k + 1] - x[k], dy = y[k + 1] - y[k], size = dx * dx + dy * dy;
    const length = Math.sqrt(size);
    const distance = segmentDistance(px, py, x[k], y[k], x[k + 1], y[k + 1]);
    if (distance < least) {
      least = distance;
      let share = size > 0 ? ((px - x[k]) * dx + (py - y[k]) * dy) / size : 0;
      share = share <= 0 ? 0 : share <= 1 ? share : 1;
      found.along = share === 1 ? found.length + length : found.length + share * length;
      found.x = x[k] + share * dx;
      found.y = y[k] + share * dy;
      found.segment = k - first[edge];
      found.part = share;
    }
    found.length += length;
  }
  return found;
}

/**
 * Return the place at a share of an edge's length.
 * @param {Streets} streets
 * @param {number} edge
 * @param {number} share
 * @returns {{x: number, y: number, segment: number, part: number}}
 */
export function placeAlong({ vertices, first }, edge, share) {
  const { x, y } = vertices, last = first[edge + 1] - 1;
  const wanted = share * lineLength(vertices, first[edge], last + 1);
  let walked = 0;
  for (let k = first[edge]; k < last; k++) {
    const dx = x[k + 1] - x[k], dy = y[k + 1] - y[k], length = Math.sqrt(dx * dx + dy * dy);
    if (walked + length > wanted) {
      const part = (wanted - walked) / length;
      return { x: x[k] + part * dx, y: y[k] + part * dy, segment: k - first[edge], part };
    }
    walked += length;
  }
  return { x: x[last], y: y[last], segment: last - 1 - first[edge], part: 1 };
}

/**
 * Call `visit` for each edge within `reach` metres of a place, as far as its box tells.
 * @param {Streets} streets
 * @param {number} px
 * @param {number} py
 * @param {number} reach
 * @param {(edge: number) => void} visit
 */
export function eachEdgeNear(streets, px, py, reach, visit) {
  const { isGone } = streets;
  streets.grid.near([px, py, px, py], reach, (e) => { if (!isGone[e]) visit(e); });
  for (const e of streets.added) if (!isGone[e]) visit(e);
}

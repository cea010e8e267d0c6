/**
 * Streets with a path more, as the engine makes one from an edit.
 *
 * The numbers in brackets are those of the walking rules in docs/method.md.
 */
import { edgeDistance, nearestOnEdge, placeAlong } from "./along.js";
import { lineLength, roundEven } from "./pack.js";
import { eachEdgeNear, withArcs } from "./streets.js";

/** @typedef {import("./pack.js").Pack} Pack */
/** @typedef {import("./pack.js").Places} Places */
/** @typedef {import("./streets.js").Streets} Streets */

/**
 * @typedef {Object} NewEdge
 * @property {number} u
 * @property {number} v
 * @property {number} key
 * @property {number} ticks
 * @property {number} isPrivate
 * @property {number} isPass
 * @property {[number, number][]} line
 */

/** Streets that grow by nodes and edges; what they were before stays as it is. */
class Growing {
  /** @param {Streets} streets */
  constructor(streets) {
    this.old = streets;
    this.streets = streets;
    this.cut = /** @type {number[]} */ ([]);
  }

  /** @param {{x: number, y: number, rank: number}} place */
  addNode({ x, y, rank }) {
    const { nodes } = this.streets;
    this.streets = {
      ...this.streets,
      nodes: grownPlaces(nodes, [[x, y]], this.old.pack),
      rank: grown(this.streets.rank, [rank]),
    };
    return nodes.n;
  }

  /** @param {NewEdge[]} edges */
  addEdges(edges) {
    const now = this.streets, n = now.u.length;
    let end = now.first[n];
    this.streets = {
      ...now,
      u: grown(now.u, edges.map((edge) => edge.u)),
      v: grown(now.v, edges.map((edge) => edge.v)),
      key: grown(now.key, edges.map((edge) => edge.key)),
      ticks: grown(now.ticks, edges.map((edge) => edge.ticks)),
      isPrivate: grown(now.isPrivate, edges.map((edge) => edge.isPrivate)),
      isPass: grown(now.isPass, edges.map((edge) => edge.isPass)),
      isGone: grown(now.isGone, edges.map(() => 0)),
      first: grown(now.first, edges.map((edge) => (end += edge.line.length))),
      vertices: grownPlaces(now.vertices, edges.reduce((all, edge) => [...all, ...edge.line], /** @type {[number, number][]} */ ([])), now.pack),
      added: [...now.added, ...edges.map((_, k) => n + k)],
    };
  }

  /**
   * Return the parts once a path joins two nodes of one; null where it joins two parts.
   * @param {number} start
   * @param {number} stop
   * @param {number} length metres
   * @returns {import("./streets.js").Parts | null}
   */
  parts(start, stop, length) {
    const { label: old, metres: before } = this.old.parts, { nodes } = this.streets;
    const label = grown(old, Array(nodes.n - old.length).fill(-1)), metres = grown(before, Array(nodes.n - before.length).fill(0));
    this.cut.forEach((edge) => {
      // The node at which an edge was cut is the start of its second half.
      const { u, v } = this.streets;
      for (let e = this.old.u.length; e < u.length; e++) if (v[e] === v[edge]) label[u[e]] = label[v[edge]];
    });
    if (label[start] < 0 || label[start] !== label[stop]) return null;
    metres[label[start]] += length;
    return { label, metres };
  }

  /** @param {number} edge */
  remove(edge) {
    const isGone = this.streets.isGone.slice();
    isGone[edge] = 1;
    this.cut.push(edge);
    this.streets = { ...this.streets, isGone };
  }
}

/**
 * @template {Int32Array | Float64Array | Uint8Array} T
 * @param {T} array
 * @param {number[]} more
 * @returns {T}
 */
function grown(array, more) {
  const out = new /** @type {any} */ (array.constructor)(array.length + more.length);
  out.set(array);
  out.set(more, array.length);
  return out;
}

/**
 * @param {Places} places
 * @param {[number, number][]} more
 * @param {Pack} pack
 * @returns {Places}
 */
function grownPlaces(places, more, pack) {
  const degrees = more.map(([x, y]) => pack.projection.degrees(x, y));
  return {
    n: places.n + more.length,
    lon: grown(places.lon, degrees.map(([lon]) => Math.round(lon * 1e7))),
    lat: grown(places.lat, degrees.map(([, lat]) => Math.round(lat * 1e7))),
    x: grown(places.x, more.map(([x]) => x)),
    y: grown(places.y, more.map(([, y]) => y)),
  };
}

/**
 * Return the streets with a path more, whose ends join the streets as in an edit of the engine. [9]
 * @param {Streets} streets
 * @param {[number, number][]} line metres
 * @returns {{streets: Streets, ends: string[], added: number[], cut: number[]}} `ends` tells for each
 *   end whether it joins a "junction", a "street", or stands "alone"
 */
export function withPath(streets, line) {
  const growing = new Growing(streets), added = streets.u.length;
  const start = joinEnd(growing, line[0]), stop = joinEnd(growing, line[line.length - 1]);
  const { nodes } = growing.streets;
  const place = (/** @type {number} */ node) => /** @type {[number, number]} */ ([nodes.x[node], nodes.y[node]]);
  const path = [place(start.node), ...line.slice(1, -1), place(stop.node)];
  let key = 0, length = 0;
  for (let k = 0; k < path.length - 1; k++) {
    const dx = path[k + 1][0] - path[k][0], dy = path[k + 1][1] - path[k][1];
    length += Math.sqrt(dx * dx + dy * dy);
  }
  const now = growing.streets;
  for (let e = 0; e < now.u.length; e++) {
    if (!now.isGone[e] && now.u[e] === start.node && now.v[e] === stop.node) key = Math.max(key, now.key[e] + 1);
  }
  const ticks = roundEven(length * streets.pack.rules.ticks_per_m);
  growing.addEdges([{ u: start.node, v: stop.node, key, ticks, isPrivate: 0, isPass: 0, line: path }]);
  const grownStreets = withArcs(growing.streets, growing.parts(start.node, stop.node, length));
  const edges = [];
  for (let e = added; e < grownStreets.u.length; e++) if (!grownStreets.isGone[e]) edges.push(e);
  return { streets: grownStreets, ends: [start.joins, stop.joins], added: edges, cut: growing.cut };
}

/**
 * Return the node at which a path ends, made where none is.
 * @param {Growing} growing
 * @param {[number, number]} place
 * @returns {{node: number, joins: string}}
 */
function joinEnd(growing, [px, py]) {
  const { rules } = growing.old.pack;
  let node = nodeNear(growing.streets, px, py, rules.same_m);
  if (node >= 0) return { node, joins: "junction" };
  let least = Infinity, edge = -1;
  eachEdgeNear(growing.streets, px, py, rules.snap_m, (e) => {
    const distance = edgeDistance(growing.streets, e, px, py);
    if (distance < least || (distance === least && e < edge)) {
      least = distance;
      edge = e;
    }
  });
  if (least > rules.snap_m) {
    return { node: growing.addNode({ x: px, y: py, rank: rankOf(growing.streets, px, py) }), joins: "alone" };
  }
  const nearest = nearestOnEdge(growing.streets, edge, px, py);
  const share = nearest.length > 0 ? nearest.along / nearest.length : 0;
  const at = placeAlong(growing.streets, edge, share);
  node = nodeNear(growing.streets, at.x, at.y, rules.same_m);
  if (node >= 0) return { node, joins: "junction" };
  return { node: cutEdge(growing, edge, share, at), joins: "street" };
}

/**
 * Return the nearest node within reach, -1 for none.
 * @param {Streets} streets
 * @param {number} px
 * @param {number} py
 * @param {number} reach
 */
function nodeNear({ nodes: { x, y, n } }, px, py, reach) {
  let least = Infinity, node = -1;
  for (let k = 0; k < n; k++) {
    if (Math.abs(x[k] - px) > reach || Math.abs(y[k] - py) > reach) continue;
    const dx = x[k] - px, dy = y[k] - py, distance = Math.sqrt(dx * dx + dy * dy);
    if (distance <= reach && distance < least) {
      least = distance;
      node = k;
    }
  }
  return node;
}

/**
 * Cut an edge in two and return the node between.
 * @param {Growing} growing
 * @param {number} edge
 * @param {number} share
 * @param {{x: number, y: number, segment: number, part: number}} at
 */
function cutEdge(growing, edge, share, at) {
  const old = growing.streets, { x, y } = old.vertices, { ticks_per_m } = old.pack.rules;
  const node = growing.addNode({ x: at.x, y: at.y, rank: rankOf(old, at.x, at.y) });
  /** @type {[number, number][]} */
  const before = [];
  /** @type {[number, number][]} */
  const after = [[at.x, at.y]];
  const start = old.first[edge];
  for (let k = start; k < old.first[edge + 1]; k++) {
    const isBefore = k - start < at.segment || (k - start === at.segment && at.part > 0);
    if (isBefore) before.push([x[k], y[k]]);
    else if (k - start > at.segment) after.push([x[k], y[k]]);
  }
  before.push([at.x, at.y]);
  const exact = lineLength(old.vertices, start, old.first[edge + 1]);
  const isExact = roundEven(exact * ticks_per_m) === old.ticks[edge];
  const length = isExact ? exact : old.ticks[edge] / ticks_per_m;
  const kept = { isPrivate: old.isPrivate[edge], isPass: old.isPass[edge] };
  const u = old.u[edge], v = old.v[edge];
  growing.remove(edge);
  growing.addEdges([
    { ...kept, u, v: node, key: 0, ticks: roundEven(length * share * ticks_per_m), line: before },
    { ...kept, u: node, v, key: u === v ? 1 : 0, ticks: roundEven(length * (1 - share) * ticks_per_m), line: after },
  ]);
  return node;
}

const CURVE_BITS = 16;

/**
 * Return where a place comes in the engine's order of nodes, which follows a Hilbert curve. [4]
 * @param {Streets} streets
 * @param {number} px
 * @param {number} py
 */
function rankOf({ pack: { nodes, rules }, rank }, px, py) {
  const [west, south, span] = rules.curve, top = Math.pow(2, CURVE_BITS) - 1;
  const at = (/** @type {number} */ x, /** @type {number} */ y) => curvePlace(
    Math.floor((x - west) / span * top), Math.floor((y - south) / span * top));
  const wanted = at(px, py);
  let low = 0, high = nodes.n;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (at(nodes.x[middle], nodes.y[middle]) <= wanted) low = middle + 1;
    else high = middle;
  }
  // Of several nodes added in one gap a later one stands behind those before it.
  let between = 0;
  for (let k = nodes.n; k < rank.length; k++) if (Math.ceil(rank[k]) === low) between++;
  return low - 1 / (between + 2);
}

/**
 * Return the position of a cell along the Hilbert curve (Skilling 2004).
 * @param {number} column
 * @param {number} row
 */
function curvePlace(column, row) {
  const top = Math.pow(2, CURVE_BITS) - 1;
  let position = 0;
  for (let side = Math.pow(2, CURVE_BITS - 1); side >= 1; side /= 2) {
    const right = (column & side) > 0 ? 1 : 0, upper = (row & side) > 0 ? 1 : 0;
    position += side * side * ((3 * right) ^ upper);
    if (!upper && right) {
      column = top - column;
      row = top - row;
    }
    if (!upper) [column, row] = [row, column];
  }
  return position;
}

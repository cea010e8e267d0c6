/**
 * The streets as they are walked, and as they are with a path more.
 *
 * The numbers in brackets are those of the walking rules in docs/method.md. Nodes and edges are
 * numbered as the engine numbers them; what a path adds is numbered behind them and has a `rank`
 * between its neighbours' instead, so that equals are told apart as the engine does it.
 */
import { EdgeGrid, lineBoxes } from "./boxes.js";

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
  // What a town's page leaves out holds its streets together and counts as before.
  for (const [tied] of pack.rules.ties) for (const node of tied) label[find(node)] = find(tied[0]);
  for (let k = 0; k < nodes.n; k++) label[k] = find(k);
  const metres = new Float64Array(nodes.n);
  for (let e = 0; e < u.length; e++) {
    if (!isGone[e]) metres[label[u[e]]] += ticks[e] / pack.rules.ticks_per_m;
  }
  for (const [tied, more] of pack.rules.ties) metres[label[tied[0]]] += more / pack.rules.ticks_per_m;
  return { label, metres };
}

/**
 * Return the order in which joins prefer edges. [3]
 * @param {any} bare
 * @param {Parts} parts
 */
function findTiers({ u, isPass, pack }, { label, metres }) {
  let longest = -1, most = pack.rules.elsewhere_m;
  for (let k = 0; k < metres.length; k++) if (metres[k] > most) [longest, most] = [k, metres[k]];
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

/**
 * Walks along the streets, in whole hundredths of a millimetre.
 *
 * The numbers in brackets are those of the walking rules in docs/method.md.
 */
import { Heap } from "./heap.js";
import { roundEven } from "./pack.js";

/** @typedef {import("./streets.js").Streets} Streets */
/** @typedef {import("./streets.js").Arcs} Arcs */
/** @typedef {import("./snap.js").Join} Join */

/**
 * @typedef {Object} Access one way from a place to the streets
 * @property {number} edge
 * @property {number} along ticks from the edge's start
 * @property {number} offset ticks from the place, through its gate where it has one, to the street
 * @property {number} gate number of the gate, -1 for none
 * @property {Seed[]} [seeds] where an access on a private way meets the streets
 */

/**
 * @typedef {Object} Seed
 * @property {number} node
 * @property {number} ticks
 */

/**
 * @typedef {Object} Goal
 * @property {number} number
 * @property {Access[]} accesses
 */

/**
 * @typedef {Object} Reach the nearest goal of every node, and of places beside goals
 * @property {number} scale a key is ticks times this, plus the number of the goal
 * @property {number} limit ticks
 * @property {Float64Array} open key of each node along the streets
 * @property {Map<number, number>} inner key of nodes along private ways alone
 * @property {Map<number, {along: number, offset: number, number: number}[]>} byEdge goals on each edge
 */

/**
 * Lower keys along arcs until none can be lowered (Dijkstra 1959).
 * @param {Arcs} arcs
 * @param {Heap} heap
 * @param {number} scale
 * @param {number} end keys from here on are not kept
 * @param {(node: number) => number} keyOf
 * @param {(node: number, key: number) => void} setKey
 */
function relax(arcs, heap, scale, end, keyOf, setKey) {
  const { head, to, ticks } = arcs;
  while (heap.size > 0) {
    heap.pop();
    const { key, node } = heap;
    if (key > keyOf(node)) continue;
    for (let h = head[node]; h < head[node + 1]; h++) {
      const next = key + ticks[h] * scale;
      if (next < end && next < keyOf(to[h])) {
        setKey(to[h], next);
        heap.push(next, to[h]);
      }
    }
  }
}

/**
 * The same over an array of keys, without calls in the inner loop.
 * @param {Arcs} arcs
 * @param {Heap} heap
 * @param {number} scale
 * @param {number} end
 * @param {Float64Array} best
 */
function relaxAll({ head, to, ticks }, heap, scale, end, best) {
  while (heap.size > 0) {
    heap.pop();
    const { key, node } = heap;
    if (key > best[node]) continue;
    for (let h = head[node]; h < head[node + 1]; h++) {
      const next = key + ticks[h] * scale, tip = to[h];
      if (next < end && next < best[tip]) {
        best[tip] = next;
        heap.push(next, tip);
      }
    }
  }
}

/**
 * Return the longest sum of ticks that rounds to at most a number of metres. [7]
 * @param {number} metres
 * @param {number} ticksPerMm
 */
export function limitTicks(metres, ticksPerMm) {
  return Math.round(metres * 1000) * ticksPerMm + ticksPerMm / 2 - 1;
}

/**
 * Return ticks in whole millimetres: the one place where a walk is rounded. [7]
 * @param {number} ticks
 * @param {number} ticksPerMm
 */
export function toMm(ticks, ticksPerMm) {
  return Math.floor((ticks + ticksPerMm / 2) / ticksPerMm);
}

/**
 * Return the access that a join gives, with more metres between the place and the gate that joins.
 * @param {Streets} streets
 * @param {Join} join
 * @param {number} more
 * @param {number} gate
 * @returns {Access}
 */
export function makeAccess(streets, join, more, gate) {
  const offset = roundEven((join.distance + more) * streets.pack.rules.ticks_per_m);
  return { edge: join.edge, along: join.along, offset, gate };
}

/**
 * Return both ends of the edge of an access with the ticks to them.
 * @param {Streets} streets
 * @param {Access} access
 * @returns {Seed[]}
 */
export function endsOf(streets, { edge, along, offset }) {
  return [
    { node: streets.u[edge], ticks: offset + along },
    { node: streets.v[edge], ticks: offset + streets.ticks[edge] - along },
  ];
}

/**
 * Return where an access hangs on the streets: both ends of its edge, or where the private ways that
 * it lies on meet the streets. [5]
 * @param {Streets} streets
 * @param {Access} access
 * @param {number} limit ticks
 * @returns {Seed[]}
 */
export function seedsOf(streets, access, limit) {
  if (!streets.isPrivate[access.edge]) return endsOf(streets, access);
  if (!access.seeds) {
    const found = relaxInner(streets, endsOf(streets, access).map(({ node, ticks }) => [node, ticks]), 1, limit + 1);
    access.seeds = [];
    for (const [node, ticks] of found) if (streets.isStreetNode[node]) access.seeds.push({ node, ticks });
  }
  return access.seeds;
}

/**
 * Return the keys of nodes along private ways alone, from nodes with their keys.
 * @param {Streets} streets
 * @param {number[][]} from node and key
 * @param {number} scale
 * @param {number} end
 * @returns {Map<number, number>}
 */
export function relaxInner(streets, from, scale, end) {
  /** @type {Map<number, number>} */
  const keys = new Map();
  const heap = new Heap();
  const keyOf = (/** @type {number} */ node) => {
    const key = keys.get(node);
    return key === undefined ? Infinity : key;
  };
  for (const [node, key] of from) {
    if (key >= end || key >= keyOf(node)) continue;
    keys.set(node, key);
    heap.push(key, node);
  }
  relax(streets.inner, heap, scale, end, keyOf, (node, key) => keys.set(node, key));
  return keys;
}

/**
 * Return the nearest goal of every place within a limit; of equals the one with the lower number. [8]
 * @param {Streets} streets
 * @param {Goal[]} goals
 * @param {number} limit ticks
 * @returns {Reach}
 */
export function reachOf(streets, goals, limit) {
  let scale = 1;
  for (const goal of goals) while (goal.number >= scale) scale *= 2;
  const end = (limit + 1) * scale, heap = new Heap();
  const open = new Float64Array(streets.nodes.n).fill(end);
  /** @type {number[][]} */
  const inner = [];
  /** @type {Reach["byEdge"]} */
  const byEdge = new Map();
  for (const { number, accesses } of goals) {
    for (const access of accesses) {
      for (const { node, ticks } of seedsOf(streets, access, limit)) {
        const key = ticks * scale + number;
        if (key >= open[node]) continue;
        open[node] = key;
        heap.push(key, node);
      }
      if (streets.isPrivate[access.edge]) {
        for (const { node, ticks } of endsOf(streets, access)) inner.push([node, ticks * scale + number]);
      }
      const { along, offset } = access, beside = byEdge.get(access.edge) || [];
      beside.push({ along, offset, number });
      byEdge.set(access.edge, beside);
    }
  }
  relaxAll(streets.open, heap, scale, end, open);
  return { scale, limit, open, inner: relaxInner(streets, inner, scale, end), byEdge };
}

/**
 * Return the key of the nearest goal through one access; `Infinity` where none is within the limit.
 * @param {Streets} streets
 * @param {Reach} reach
 * @param {Access} access
 */
export function keyThrough(streets, reach, access) {
  const { scale, open, inner, byEdge, limit } = reach;
  let best = Infinity;
  for (const { node, ticks } of seedsOf(streets, access, limit)) {
    best = Math.min(best, open[node] + ticks * scale);
  }
  if (inner.size && streets.isPrivate[access.edge]) {
    for (const { node, ticks } of endsOf(streets, access)) {
      const key = inner.get(node);
      if (key !== undefined) best = Math.min(best, key + ticks * scale);
    }
  }
  // [5] Two places on one edge may walk along it.
  for (const goal of byEdge.get(access.edge) || []) {
    const ticks = Math.abs(access.along - goal.along) + access.offset + goal.offset;
    best = Math.min(best, ticks * scale + goal.number);
  }
  return best < (limit + 1) * scale ? best : Infinity;
}

/**
 * @typedef {Object} Nearest
 * @property {number} ticks `Infinity` where no goal is within the limit
 * @property {number} goal -1 for none
 * @property {number} access which of the place's accesses is taken, -1 for none
 */

/**
 * Return the nearest goal of a place over all its accesses.
 * @param {Streets} streets
 * @param {Reach} reach
 * @param {Access[]} accesses
 * @returns {Nearest}
 */
export function nearestOf(streets, reach, accesses) {
  let best = Infinity, at = -1;
  accesses.forEach((access, number) => {
    const key = keyThrough(streets, reach, access);
    if (key < best) {
      best = key;
      at = number;
    }
  });
  if (at < 0) return { ticks: Infinity, goal: -1, access: -1 };
  return { ticks: Math.floor(best / reach.scale), goal: best % reach.scale, access: at };
}

/**
 * The way of a walk whose length is known: which pieces of which streets.
 */
import { Heap } from "./heap.js";
import { endsOf, keyThrough } from "./walk.js";

/** @typedef {import("./streets.js").Streets} Streets */
/** @typedef {import("./walk.js").Access} Access */
/** @typedef {import("./walk.js").Goal} Goal */
/** @typedef {import("./walk.js").Reach} Reach */

/**
 * @typedef {Object} Step one piece of a way
 * @property {number} edge
 * @property {number} from ticks from the edge's start
 * @property {number} to
 */

/**
 * Return the pieces of the way from an access to the nearest goal of a reach, in order.
 * @param {Streets} streets
 * @param {Reach} reach
 * @param {Access} access
 * @param {Goal[]} goals
 * @returns {{steps: Step[], goal: number, goalAccess: Access} | null}
 */
export function traceWay(streets, reach, access, goals) {
  const key = keyThrough(streets, reach, access);
  if (key === Infinity) return null;
  const { scale } = reach, number = key % scale;
  const goal = goals.find((one) => one.number === number);
  if (!goal) return null;
  const rest = Math.floor(key / scale);
  for (const last of goal.accesses) {
    if (last.edge === access.edge && Math.abs(access.along - last.along) + access.offset + last.offset === rest) {
      return { steps: [{ edge: access.edge, from: access.along, to: last.along }], goal: number, goalAccess: last };
    }
  }
  // One search over all arcs that either side may use finds the way that the keys have told.
  return traceThrough(streets, access, goal, rest);
}

/**
 * @param {Streets} streets
 * @param {Access} access
 * @param {Goal} goal
 * @param {number} rest ticks of the whole walk
 */
function traceThrough(streets, access, goal, rest) {
  const lead = innerTree(streets, access, rest), heap = new Heap();
  const best = new Map(), cameFrom = new Map();
  for (const [node, ticks] of lead.keys) {
    best.set(node, ticks);
    if (!streets.isPrivate[access.edge] || streets.isStreetNode[node]) heap.push(ticks, node);
  }
  while (heap.size > 0) {
    heap.pop();
    const { key, node } = heap, { head, to, ticks, edge } = streets.open;
    if (key > best.get(node)) continue;
    for (let h = head[node]; h < head[node + 1]; h++) {
      const next = key + ticks[h], known = best.get(to[h]);
      if (next <= rest && (known === undefined || next < known)) {
        best.set(to[h], next);
        cameFrom.set(to[h], { node, edge: edge[h] });
        heap.push(next, to[h]);
      }
    }
  }
  for (const last of goal.accesses) {
    const tail = innerTree(streets, last, rest);
    for (const [node, ticks] of tail.keys) {
      const walked = best.get(node);
      if (walked === undefined || walked + ticks !== rest) continue;
      const steps = [...pathTo(streets, node, cameFrom, lead, access), ...turned(pathTo(streets, node, new Map(), tail, last))];
      return { steps, goal: goal.number, goalAccess: last };
    }
  }
  return null;
}

/**
 * Return the nodes that an access reaches on its own edge or along private ways, and how.
 * @param {Streets} streets
 * @param {Access} access
 * @param {number} limit
 */
function innerTree(streets, access, limit) {
  const keys = new Map(), from = new Map(), heap = new Heap();
  for (const { node, ticks } of endsOf(streets, access)) {
    if (ticks > limit || (keys.has(node) && keys.get(node) <= ticks)) continue;
    keys.set(node, ticks);
    from.set(node, null);
    heap.push(ticks, node);
  }
  if (!streets.isPrivate[access.edge]) return { keys, from };
  while (heap.size > 0) {
    heap.pop();
    const { key, node } = heap, { head, to, ticks, edge } = streets.inner;
    if (key > keys.get(node)) continue;
    for (let h = head[node]; h < head[node + 1]; h++) {
      const next = key + ticks[h];
      if (next > limit || (keys.has(to[h]) && keys.get(to[h]) <= next)) continue;
      keys.set(to[h], next);
      from.set(to[h], { node, edge: edge[h] });
      heap.push(next, to[h]);
    }
  }
  return { keys, from };
}

/**
 * Return the pieces from an access to a node.
 * @param {Streets} streets
 * @param {number} node
 * @param {Map<number, {node: number, edge: number}>} cameFrom
 * @param {{keys: Map<number, number>, from: Map<number, {node: number, edge: number} | null>}} lead
 * @param {Access} access
 * @returns {Step[]}
 */
function pathTo(streets, node, cameFrom, lead, access) {
  /** @type {Step[]} */
  const steps = [];
  const whole = (/** @type {number} */ edge, /** @type {number} */ tail) => {
    const isForward = streets.u[edge] === tail, size = streets.ticks[edge];
    steps.push({ edge, from: isForward ? 0 : size, to: isForward ? size : 0 });
  };
  let at = node;
  for (let back = cameFrom.get(at); back; back = cameFrom.get(at)) {
    whole(back.edge, back.node);
    at = back.node;
  }
  for (let back = lead.from.get(at); back; back = lead.from.get(at)) {
    whole(back.edge, back.node);
    at = back.node;
  }
  const { edge, along, offset } = access;
  const isStart = streets.u[edge] === at && lead.keys.get(at) === offset + along;
  steps.push({ edge, from: along, to: isStart ? 0 : streets.ticks[edge] });
  return steps.reverse();
}

/**
 * Return pieces in the other direction.
 * @param {Step[]} steps
 * @returns {Step[]}
 */
function turned(steps) {
  return steps.slice().reverse().map(({ edge, from, to }) => ({ edge, from: to, to: from }));
}

/**
 * The best place for one more outlet: of all candidates the one that reaches most people anew.
 *
 * It is the engine's plan of one site: most people within the first walk, of such most within the
 * next, premises that exist before any street within the tolerance; of equals the first by id.
 */
import { accessesOf, gatesByHome } from "./access.js";
import { Heap } from "./heap.js";
import { joinPlace } from "./snap.js";
import { walksOf } from "./state.js";
import { endsOf, limitTicks, relaxInner, seedsOf, toMm } from "./walk.js";

/** @typedef {import("./pack.js").Pack} Pack */
/** @typedef {import("./state.js").State} State */
/** @typedef {import("./streets.js").Streets} Streets */
/** @typedef {import("./walk.js").Access} Access */

/**
 * @typedef {Object} Best
 * @property {number} candidate number in the pack
 * @property {string} id
 * @property {string} name
 * @property {number} x
 * @property {number} y
 * @property {boolean} isPremises
 * @property {number[]} gained weighted people reached anew within each walk
 * @property {number[]} levelsM the walks, the one that goes first first
 */

/** What hangs on nodes, in compressed rows. */
class Hanging {
  /**
   * @param {number} nodesN
   * @param {{node: number, item: number, ticks: number}[]} rows
   */
  constructor(nodesN, rows) {
    this.head = new Int32Array(nodesN + 1);
    for (const { node } of rows) this.head[node + 1]++;
    for (let k = 0; k < nodesN; k++) this.head[k + 1] += this.head[k];
    this.item = new Int32Array(rows.length);
    this.ticks = new Float64Array(rows.length);
    const at = this.head.slice();
    for (const { node, item, ticks } of rows) {
      this.item[at[node]] = item;
      this.ticks[at[node]++] = ticks;
    }
  }
}

/** Finds the candidates within a walk of one demand point after the other. */
class CandidateSearch {
  /**
   * @param {State} state
   * @param {number} limit ticks of the longest walk
   */
  constructor(state, limit) {
    const { streets, gates } = state, { candidates } = streets.pack, byHome = gatesByHome(gates);
    this.streets = streets;
    /** @type {Access[][]} */
    this.accesses = Array.from({ length: candidates.n }, (_, c) => {
      const x = candidates.x[c], y = candidates.y[c], join = joinPlace(streets, state.barriers, x, y, -1);
      return accessesOf(streets, gates, byHome, { x, y, join });
    });
    const open = [], inner = [];
    /** @type {Map<number, {item: number, access: Access}[]>} */
    this.byEdge = new Map();
    for (let item = 0; item < candidates.n; item++) {
      for (const access of this.accesses[item]) {
        for (const { node, ticks } of seedsOf(streets, access, limit)) open.push({ node, item, ticks });
        if (streets.isPrivate[access.edge]) {
          for (const { node, ticks } of endsOf(streets, access)) inner.push({ node, item, ticks });
        }
        const beside = this.byEdge.get(access.edge) || [];
        beside.push({ item, access });
        this.byEdge.set(access.edge, beside);
      }
    }
    this.open = new Hanging(streets.nodes.n, open);
    this.inner = new Hanging(streets.nodes.n, inner);
    this.best = new Float64Array(streets.nodes.n).fill(Infinity);
  }

  /**
   * Call `visit` with each candidate that a place may walk to within a limit, and the ticks; a
   * candidate may come several times.
   * @param {Access[]} accesses
   * @param {number} limit ticks
   * @param {(item: number, ticks: number) => void} visit
   */
  from(accesses, limit, visit) {
    const { streets, best, open, inner } = this, { head, to, ticks } = streets.open;
    const heap = new Heap(), touched = [];
    const each = (/** @type {Hanging} */ hanging, /** @type {number} */ node, /** @type {number} */ walked) => {
      for (let h = hanging.head[node]; h < hanging.head[node + 1]; h++) {
        if (walked + hanging.ticks[h] <= limit) visit(hanging.item[h], walked + hanging.ticks[h]);
      }
    };
    for (const access of accesses) {
      for (const seed of seedsOf(streets, access, limit)) {
        if (seed.ticks > limit || seed.ticks >= best[seed.node]) continue;
        if (best[seed.node] === Infinity) touched.push(seed.node);
        best[seed.node] = seed.ticks;
        heap.push(seed.ticks, seed.node);
      }
      if (streets.isPrivate[access.edge]) {
        const ends = endsOf(streets, access).map((end) => [end.node, end.ticks]);
        relaxInner(streets, ends, 1, limit + 1).forEach((walked, node) => each(inner, node, walked));
      }
      for (const { item, access: other } of this.byEdge.get(access.edge) || []) {
        const walked = Math.abs(access.along - other.along) + access.offset + other.offset;
        if (walked <= limit) visit(item, walked);
      }
    }
    while (heap.size > 0) {
      heap.pop();
      const { key, node } = heap;
      if (key > best[node]) continue;
      for (let h = head[node]; h < head[node + 1]; h++) {
        const next = key + ticks[h], tip = to[h];
        if (next > limit || next >= best[tip]) continue;
        if (best[tip] === Infinity) touched.push(tip);
        best[tip] = next;
        heap.push(next, tip);
      }
    }
    for (const node of touched) {
      each(open, node, best[node]);
      best[node] = Infinity;
    }
  }
}

/**
 * Return how many thousandths of weighted people each candidate would reach anew within each walk.
 * @param {State} state
 * @param {number} kind
 * @param {import("./pack.js").PackSiting} siting
 * @returns {Float64Array[]}
 */
function gainsOf(state, kind, siting) {
  const { streets, starts } = state, { rules, candidates, demandWeight } = streets.pack;
  const levelsMm = siting.levels_m.map((metres) => Math.round(metres * 1000));
  const { mm } = walksOf(state, kind), gains = levelsMm.map(() => new Float64Array(candidates.n));
  const search = new CandidateSearch(state, limitTicks(Math.max(...siting.levels_m), rules.ticks_per_mm));
  const least = new Float64Array(candidates.n).fill(Infinity);
  for (let d = 0; d < mm.length; d++) {
    const open = levelsMm.map((level) => mm[d] < 0 || mm[d] > level);
    if (!demandWeight[d] || !open.some(Boolean)) continue;
    const farthest = Math.max(...levelsMm.filter((_, level) => open[level]));
    /** @type {number[]} */
    const reached = [];
    search.from(starts[d].accesses, limitTicks(farthest / 1000, rules.ticks_per_mm), (item, ticks) => {
      if (least[item] === Infinity) reached.push(item);
      least[item] = Math.min(least[item], ticks);
    });
    for (const item of reached) {
      const walked = toMm(least[item], rules.ticks_per_mm);
      levelsMm.forEach((level, k) => { if (open[k] && walked <= level) gains[k][item] += demandWeight[d]; });
      least[item] = Infinity;
    }
  }
  return gains;
}

const WEIGHT_SCALE = 1000;
const ROUNDED = 1e-6;

/**
 * Return the first candidate for which `isBetter` holds against all before it.
 * @param {number} n
 * @param {(item: number) => boolean} isAllowed
 * @param {(item: number, other: number) => boolean} isBetter
 */
function firstBest(n, isAllowed, isBetter) {
  let found = -1;
  for (let item = 0; item < n; item++) {
    if (isAllowed(item) && (found < 0 || isBetter(item, found))) found = item;
  }
  return found;
}

/**
 * Return the best place for one more outlet of the kind that is sited; null where nobody would gain,
 * or where no candidates were proposed for the kind.
 * @param {State} state
 * @param {number} kind
 * @returns {Best | null}
 */
export function findBest(state, kind) {
  const { pack } = state.streets, { siting, candidates, candidatePremises } = pack;
  if (!siting || pack.kinds[kind].id !== siting.kind || !candidates.n) return null;
  const gains = gainsOf(state, kind, siting);
  let best = firstBest(candidates.n, () => true, (item, other) => {
    const level = gains.findIndex((gain) => gain[item] !== gain[other]);
    return level >= 0 && gains[level][item] > gains[level][other];
  });
  if (!gains.some((gain) => gain[best] > 0)) return null;
  if (siting.tolerance_share > 0 && !candidatePremises[best]) {
    const most = gains.map((gain) => (1 - siting.tolerance_share) * gain[best] / WEIGHT_SCALE - ROUNDED);
    const sum = (/** @type {number} */ item) => gains.reduce((total, gain) => total + gain[item], 0);
    const near = firstBest(
      candidates.n,
      (item) => candidatePremises[item] === 1 && gains.every((gain, k) => gain[item] / WEIGHT_SCALE >= most[k]),
      (item, other) => sum(item) > sum(other),
    );
    if (near >= 0) best = near;
  }
  return {
    candidate: best,
    id: pack.candidateIds[best],
    name: pack.candidateNames[best],
    x: candidates.x[best],
    y: candidates.y[best],
    isPremises: candidatePremises[best] === 1,
    gained: gains.map((gain) => gain[best] / WEIGHT_SCALE),
    levelsM: siting.levels_m,
  };
}

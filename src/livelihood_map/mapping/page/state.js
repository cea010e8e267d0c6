/**
 * The streets, gates and outlets of a moment, with the walks that follow from them.
 *
 * A state is never changed; an edit makes another, which shares all that stays the same. The numbers
 * in brackets are those of the walking rules in docs/method.md.
 */
import { accessesOf, gatesByHome, readGates, readOutlets, startOf } from "./access.js";
import { lineBox } from "./boxes.js";
import { Barriers, joinPlace } from "./snap.js";
import { readStreets } from "./streets.js";
import { limitTicks, nearestOf, reachOf, toMm } from "./walk.js";

/** @typedef {import("./pack.js").Pack} Pack */
/** @typedef {import("./streets.js").Streets} Streets */
/** @typedef {import("./snap.js").Join} Join */
/** @typedef {import("./access.js").Gate} Gate */
/** @typedef {import("./access.js").Outlet} Outlet */
/** @typedef {import("./access.js").Start} Start */
/** @typedef {import("./walk.js").Access} Access */
/** @typedef {import("./walk.js").Reach} Reach */

/**
 * @typedef {Object} State
 * @property {Streets} streets
 * @property {Barriers} barriers
 * @property {(Join | null)[]} direct joins of the demand points that have no gates
 * @property {Gate[]} gates
 * @property {Outlet[]} outlets
 * @property {Start[]} starts
 * @property {Access[][]} accesses of each outlet
 * @property {(Reach | undefined)[]} reaches by kind, as far as they are known
 * @property {(Walks | undefined)[]} walks by kind, as far as they are known
 */

/**
 * @typedef {Object} Walks
 * @property {Int32Array} mm whole millimetres, -1 where no outlet is within the distance searched
 * @property {Int32Array} outlet number of the nearest outlet, -1 for none
 */

/**
 * Return the state of a pack without any edits.
 * @param {Pack} pack
 * @param {boolean} areSitesOpen
 * @returns {State}
 */
export function firstState(pack, areSitesOpen) {
  const streets = readStreets(pack), barriers = new Barriers(pack);
  const gates = readGates(streets, barriers);
  const outlets = readOutlets(streets, barriers, areSitesOpen);
  const { demand } = pack, byHome = gatesByHome(gates);
  const direct = Array.from({ length: demand.n }, (_, d) =>
    byHome.has(pack.demandHome[d]) ? null : joinPlace(streets, barriers, demand.x[d], demand.y[d], -1));
  return withAccesses({ streets, barriers, direct, gates, outlets, reaches: [], walks: [] }, null);
}

/**
 * Return a state whose ways in and out follow from its joins and gates.
 * @param {Omit<State, "starts" | "accesses">} bare
 * @param {State | null} old a state of which all can be kept whose joins and gates are the same
 * @returns {State}
 */
function withAccesses(bare, old) {
  const { streets, gates, outlets, direct } = bare, { demand, demandHome } = streets.pack;
  const byHome = gatesByHome(gates);
  const isSame = (/** @type {number} */ gate) => old !== null && gates[gate] === old.gates[gate];
  const starts = direct.map((join, d) => {
    const own = byHome.get(demandHome[d]) || [];
    if (old && join === old.direct[d] && own.every(isSame)) return old.starts[d];
    return startOf(streets, gates, own, join, demand.x[d], demand.y[d]);
  });
  const accesses = outlets.map((outlet, k) => {
    const isKept = old !== null && !outlet.join.reason && outlet.join === old.outlets[k].join;
    return isKept && old ? old.accesses[k] : accessesOf(streets, gates, byHome, outlet);
  });
  return { ...bare, starts, accesses };
}

/**
 * Return a state with other outlets; what the other kinds reach stays known.
 * @param {State} state
 * @param {Outlet[]} outlets
 * @param {number} number the outlet that differs
 * @returns {State}
 */
export function withOutlets(state, outlets, number) {
  const accesses = state.accesses.slice(), reaches = state.reaches.slice(), walks = state.walks.slice();
  accesses[number] = accessesOf(state.streets, state.gates, gatesByHome(state.gates), outlets[number]);
  reaches[outlets[number].kind] = walks[outlets[number].kind] = undefined;
  return { ...state, outlets, accesses, reaches, walks };
}

/**
 * Return a state with other gates. What outlets reach is the same, but where walls shut some in.
 * @param {State} state
 * @param {Gate[]} gates
 * @returns {State}
 */
export function withGates(state, gates) {
  const isWalled = state.streets.pack.rules.are_walled;
  return withAccesses({ ...state, gates, reaches: isWalled ? [] : state.reaches, walks: [] }, state);
}

/**
 * Return a state on other streets: what lies near what has changed is joined anew.
 * @param {State} state
 * @param {Streets} streets
 * @param {number[]} changed edges that were added or cut
 * @returns {State}
 */
export function withStreets(state, streets, changed) {
  const { barriers } = state, { limit_m, off_network_m } = streets.pack.rules;
  const old = state.streets, boxes = changed.map((edge) => lineBox(streets.vertices, streets.first, edge));
  const isAll = old.tier.some((tier, e) => !streets.isGone[e] && streets.tier[e] !== tier);
  // Where no private way is cut or met anew, what hangs on private ways hangs there as before.
  const isKept = !changed.some((e) => streets.isPrivate[e]) &&
    old.isStreetNode.every((is, node) => is === streets.isStreetNode[node]);
  const isNear = (/** @type {number} */ x, /** @type {number} */ y, /** @type {Join} */ join) => {
    if (isAll || streets.isGone[join.edge]) return true;
    const reach = join.reason === "off_network" ? off_network_m + 1 : limit_m + 1;
    return boxes.some(([west, south, east, north]) => x > west - reach && x < east + reach &&
      y > south - reach && y < north + reach);
  };
  const anew = (/** @type {number} */ x, /** @type {number} */ y, /** @type {Join} */ join, /** @type {number} */ home) =>
    isNear(x, y, join) ? joinPlace(streets, barriers, x, y, home) : join;
  const { demand } = streets.pack;
  return withAccesses({
    streets,
    barriers,
    direct: state.direct.map((join, d) => join && anew(demand.x[d], demand.y[d], join, -1)),
    gates: state.gates.map((gate) => rejoined(gate, anew(gate.x, gate.y, gate.join, gate.home))),
    outlets: state.outlets.map((one) => rejoined(one, anew(one.x, one.y, one.join, -1))),
    reaches: [],
    walks: [],
  }, isKept ? state : null);
}

/**
 * Return a gate or outlet with its join, the same one where the join is.
 * @template {{join: Join}} T
 * @param {T} one
 * @param {Join} join
 * @returns {T}
 */
function rejoined(one, join) {
  return join === one.join ? one : { ...one, join };
}

/**
 * Return what the open outlets of a kind reach; those for residents only are left out.
 * @param {State} state
 * @param {number} kind
 * @returns {Reach}
 */
export function reachOfKind(state, kind) {
  let reach = state.reaches[kind];
  if (!reach) {
    const { rules, kinds } = state.streets.pack;
    reach = reachOf(state.streets, goalsOf(state, kind), limitTicks(kinds[kind].cutoff_m, rules.ticks_per_mm));
    state.reaches[kind] = reach;
  }
  return reach;
}

/**
 * Return the open outlets of a kind that serve everyone.
 * @param {State} state
 * @param {number} kind
 */
export function goalsOf({ outlets, accesses }, kind) {
  const goals = [];
  for (let number = 0; number < outlets.length; number++) {
    const one = outlets[number];
    if (one.isOpen && !one.isInner && one.kind === kind) goals.push({ number, accesses: accesses[number] });
  }
  return goals;
}

/**
 * Return the walks of all demand points to their nearest outlet of a kind. [7, 8, 12]
 * @param {State} state
 * @param {number} kind
 * @returns {Walks}
 */
export function walksOf(state, kind) {
  const known = state.walks[kind];
  if (known) return known;
  const { streets, starts } = state, { ticks_per_mm } = streets.pack.rules;
  const reach = reachOfKind(state, kind);
  const walks = { mm: new Int32Array(starts.length).fill(-1), outlet: new Int32Array(starts.length).fill(-1) };
  starts.forEach(({ accesses }, d) => {
    const { ticks, goal } = nearestOf(streets, reach, accesses);
    if (goal < 0) return;
    walks.mm[d] = toMm(ticks, ticks_per_mm);
    walks.outlet[d] = goal;
  });
  addInner(state, kind, walks);
  state.walks[kind] = walks;
  return walks;
}

/**
 * Lower walks to outlets that serve the residents of their compound alone. [12]
 * @param {State} state
 * @param {number} kind
 * @param {Walks} walks
 */
function addInner({ streets, outlets, accesses, starts }, kind, walks) {
  const { innerOutlet, innerDemand, innerMm, rules, kinds } = streets.pack;
  const cutoffMm = Math.round(kinds[kind].cutoff_m * 1000), limit = limitTicks(kinds[kind].cutoff_m, rules.ticks_per_mm);
  const reaches = new Map();
  innerOutlet.forEach((number, k) => {
    if (!outlets[number].isOpen || outlets[number].kind !== kind) return;
    if (!reaches.has(number)) {
      reaches.set(number, reachOf(streets, [{ number, accesses: accesses[number] }], limit));
    }
    const d = innerDemand[k];
    const { ticks } = nearestOf(streets, reaches.get(number), starts[d].accesses);
    const mm = Math.min(innerMm[k], ticks === Infinity ? Infinity : toMm(ticks, rules.ticks_per_mm));
    if (mm > cutoffMm) return;
    if (walks.mm[d] < 0 || mm < walks.mm[d] || (mm === walks.mm[d] && number < walks.outlet[d])) {
      walks.mm[d] = mm;
      walks.outlet[d] = number;
    }
  });
}

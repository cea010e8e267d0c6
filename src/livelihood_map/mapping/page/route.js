/**
 * The way of a walk along the streets, and why it is not shorter.
 */
import { accessesOf, gatesByHome } from "./access.js";
import { placeAlong } from "./along.js";
import { joinPlace } from "./snap.js";
import { goalsOf, reachOfKind } from "./state.js";
import { traceWay } from "./trace.js";
import { limitTicks, nearestOf, reachOf, toMm } from "./walk.js";

/** @typedef {import("./streets.js").Streets} Streets */
/** @typedef {import("./walk.js").Access} Access */
/** @typedef {import("./trace.js").Step} Step */
/** @typedef {import("./state.js").State} State */

/**
 * @typedef {Object} Origin
 * @property {number} x
 * @property {number} y
 * @property {Access[]} accesses
 * @property {string} reason why there is none
 */

/**
 * @typedef {Object} Route
 * @property {boolean} isReached
 * @property {string} reason why no street is reached; "" where one is, and "beyond" with no outlet near
 * @property {number} outlet -1 for none
 * @property {number} mm whole millimetres of the walk, -1 for none
 * @property {[number, number][]} line metres, from the gate or place to the outlet
 * @property {[number, number][]} degrees the same as longitude and latitude
 * @property {Step[]} steps pieces of streets
 * @property {number} gate gate that the walk leaves by, -1 for none
 * @property {number} goalGate gate through which the outlet is reached, -1 for none
 * @property {number} straightM metres as the crow flies
 * @property {string[]} barriers kinds of barriers that lie between, which is why it is a detour
 * @property {NearerByAir | null} nearer the outlet that is nearer as the crow flies; null for none
 */

/**
 * @typedef {Object} NearerByAir
 * @property {number} outlet
 * @property {number} straightM
 * @property {number} mm the walk to it, -1 where it is beyond the distance searched
 * @property {string[]} barriers kinds of barriers on the straight line to it
 * @property {boolean} isShut whether it has no way to any street
 */

/**
 * Return how a walk begins; on a town's page none begins outside the town.
 * @param {import("./whatif.js").Scenario} scenario
 * @param {any} from
 * @returns {Origin}
 */
function originOf(scenario, from) {
  const { state } = scenario, { demand } = scenario.pack;
  if (from.demand !== undefined) {
    const { accesses, reason } = state.starts[from.demand];
    return { x: demand.x[from.demand], y: demand.y[from.demand], accesses, reason };
  }
  if (from.outlet !== undefined) {
    const { x, y, join } = state.outlets[from.outlet];
    if (scenario.isOutside({ x, y }, 0)) return { x, y, accesses: [], reason: "outside" };
    return { x, y, accesses: state.accesses[from.outlet], reason: join.reason };
  }
  const [x, y] = scenario.metres(from);
  if (scenario.isOutside(from, 0)) return { x, y, accesses: [], reason: "outside" };
  const join = joinPlace(state.streets, state.barriers, x, y, -1);
  const accesses = accessesOf(state.streets, state.gates, gatesByHome(state.gates), { x, y, join });
  return { x, y, accesses, reason: accesses.length ? "" : join.reason };
}

/**
 * Return the kinds of the barriers that a straight line meets, each once.
 * @param {State} state
 * @param {{x: number, y: number}} from
 * @param {{x: number, y: number}} to
 */
function barriersBetween({ barriers, streets }, from, to) {
  const { barrierKind, barrierKinds } = streets.pack;
  const kinds = barriers.met(from.x, from.y, to.x, to.y, -1).map((line) => barrierKinds[barrierKind[line]]);
  return Array.from(new Set(kinds)).sort();
}

/**
 * Return the places of a piece of a street, from its beginning to its end.
 * @param {Streets} streets
 * @param {Step} step
 * @returns {[number, number][]}
 */
function placesOf(streets, { edge, from, to }) {
  const { vertices: { x, y }, first, ticks } = streets, size = ticks[edge];
  const ends = [Math.min(from, to), Math.max(from, to)].map((at) => placeAlong(streets, edge, size > 0 ? at / size : 0));
  /** @type {[number, number][]} */
  const places = [[ends[0].x, ends[0].y]];
  for (let k = ends[0].segment + 1; k <= ends[1].segment; k++) places.push([x[first[edge] + k], y[first[edge] + k]]);
  places.push([ends[1].x, ends[1].y]);
  return from <= to ? places : places.reverse();
}

/**
 * Return the outlet of the kind that is nearest as the crow flies, with the metres.
 * @param {State} state
 * @param {{x: number, y: number}} from
 * @param {number} kind
 */
function nearestByAir({ outlets, streets: { pack } }, from, kind) {
  // A town's page has all outlets as far as it searches, and not all of those beyond.
  let found = -1, least = pack.rules.extent ? pack.kinds[kind].cutoff_m : Infinity;
  outlets.forEach((one, number) => {
    if (!one.isOpen || one.isInner || one.kind !== kind) return;
    const metres = Math.hypot(one.x - from.x, one.y - from.y);
    if (metres < least) [found, least] = [number, metres];
  });
  return { outlet: found, straightM: least };
}

/**
 * Return the way from somewhere to the nearest outlet of a kind.
 * @param {import("./whatif.js").Scenario} scenario
 * @param {any} from
 * @param {number} kind
 * @returns {Route}
 */
export function findRoute(scenario, from, kind) {
  const { state, pack } = scenario, { streets } = state;
  const origin = originOf(scenario, from), byAir = nearestByAir(state, origin, kind);
  /** @type {Route} */
  const route = {
    isReached: false, reason: origin.reason || "beyond", outlet: -1, mm: -1, line: [], degrees: [], steps: [],
    gate: -1, goalGate: -1, straightM: NaN, barriers: [], nearer: null,
  };
  const reach = reachOfKind(state, kind), nearest = nearestOf(streets, reach, origin.accesses);
  if (nearest.goal >= 0) {
    const access = origin.accesses[nearest.access], outlet = state.outlets[nearest.goal];
    const way = traceWay(streets, reach, access, goalsOf(state, kind));
    if (!way) throw new Error("the way of a known walk is lost");
    Object.assign(route, {
      isReached: true, reason: "", outlet: nearest.goal, mm: toMm(nearest.ticks, pack.rules.ticks_per_mm),
      steps: way.steps, gate: access.gate, goalGate: way.goalAccess.gate, straightM: Math.hypot(outlet.x - origin.x, outlet.y - origin.y),
      barriers: barriersBetween(state, origin, outlet), line: drawLine(state, origin, access, way, outlet),
    });
    route.degrees = route.line.map(([x, y]) => pack.projection.degrees(x, y));
  }
  if (route.reason !== "outside" && byAir.outlet >= 0 && byAir.outlet !== route.outlet && !(byAir.straightM >= route.straightM)) {
    route.nearer = tellNearer(state, origin, kind, byAir);
  }
  return route;
}

/**
 * Return all places of a way.
 * @param {State} state
 * @param {Origin} origin
 * @param {Access} access
 * @param {{steps: Step[], goalAccess: Access}} way
 * @param {{x: number, y: number}} outlet
 * @returns {[number, number][]}
 */
function drawLine({ streets, gates }, origin, access, { steps, goalAccess }, outlet) {
  const isGated = access.gate >= 0, start = isGated ? gates[access.gate] : origin;
  /** @type {[number, number][]} */
  const line = [];
  const add = (/** @type {number} */ x, /** @type {number} */ y) => {
    const last = line[line.length - 1];
    if (!last || last[0] !== x || last[1] !== y) line.push([x, y]);
  };
  if (isGated && streets.pack.rules.start === "dwelling") add(origin.x, origin.y);
  add(start.x, start.y);
  for (const step of steps) for (const [x, y] of placesOf(streets, step)) add(x, y);
  if (goalAccess.gate >= 0) add(gates[goalAccess.gate].x, gates[goalAccess.gate].y);
  add(outlet.x, outlet.y);
  return line;
}

/**
 * Return why an outlet that is nearer as the crow flies is not the nearest.
 * @param {State} state
 * @param {Origin} origin
 * @param {number} kind
 * @param {{outlet: number, straightM: number}} byAir
 * @returns {NearerByAir}
 */
function tellNearer(state, origin, kind, { outlet, straightM }) {
  const { streets } = state, { rules, kinds } = streets.pack, accesses = state.accesses[outlet];
  const limit = limitTicks(kinds[kind].cutoff_m, rules.ticks_per_mm);
  const { ticks } = nearestOf(streets, reachOf(streets, [{ number: 0, accesses }], limit), origin.accesses);
  return {
    outlet,
    straightM,
    mm: ticks === Infinity ? -1 : toMm(ticks, rules.ticks_per_mm),
    barriers: barriersBetween(state, origin, state.outlets[outlet]),
    isShut: accesses.length === 0,
  };
}

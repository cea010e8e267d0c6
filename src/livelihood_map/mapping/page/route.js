/**
 * The way of a walk along the streets, and why it is not shorter.
 */
import { accessesOf, gatesByHome } from "./access.js";
import { placeAlong } from "./along.js";
import { joinPlace } from "./snap.js";
import { goalsOf, reachOfKind, walksOf } from "./state.js";
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
 * @property {number} straightM metres as the crow flies from where the walk begins
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
 * Return the outlet of the kind that is nearest as the crow flies, with the metres; one for residents
 * alone counts for its own.
 * @param {State} state
 * @param {{x: number, y: number}} start
 * @param {number} kind
 * @param {number[]} own outlets for residents alone whose residents walk
 */
function nearestByAir({ outlets, streets: { pack } }, start, kind, own) {
  // A town's page has all outlets as far as it searches, and not all of those beyond.
  let found = -1, least = pack.rules.extent ? pack.kinds[kind].cutoff_m : Infinity;
  outlets.forEach((one, number) => {
    if (!one.isOpen || one.kind !== kind || (one.isInner && !own.includes(number))) return;
    const metres = apart(one, start);
    if (metres < least) [found, least] = [number, metres];
  });
  return { outlet: found, straightM: least };
}

/**
 * @param {{x: number, y: number}} one
 * @param {{x: number, y: number}} other
 */
function apart(one, other) {
  return Math.hypot(one.x - other.x, one.y - other.y);
}

/**
 * Return the outlets for residents alone that a demand point may use, with its straight walks there.
 * @param {State} state
 * @param {number | undefined} demand
 * @returns {Map<number, number>} whole millimetres by outlet
 */
function ownOutlets({ outlets, streets: { pack } }, demand) {
  const found = new Map();
  pack.innerDemand.forEach((d, k) => {
    if (d === demand && outlets[pack.innerOutlet[k]].isOpen) found.set(pack.innerOutlet[k], pack.innerMm[k]);
  });
  return found;
}

/**
 * Return the way from somewhere to the nearest outlet of a kind.
 * @param {import("./whatif.js").Scenario} scenario
 * @param {any} from
 * @param {number} kind
 * @returns {Route}
 */
export function findRoute(scenario, from, kind) {
  const { state, pack } = scenario, origin = originOf(scenario, from), own = ownOutlets(state, from.demand);
  /** @type {Route} */
  const route = {
    isReached: false, reason: origin.reason || "beyond", outlet: -1, mm: -1, line: [], degrees: [], steps: [],
    gate: -1, goalGate: -1, straightM: NaN, barriers: [], nearer: null,
  };
  const way = wayToOwn(state, from.demand, kind, own, origin) || wayToAny(state, kind, origin);
  if (way) {
    const outlet = state.outlets[way.outlet], [x, y] = way.line[0];
    Object.assign(route, way, { isReached: true, reason: "", straightM: apart(outlet, { x, y }), barriers: barriersBetween(state, { x, y }, outlet) });
    route.degrees = route.line.map(([east, north]) => pack.projection.degrees(east, north));
  }
  if (route.reason === "outside") return route;
  const start = way ? { x: way.line[0][0], y: way.line[0][1] } : origin;
  const byAir = nearestByAir(state, start, kind, Array.from(own.keys()));
  if (byAir.outlet >= 0 && byAir.outlet !== route.outlet && !(byAir.straightM >= route.straightM)) {
    route.nearer = tellNearer(state, origin, start, kind, byAir);
  }
  return route;
}

/**
 * @typedef {Object} Way
 * @property {number} outlet
 * @property {number} mm
 * @property {[number, number][]} line
 * @property {Step[]} steps
 * @property {number} gate
 * @property {number} goalGate
 */

/**
 * Return the way to the nearest outlet that serves everyone; null where none is within the distance.
 * @param {State} state
 * @param {number} kind
 * @param {Origin} origin
 * @returns {Way | null}
 */
function wayToAny(state, kind, origin) {
  return wayWithin(state, reachOfKind(state, kind), goalsOf(state, kind), origin);
}

/**
 * @param {State} state
 * @param {import("./walk.js").Reach} reach
 * @param {import("./walk.js").Goal[]} goals
 * @param {Origin} origin
 * @returns {Way | null}
 */
function wayWithin(state, reach, goals, origin) {
  const { streets } = state, nearest = nearestOf(streets, reach, origin.accesses);
  if (nearest.goal < 0) return null;
  const access = origin.accesses[nearest.access], way = traceWay(streets, reach, access, goals);
  if (!way) throw new Error("the way of a known walk is lost");
  return {
    outlet: nearest.goal, mm: toMm(nearest.ticks, streets.pack.rules.ticks_per_mm), steps: way.steps, gate: access.gate,
    goalGate: way.goalAccess.gate, line: drawLine(state, origin, access, way, state.outlets[nearest.goal]),
  };
}

/**
 * Return the way to an outlet for residents alone, where it is the nearest of a demand point: straight
 * inside the compound, or along the streets where that is shorter; null where it is not. [12]
 * @param {State} state
 * @param {number | undefined} demand
 * @param {number} kind
 * @param {Map<number, number>} own
 * @param {Origin} origin
 * @returns {Way | null}
 */
function wayToOwn(state, demand, kind, own, origin) {
  if (demand === undefined || !own.size) return null;
  const { mm, outlet } = walksOf(state, kind), number = outlet[demand];
  if (!own.has(number)) return null;
  const goal = state.outlets[number];
  if (mm[demand] === own.get(number)) {
    return { outlet: number, mm: mm[demand], steps: [], gate: -1, goalGate: -1, line: [[origin.x, origin.y], [goal.x, goal.y]] };
  }
  const { rules, kinds } = state.streets.pack, goals = [{ number, accesses: state.accesses[number] }];
  return wayWithin(state, reachOf(state.streets, goals, limitTicks(kinds[kind].cutoff_m, rules.ticks_per_mm)), goals, origin);
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
 * @param {{x: number, y: number}} start where the walk begins
 * @param {number} kind
 * @param {{outlet: number, straightM: number}} byAir
 * @returns {NearerByAir}
 */
function tellNearer(state, origin, start, kind, { outlet, straightM }) {
  const { streets } = state, { rules, kinds } = streets.pack, accesses = state.accesses[outlet];
  const limit = limitTicks(kinds[kind].cutoff_m, rules.ticks_per_mm);
  const { ticks } = nearestOf(streets, reachOf(streets, [{ number: 0, accesses }], limit), origin.accesses);
  return {
    outlet,
    straightM,
    mm: ticks === Infinity ? -1 : toMm(ticks, rules.ticks_per_mm),
    barriers: barriersBetween(state, start, state.outlets[outlet]),
    isShut: accesses.length === 0,
  };
}

/**
 * The walking network that a page carries: bytes in, typed arrays out.
 *
 * The bytes are a header in JSON with its length before it, and columns of whole numbers behind it.
 * `walk_pack.py` writes them.
 *
 * Positions are longitude and latitude in 1e-7 degrees. A polynomial in both gives metres of the
 * run's CRS, and a small whole number for each axis what is left to the metres that the engine has,
 * so that both walk the same streets to a fraction of a micrometre.
 */

import { Columns, makePlaces, setPlace } from "./columns.js";
import { Projection } from "./projection.js";

/**
 * @typedef {Object} PackKind
 * @property {string} id
 * @property {number} threshold_m
 * @property {number} target_m
 * @property {string[]} crowds whom the kind counts: names of columns of `people`
 * @property {number} cutoff_m how far the nearest outlet is searched for
 */

/**
 * @typedef {Object} PackRules
 * @property {number} ticks_per_m
 * @property {number} ticks_per_mm
 * @property {number} limit_m longest way between a place and its street
 * @property {number} off_network_m
 * @property {number} main_part_m
 * @property {number} snap_m an edit finds its street or gate within this distance
 * @property {number} same_m an end of a path this near to a junction starts at it
 * @property {string} start "gate" or "dwelling"
 * @property {boolean} are_walled
 * @property {[number, number, number]} curve west, south and side of the square along whose curve nodes
 *   are ordered
 * @property {[number[], number][]} ties nodes that streets left out join, and the ticks of these
 * @property {number} elsewhere_m metres of the longest part that is left out as a whole
 * @property {[number, number, number, number] | null} extent box of the page's town, null for the whole
 * @property {number} around_m how far beyond its town a page takes changes
 */

/**
 * @typedef {Object} PackSiting what a site is chosen by
 * @property {string} kind
 * @property {number[]} levels_m walks within which people count, the one that goes first first
 * @property {number} tolerance_share what premises that exist may cost
 * @property {boolean} has_rules whether the office has rules, which a single place does not know
 */

/**
 * @typedef {Object} Places
 * @property {number} n
 * @property {Int32Array} lon 1e-7 degrees
 * @property {Int32Array} lat
 * @property {Float64Array} x metres of the run's CRS
 * @property {Float64Array} y
 */

/**
 * @typedef {Object} Pack
 * @property {PackRules} rules
 * @property {PackKind[]} kinds
 * @property {Projection} projection
 * @property {Places} nodes
 * @property {Int32Array} u node at which each edge's line starts
 * @property {Int32Array} v
 * @property {Int32Array} key
 * @property {Uint8Array} isPrivate
 * @property {Uint8Array} isPass bridge or tunnel
 * @property {Float64Array} ticks
 * @property {Int32Array} first where each edge's line starts among the vertices, edges + 1 entries
 * @property {Places} vertices vertices of all lines, both ends included
 * @property {Int32Array} barrierFirst where each line of a barrier starts, lines + 1 entries
 * @property {Places} barrierVertices
 * @property {Int32Array} barrierKind number in `barrierKinds`
 * @property {string[]} barrierKinds
 * @property {Int32Array} barrierHome compound whose wall a line is, -1 for none
 * @property {Places} demand
 * @property {Int32Array} demandHome row of the compound of each demand point, -1 for none
 * @property {Int32Array} demandTown
 * @property {Object<string, number[]>} people residents, workers and passengers of each demand point
 * @property {string[]} towns ids of the towns
 * @property {Places} gates
 * @property {Int32Array} gateHome
 * @property {Uint8Array} gateOpen
 * @property {Uint8Array} gateInHours
 * @property {Places} outlets outlets that count, and the suggested sites behind them
 * @property {Int32Array} outletKind
 * @property {Int32Array} outletRow row of each outlet in the page's table, rank of a site
 * @property {Uint8Array} outletSite
 * @property {Uint8Array} outletInner whether only residents of its compound go there
 * @property {PackSiting | null} siting null where no candidates are in the pack
 * @property {Places} candidates usable ones, by id
 * @property {Uint8Array} candidatePremises
 * @property {string[]} candidateIds
 * @property {string[]} candidateNames
 * @property {Float64Array} demandWeight thousandths of weighted people
 * @property {string[]} outletIds ids of facilities, and of the candidates that sites are
 * @property {Object<string, string>} outletNames by number, of outlets that the page does not show
 * @property {string[]} homeIds
 * @property {string} mark mark of the run
 * @property {Int32Array} innerOutlet outlet, demand point and straight walk of those who go to an inner one
 * @property {Int32Array} innerDemand
 * @property {Float64Array} innerMm
 */

/**
 * Return where rows start, given how many entries each has.
 * @param {ArrayLike<number>} counts
 */
export function startsOf(counts) {
  const out = new Int32Array(counts.length + 1);
  for (let k = 0; k < counts.length; k++) out[k + 1] = out[k] + counts[k];
  return out;
}

/**
 * Return the vertices of all lines: the ends are nodes, what lies between is stored.
 * @param {Columns} columns
 * @param {Projection} projection
 * @param {Places} nodes
 * @param {Int32Array} u
 * @param {Int32Array} v
 */
function readLines(columns, projection, nodes, u, v) {
  const inner = columns.ints("edge.inner");
  const first = startsOf(inner.map((n) => n + 2));
  const lon = columns.ints("line.lon"), lat = columns.ints("line.lat");
  const leftX = columns.numbers("line.x"), leftY = columns.numbers("line.y");
  const vertices = makePlaces(first[u.length]);
  let at = 0;
  for (let e = 0; e < u.length; e++) {
    let k = first[e], east = nodes.lon[u[e]], north = nodes.lat[u[e]];
    copyPlace(nodes, u[e], vertices, k);
    for (k++; k < first[e + 1] - 1; k++, at++) {
      east += lon[at];
      north += lat[at];
      setPlace(projection, vertices, k, east, north, leftX[at], leftY[at]);
    }
    copyPlace(nodes, v[e], vertices, k);
  }
  return { first, vertices };
}

/**
 * @param {Places} from
 * @param {number} i
 * @param {Places} to
 * @param {number} k
 */
function copyPlace(from, i, to, k) {
  to.lon[k] = from.lon[i];
  to.lat[k] = from.lat[i];
  to.x[k] = from.x[i];
  to.y[k] = from.y[i];
}

/**
 * Return the length of a line in metres.
 * @param {Places} vertices
 * @param {number} start
 * @param {number} stop the vertex after its last one
 */
export function lineLength(vertices, start, stop) {
  const { x, y } = vertices;
  let sum = 0;
  for (let k = start; k < stop - 1; k++) {
    const dx = x[k + 1] - x[k], dy = y[k + 1] - y[k];
    sum += Math.sqrt(dx * dx + dy * dy);
  }
  return sum;
}

/**
 * Return a number rounded to a whole one, halves to the even one.
 * @param {number} value
 */
export function roundEven(value) {
  const low = Math.floor(value), part = value - low;
  if (part !== 0.5) return part < 0.5 ? low : low + 1;
  return low % 2 === 0 ? low : low + 1;
}

/**
 * Return the walking network, the demand and the outlets that bytes hold.
 * @param {Uint8Array} bytes
 * @returns {Pack}
 */
export function unpackWalks(bytes) {
  const size = bytes[0] + bytes[1] * 256 + bytes[2] * 65536 + bytes[3] * 16777216;
  const head = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + size)));
  const columns = new Columns(bytes.subarray(4 + size), head.columns);
  const projection = new Projection(head.projection);
  const nodes = columns.places("node", projection);
  const low = columns.rising("edge.low"), apart = columns.ints("edge.apart");
  const flags = columns.bits("edge.flags"), left = columns.numbers("edge.ticks");
  const u = new Int32Array(low.length), v = new Int32Array(low.length);
  for (let e = 0; e < low.length; e++) {
    const isTurned = (flags[e] & 1) > 0;
    u[e] = low[e] + (isTurned ? apart[e] : 0);
    v[e] = low[e] + (isTurned ? 0 : apart[e]);
  }
  const { first, vertices } = readLines(columns, projection, nodes, u, v);
  const ticks = left.map(
    (more, e) => more + roundEven(lineLength(vertices, first[e], first[e + 1]) * head.rules.ticks_per_m),
  );
  return {
    rules: head.rules,
    kinds: head.kinds,
    projection,
    nodes,
    u,
    v,
    key: columns.ints("edge.key"),
    isPrivate: flags.map((flag) => (flag >> 1) & 1),
    isPass: flags.map((flag) => (flag >> 2) & 1),
    ticks,
    first,
    vertices,
    barrierFirst: startsOf(columns.ints("barrier.size")),
    barrierVertices: columns.places("barrier", projection),
    barrierKind: columns.ints("barrier.kind"),
    barrierKinds: head.barrier_kinds,
    barrierHome: columns.ints("barrier.home"),
    demand: columns.places("demand", projection),
    demandHome: columns.ints("demand.home"),
    demandTown: columns.ints("demand.town"),
    people: head.people,
    towns: head.towns,
    gates: columns.places("gate", projection),
    gateHome: columns.ints("gate.home"),
    gateOpen: columns.bits("gate.open"),
    gateInHours: columns.bits("gate.in_hours"),
    outlets: columns.places("outlet", projection),
    outletKind: columns.ints("outlet.kind"),
    outletRow: columns.ints("outlet.row"),
    outletSite: columns.bits("outlet.site"),
    outletInner: columns.bits("outlet.inner"),
    siting: head.siting,
    candidates: columns.places("candidate", projection),
    candidatePremises: columns.bits("candidate.premises"),
    candidateIds: head.candidate_ids,
    candidateNames: head.candidate_names,
    demandWeight: columns.numbers("demand.weight"),
    outletIds: head.outlet_ids,
    outletNames: head.outlet_names,
    homeIds: head.home_ids,
    mark: head.mark,
    innerOutlet: columns.ints("inner.outlet"),
    innerDemand: columns.ints("inner.demand"),
    innerMm: columns.numbers("inner.mm"),
  };
}

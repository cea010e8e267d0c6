/**
 * Where places meet the streets.
 *
 * The numbers in brackets are those of the walking rules in docs/method.md.
 */
import { edgeDistance, nearestOnEdge } from "./along.js";
import { EdgeGrid, lineBoxes } from "./boxes.js";
import { roundEven } from "./pack.js";
import { compareEdges, eachEdgeNear } from "./streets.js";

/** @typedef {import("./pack.js").Pack} Pack */
/** @typedef {import("./streets.js").Streets} Streets */

/**
 * @typedef {Object} Join
 * @property {number} edge -1 where the place is not joined
 * @property {number} distance metres between place and street
 * @property {number} along ticks from the edge's start
 * @property {string} reason why it is not joined: "too_far", "off_network" or "barrier"; "" where it is
 */

const HALF_MM = 0.0005;
const MM = 0.001;
const FIRST_REACH_M = 40;

/** What nobody steps across. */
export class Barriers {
  /** @param {Pack} pack */
  constructor(pack) {
    this.pack = pack;
    this.vertices = pack.barrierVertices;
    this.first = pack.barrierFirst;
    this.grid = new EdgeGrid(lineBoxes(this.vertices, this.first));
  }

  /**
   * Return the lines of barriers that a straight way meets, without its first and last millimetre. [6]
   * @param {number} ax
   * @param {number} ay
   * @param {number} bx
   * @param {number} by
   * @param {number} home compound through whose wall the way leads, -1 for none
   * @returns {number[]}
   */
  met(ax, ay, bx, by, home) {
    const dx = bx - ax, dy = by - ay, length = Math.sqrt(dx * dx + dy * dy);
    if (!(length > 2 * MM)) return [];
    const stepX = dx * (MM / length), stepY = dy * (MM / length);
    const way = [ax + stepX, ay + stepY, bx - stepX, by - stepY];
    const box = [Math.min(way[0], way[2]), Math.min(way[1], way[3]), Math.max(way[0], way[2]), Math.max(way[1], way[3])];
    /** @type {number[]} */
    const found = [];
    this.grid.near(box, 0, (line) => {
      if (home >= 0 && this.pack.barrierHome[line] === home) return;
      for (let k = this.first[line]; k < this.first[line + 1] - 1; k++) {
        if (segmentsMeet(way, this.vertices, k)) {
          found.push(line);
          return;
        }
      }
    });
    return found;
  }
}

/**
 * Return on which side of a way a place lies: above 0 left, below 0 right, 0 upon it.
 * @param {number} ax
 * @param {number} ay
 * @param {number} bx
 * @param {number} by
 * @param {number} px
 * @param {number} py
 */
function side(ax, ay, bx, by, px, py) {
  return (bx - ax) * (py - ay) - (by - ay) * (px - ax);
}

/**
 * Return whether a way and a segment of a line have a point in common.
 * @param {number[]} way
 * @param {import("./pack.js").Places} vertices
 * @param {number} k first vertex of the segment
 */
function segmentsMeet([ax, ay, bx, by], { x, y }, k) {
  const cx = x[k], cy = y[k], dx = x[k + 1], dy = y[k + 1];
  if (Math.max(cx, dx) < Math.min(ax, bx) || Math.min(cx, dx) > Math.max(ax, bx)) return false;
  if (Math.max(cy, dy) < Math.min(ay, by) || Math.min(cy, dy) > Math.max(ay, by)) return false;
  const c = side(ax, ay, bx, by, cx, cy), d = side(ax, ay, bx, by, dx, dy);
  if ((c > 0 && d > 0) || (c < 0 && d < 0)) return false;
  const a = side(cx, cy, dx, dy, ax, ay), b = side(cx, cy, dx, dy, bx, by);
  return !((a > 0 && b > 0) || (a < 0 && b < 0));
}

/**
 * Return a distance in whole millimetres.
 * @param {number} metres
 */
function wholeMm(metres) {
  return roundEven(metres * 1000);
}

/**
 * Return whether the first of two edges at these distances goes before the second. [4]
 * @param {Streets} streets
 * @param {number} edge
 * @param {number} distance
 * @param {number} other
 * @param {number} otherDistance
 */
function isBefore(streets, edge, distance, other, otherDistance) {
  if (other < 0) return true;
  const byMm = wholeMm(distance) - wholeMm(otherDistance);
  if (byMm !== 0) return byMm < 0;
  const byAccess = streets.isPrivate[edge] - streets.isPrivate[other];
  return byAccess !== 0 ? byAccess < 0 : compareEdges(streets, edge, other) < 0;
}

/**
 * Return the edge that a place would join, barriers left out of account, and its distance. [2, 3, 4]
 * @param {Streets} streets
 * @param {number} px
 * @param {number} py
 * @param {number} limit
 * @returns {{edge: number, distance: number}}
 */
function findAdjacent(streets, px, py, limit) {
  const reach = limit + HALF_MM;
  const nearest = [Infinity, Infinity, Infinity], edges = [-1, -1, -1];
  const look = (/** @type {number} */ within) => {
    nearest.fill(Infinity);
    edges.fill(-1);
    eachEdgeNear(streets, px, py, within, (e) => {
      const tier = streets.tier[e], distance = edgeDistance(streets, e, px, py);
      if (distance > within || distance > nearest[tier]) return;
      if (distance < nearest[tier] || isBefore(streets, e, distance, edges[tier], nearest[tier])) {
        nearest[tier] = distance;
        edges[tier] = e;
      }
    });
  };
  const first = Math.min(FIRST_REACH_M, reach);
  look(first);
  if (edges[0] < 0 && first < reach) look(reach);
  for (let tier = 0; tier < 3; tier++) {
    if (edges[tier] >= 0 && wholeMm(nearest[tier]) <= limit * 1000) {
      return { edge: edges[tier], distance: nearest[tier] };
    }
  }
  return { edge: -1, distance: NaN };
}

/**
 * Return where a place joins the streets. [1 to 6]
 * @param {Streets} streets
 * @param {Barriers} barriers
 * @param {number} px
 * @param {number} py
 * @param {number} home compound through whose wall the place leads, -1 for none
 * @returns {Join}
 */
export function joinPlace(streets, barriers, px, py, home) {
  const { rules } = streets.pack;
  let { edge, distance } = findAdjacent(streets, px, py, rules.limit_m);
  if (edge < 0) {
    const farther = findAdjacent(streets, px, py, rules.off_network_m);
    return { edge, distance, along: NaN, reason: farther.edge < 0 ? "off_network" : "too_far" };
  }
  const isBarred = (/** @type {number} */ e) => {
    const end = nearestOnEdge(streets, e, px, py);
    return barriers.met(px, py, end.x, end.y, home).length > 0;
  };
  if (isBarred(edge)) {
    ({ edge, distance } = findFree(streets, px, py, rules.limit_m, isBarred));
    if (edge < 0) return { edge, distance, along: NaN, reason: "barrier" };
  }
  const found = nearestOnEdge(streets, edge, px, py);
  // Twice divided and once multiplied, as the engine's table `joins` has it in between.
  const length = streets.ticks[edge] > 0 ? found.length : 0;
  const alongM = length > 0 ? found.along / found.length * length : 0;
  const share = length > 0 ? Math.min(1, Math.max(0, alongM / length)) : 0;
  return {
    edge,
    distance,
    along: roundEven(share * streets.ticks[edge]),
    reason: "",
  };
}

/**
 * Return the edge to which the way is free, and its distance. [6]
 * @param {Streets} streets
 * @param {number} px
 * @param {number} py
 * @param {number} limit
 * @param {(edge: number) => boolean} isBarred
 */
function findFree(streets, px, py, limit, isBarred) {
  /** @type {{edge: number, distance: number}[]} */
  const near = [];
  eachEdgeNear(streets, px, py, limit + HALF_MM, (edge) => {
    const distance = edgeDistance(streets, edge, px, py);
    if (wholeMm(distance) <= limit * 1000) near.push({ edge, distance });
  });
  near.sort((a, b) => streets.tier[a.edge] - streets.tier[b.edge] ||
    (isBefore(streets, a.edge, a.distance, b.edge, b.distance) ? -1 : 1));
  return near.find((one) => !isBarred(one.edge)) || { edge: -1, distance: NaN };
}

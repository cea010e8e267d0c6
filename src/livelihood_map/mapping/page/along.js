/**
 * Places along the lines of edges, and how far others are from them.
 */
import { lineLength } from "./pack.js";

/** @typedef {import("./streets.js").Streets} Streets */

/**
 * Return the distance of a place to a segment in metres.
 * @param {number} px
 * @param {number} py
 * @param {number} ax
 * @param {number} ay
 * @param {number} bx
 * @param {number} by
 */
function segmentDistance(px, py, ax, ay, bx, by) {
  const dx = bx - ax, dy = by - ay, size = dx * dx + dy * dy;
  const share = size > 0 ? ((px - ax) * dx + (py - ay) * dy) / size : 0;
  if (share <= 0) return Math.sqrt((px - ax) * (px - ax) + (py - ay) * (py - ay));
  if (share >= 1) return Math.sqrt((px - bx) * (px - bx) + (py - by) * (py - by));
  return Math.abs(((ay - py) * dx - (ax - px) * dy) / size) * Math.sqrt(size);
}

/**
 * Return the distance of a place to the line of an edge in metres.
 * @param {Streets} streets
 * @param {number} edge
 * @param {number} px
 * @param {number} py
 */
export function edgeDistance({ vertices: { x, y }, first }, edge, px, py) {
  let least = Infinity;
  for (let k = first[edge]; k < first[edge + 1] - 1; k++) {
    least = Math.min(least, segmentDistance(px, py, x[k], y[k], x[k + 1], y[k + 1]));
  }
  return least;
}

/**
 * Return where on the line of an edge a place is nearest.
 * @param {Streets} streets
 * @param {number} edge
 * @param {number} px
 * @param {number} py
 * @returns {{along: number, length: number, x: number, y: number, segment: number, part: number}}
 *   metres along the line, its length, the place, its segment and the share of it
 */
export function nearestOnEdge({ vertices: { x, y }, first }, edge, px, py) {
  const found = { along: 0, length: 0, x: x[first[edge]], y: y[first[edge]], segment: 0, part: 0 };
  let least = Infinity;
  for (let k = first[edge]; k < first[edge + 1] - 1; k++) {
    const dx = x[k + 1] - x[k], dy = y[k + 1] - y[k], size = dx * dx + dy * dy;
    const length = Math.sqrt(size);
    const distance = segmentDistance(px, py, x[k], y[k], x[k + 1], y[k + 1]);
    if (distance < least) {
      least = distance;
      let share = size > 0 ? ((px - x[k]) * dx + (py - y[k]) * dy) / size : 0;
      share = share <= 0 ? 0 : share <= 1 ? share : 1;
      found.along = share === 1 ? found.length + length : found.length + share * length;
      found.x = x[k] + share * dx;
      found.y = y[k] + share * dy;
      found.segment = k - first[edge];
      found.part = share;
    }
    found.length += length;
  }
  return found;
}

/**
 * Return the place at a share of an edge's length.
 * @param {Streets} streets
 * @param {number} edge
 * @param {number} share
 * @returns {{x: number, y: number, segment: number, part: number}}
 */
export function placeAlong({ vertices, first }, edge, share) {
  const { x, y } = vertices, last = first[edge + 1] - 1;
  const wanted = share * lineLength(vertices, first[edge], last + 1);
  let walked = 0;
  for (let k = first[edge]; k < last; k++) {
    const dx = x[k + 1] - x[k], dy = y[k + 1] - y[k], length = Math.sqrt(dx * dx + dy * dy);
    if (walked + length > wanted) {
      const part = (wanted - walked) / length;
      return { x: x[k] + part * dx, y: y[k] + part * dy, segment: k - first[edge], part };
    }
    walked += length;
  }
  return { x: x[last], y: y[last], segment: last - 1 - first[edge], part: 1 };
}

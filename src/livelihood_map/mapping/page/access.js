/**
 * Ways out of compounds and into them: through their open gates, or straight to the street.
 *
 * The numbers in brackets are those of the walking rules in docs/method.md.
 */
import { joinPlace } from "./snap.js";
import { makeAccess } from "./walk.js";

/** @typedef {import("./pack.js").Pack} Pack */
/** @typedef {import("./streets.js").Streets} Streets */
/** @typedef {import("./snap.js").Join} Join */
/** @typedef {import("./snap.js").Barriers} Barriers */
/** @typedef {import("./walk.js").Access} Access */

/**
 * @typedef {Object} Gate
 * @property {number} x
 * @property {number} y
 * @property {number} home row of its compound
 * @property {boolean} isOpen
 * @property {boolean} isInHours
 * @property {Join} join
 */

/**
 * @typedef {Object} Outlet
 * @property {number} x
 * @property {number} y
 * @property {number} kind
 * @property {number} row row in the page's table, rank of a site, -1 for one that is added or not shown
 * @property {boolean} isSite
 * @property {boolean} isInner whether it serves the residents of its compound alone
 * @property {boolean} isOpen
 * @property {string} name
 * @property {Join} join
 */

/**
 * @typedef {Object} Start a demand point
 * @property {Access[]} accesses
 * @property {string} reason why it has none: as in `Join`, or "closed" where all gates are
 */

/**
 * @param {Gate} gate
 */
export function isPassable(gate) {
  return gate.isOpen && gate.isInHours;
}

/**
 * Return the gates of each compound by its row.
 * @param {Gate[]} gates
 * @returns {Map<number, number[]>}
 */
export function gatesByHome(gates) {
  const found = new Map();
  gates.forEach(({ home }, number) => {
    if (home < 0) return;
    if (!found.has(home)) found.set(home, []);
    found.get(home).push(number);
  });
  return found;
}

/**
 * Return how a demand point comes to the streets. [10]
 * @param {Streets} streets
 * @param {Gate[]} gates
 * @param {number[]} own gates of its compound, open ones and shut ones
 * @param {Join | null} direct its own join, where it needs one
 * @param {number} x
 * @param {number} y
 * @returns {Start}
 */
export function startOf(streets, gates, own, direct, x, y) {
  if (!own.length) {
    if (!direct || direct.reason) return { accesses: [], reason: direct ? direct.reason : "" };
    return { accesses: [makeAccess(streets, direct, 0, -1)], reason: "" };
  }
  const open = own.filter((number) => isPassable(gates[number]));
  if (!open.length) return { accesses: [], reason: "closed" };
  const isWalked = streets.pack.rules.start === "dwelling";
  const accesses = throughGates(streets, gates, open, x, y, isWalked);
  return { accesses, reason: accesses.length ? "" : gates[open[0]].join.reason };
}

/**
 * Return the accesses through gates that have a street.
 * @param {Streets} streets
 * @param {Gate[]} gates
 * @param {number[]} open
 * @param {number} x
 * @param {number} y
 * @param {boolean} isWalked whether the straight way to the gate counts
 */
function throughGates(streets, gates, open, x, y, isWalked) {
  const joined = open.filter((number) => !gates[number].join.reason);
  return joined.map((number) => {
    const gate = gates[number], dx = x - gate.x, dy = y - gate.y;
    return makeAccess(streets, gate.join, isWalked ? Math.sqrt(dx * dx + dy * dy) : 0, number);
  });
}

/**
 * Return how an outlet is reached: from the street, or through the gates of the wall around it. [11]
 * @param {Streets} streets
 * @param {Gate[]} gates
 * @param {Map<number, number[]>} byHome
 * @param {{x: number, y: number, join: Join}} outlet
 * @returns {Access[]}
 */
export function accessesOf(streets, gates, byHome, { x, y, join }) {
  if (!join.reason) return [makeAccess(streets, join, 0, -1)];
  const { pack } = streets;
  if (join.reason !== "barrier" || !pack.rules.are_walled) return [];
  /** @type {Access[]} */
  const found = [];
  for (const home of wallsAround(pack, x, y)) {
    const open = (byHome.get(home) || []).filter((number) => isPassable(gates[number]));
    found.push(...throughGates(streets, gates, open, x, y, true));
  }
  return found;
}

/**
 * Return the compounds whose walls hold a place.
 * @param {Pack} pack
 * @param {number} px
 * @param {number} py
 * @returns {number[]}
 */
function wallsAround({ barrierHome, barrierFirst, barrierVertices: { x, y } }, px, py) {
  const isInside = new Map();
  for (let line = 0; line < barrierHome.length; line++) {
    if (barrierHome[line] < 0) continue;
    let crossings = 0;
    for (let k = barrierFirst[line]; k < barrierFirst[line + 1] - 1; k++) {
      if ((y[k] > py) === (y[k + 1] > py)) continue;
      if (px < x[k] + ((py - y[k]) / (y[k + 1] - y[k])) * (x[k + 1] - x[k])) crossings++;
    }
    if (crossings % 2) isInside.set(barrierHome[line], !isInside.get(barrierHome[line]));
  }
  return [...isInside].filter(([, holds]) => holds).map(([home]) => home);
}

/**
 * Return the gates of a pack, joined to its streets.
 * @param {Streets} streets
 * @param {Barriers} barriers
 * @returns {Gate[]}
 */
export function readGates(streets, barriers) {
  const { gates, gateHome, gateOpen, gateInHours } = streets.pack;
  return Array.from({ length: gates.n }, (_, k) => ({
    x: gates.x[k],
    y: gates.y[k],
    home: gateHome[k],
    isOpen: gateOpen[k] === 1,
    isInHours: gateInHours[k] === 1,
    join: joinPlace(streets, barriers, gates.x[k], gates.y[k], gateHome[k]),
  }));
}

/**
 * Return the outlets of a pack, joined to its streets.
 * @param {Streets} streets
 * @param {Barriers} barriers
 * @param {boolean} areSitesOpen
 * @returns {Outlet[]}
 */
export function readOutlets(streets, barriers, areSitesOpen) {
  const { outlets, outletKind, outletRow, outletSite, outletInner, outletNames } = streets.pack;
  return Array.from({ length: outlets.n }, (_, k) => ({
    x: outlets.x[k],
    y: outlets.y[k],
    kind: outletKind[k],
    row: outletRow[k],
    isSite: outletSite[k] === 1,
    isInner: outletInner[k] === 1,
    isOpen: areSitesOpen || outletSite[k] === 0,
    name: outletNames[k] || "",
    join: joinPlace(streets, barriers, outlets.x[k], outlets.y[k], -1),
  }));
}

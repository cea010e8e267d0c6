/**
 * What if this one closes and we open one there? Scenarios over a pack, without a page.
 *
 *   const scenario = createScenario(unpackWalks(bytes), { withSites: false });
 *   scenario.addOutlet("breakfast", { lon: 121.38, lat: 31.11 }, "新早餐店")   or { x, y } in metres
 *   scenario.moveOutlet(outlet, place)   scenario.closeOutlet(outlet)   scenario.dropSite(outlet)
 *   scenario.openGate(gate)   scenario.shutGate(gate)   scenario.addGate(home, place)
 *   scenario.addPath([place, place, ...])
 *     each returns { isDone, reason, ... }. What cannot be done changes nothing; its `reason` is the
 *     engine's: "too_far", "off_network", "barrier", or "unknown", "shut", "open", "residents_only",
 *     "unwalled", "too_short", on a town's page "outside" it. An added outlet has its number in `outlet`, a gate in `gate`, a path tells in `ends`
 *     what each end joins: "junction", "street", or "alone" where nothing is near.
 *   scenario.undo()   scenario.redo()   scenario.edits   scenario.clear()
 *   scenario.measure(kind)   the walk of every demand point: whole millimetres, -1 for none within
 *     the distance searched, and the outlet; `scenario.before(kind)` the same without edits
 *   scenario.totals(kind)   by town and for all, before and after, at both walks: residents, workers,
 *     passengers covered, and all of them
 *   scenario.changes(kind)   who gains and who loses: demand points, with walks before and after
 *   scenario.bestOneMore(kind)   the best candidate for one more outlet, as the engine's plan of one
 *     site; null for a kind that is not sited or where nobody would gain: see `Best` in best.js
 *   scenario.route(from, kind)   `from` is { demand }, { outlet } or a place: see `Route` in route.js
 *
 * Places are { lon, lat } in degrees or { x, y } in metres of the run's CRS, taken to 1e-7 degrees. Rows
 * and numbers are those of the pack: `pack.outletRow` leads to the page's table, `pack.demandHome`
 * to its compounds.
 */
import { gatesByHome } from "./access.js";
import { findBest } from "./best.js";
import { changedWalks, totalsOf } from "./counts.js";
import { EditHistory } from "./history.js";
import { withPath } from "./paths.js";
import { findRoute } from "./route.js";
import { joinPlace } from "./snap.js";
import { firstState, walksOf, withGates, withOutlets, withStreets } from "./state.js";

/** @typedef {import("./pack.js").Pack} Pack */
/** @typedef {import("./state.js").Walks} Walks */
/** @typedef {{lon: number, lat: number} | {x: number, y: number}} Place */

/**
 * @typedef {Object} Done
 * @property {boolean} isDone
 * @property {string} reason why not; "" where it is
 * @property {number} [outlet]
 * @property {number} [gate]
 * @property {string[]} [ends]
 */

/**
 * @typedef {Object} Edit one edit, as it is saved
 * @property {string} action "add_outlet", "move_outlet", "close_outlet", "open_gate", "close_gate",
 *   "add_gate" or "path"
 * @property {string} [kind]
 * @property {string} [name]
 * @property {number} [outlet]
 * @property {number} [gate]
 * @property {number} [home]
 * @property {Place[]} [places]
 */


/** A row of edits upon a pack. */
export class Scenario extends EditHistory {
  /**
   * @param {Pack} pack
   * @param {{withSites?: boolean}} [wishes] whether the suggested sites are open to begin with
   */
  constructor(pack, wishes = {}) {
    super(firstState(pack, Boolean(wishes.withSites)));
    this.pack = pack;
  }

  /**
   * @param {string} id
   */
  kindNumber(id) {
    return this.pack.kinds.findIndex((kind) => kind.id === id);
  }

  /**
   * Return metres of a place, to 1e-7 degrees: what is saved is what was measured.
   * @param {any} place
   * @returns {[number, number]}
   */
  metres(place) {
    const { projection } = this.pack;
    const [lon, lat] = place.x === undefined ? [place.lon, place.lat] : projection.degrees(place.x, place.y);
    return projection.place(lon, lat);
  }

  /**
   * Return whether a place lies beyond what a town's page can change, or be walked from.
   * @param {any} place
   * @param {number} around metres around the town
   */
  isOutside(place, around = this.pack.rules.around_m) {
    const { extent } = this.pack.rules, [x, y] = this.metres(place);
    return extent !== null && (x < extent[0] - around || y < extent[1] - around || x > extent[2] + around || y > extent[3] + around);
  }

  /**
   * @param {string} kind
   * @param {Place} place
   * @param {string} [name]
   * @returns {Done}
   */
  addOutlet(kind, place, name = "") {
    const number = this.kindNumber(kind), { state } = this;
    if (number < 0) return refused("unknown");
    if (this.isOutside(place)) return refused("outside");
    const outlet = { ...this.placed(place), kind: number, row: -1, isSite: false, isInner: false, isOpen: true, name };
    const next = withOutlets(state, [...state.outlets, outlet], state.outlets.length);
    if (!next.accesses[state.outlets.length].length) return refused(outlet.join.reason);
    const edit = { action: "add_outlet", kind, name, places: [place] };
    return this.keep(next, edit, { outlet: state.outlets.length });
  }

  /**
   * Return where a place is and how it joins the streets.
   * @param {Place} place
   */
  placed(place) {
    const [x, y] = this.metres(place), { streets, barriers } = this.state;
    return { x, y, join: joinPlace(streets, barriers, x, y, -1) };
  }

  /**
   * @param {number} outlet
   * @param {Place} place
   * @returns {Done}
   */
  moveOutlet(outlet, place) {
    const { state } = this, old = state.outlets[outlet];
    if (!old) return refused("unknown");
    if (!old.isOpen) return refused("shut");
    if (old.isInner) return refused("residents_only");
    if (this.isOutside(place)) return refused("outside");
    const moved = { ...old, ...this.placed(place) };
    const next = withOutlets(state, state.outlets.map((one, k) => (k === outlet ? moved : one)), outlet);
    if (!next.accesses[outlet].length) return refused(moved.join.reason);
    return this.keep(next, { action: "move_outlet", outlet, places: [place] }, { outlet });
  }

  /**
   * @param {number} outlet
   * @returns {Done}
   */
  closeOutlet(outlet) {
    const { state } = this, old = state.outlets[outlet];
    if (!old) return refused("unknown");
    if (!old.isOpen) return refused("shut");
    const outlets = state.outlets.map((one, k) => (k === outlet ? { ...one, isOpen: false } : one));
    return this.keep(withOutlets(state, outlets, outlet), { action: "close_outlet", outlet }, { outlet });
  }

  /**
   * @param {number} outlet
   * @returns {Done}
   */
  dropSite(outlet) {
    const old = this.state.outlets[outlet];
    return old && old.isSite ? this.closeOutlet(outlet) : refused("unknown");
  }

  /**
   * @param {number} gate
   * @returns {Done}
   */
  openGate(gate) {
    return this.setGate(gate, true);
  }

  /**
   * @param {number} gate
   * @returns {Done}
   */
  shutGate(gate) {
    return this.setGate(gate, false);
  }

  /**
   * @param {number} gate
   * @param {boolean} isOpen
   * @returns {Done}
   */
  setGate(gate, isOpen) {
    const { state } = this, old = state.gates[gate];
    if (!old) return refused("unknown");
    if (old.isOpen === isOpen) return refused(isOpen ? "open" : "shut");
    const gates = state.gates.map((one, k) => (k === gate ? { ...one, isOpen } : one));
    return this.keep(withGates(state, gates), { action: isOpen ? "open_gate" : "close_gate", gate }, { gate });
  }

  /**
   * Open a gate of a compound where none is; one that stands within 20 m of the place is opened. [9]
   * @param {number} home row of the compound
   * @param {Place} place
   * @returns {Done}
   */
  addGate(home, place) {
    const { state } = this, [x, y] = this.metres(place), { rules } = this.pack;
    if (this.isOutside(place)) return refused("outside");
    const own = gatesByHome(state.gates).get(home) || [];
    let nearest = -1, least = Infinity;
    for (const number of own) {
      const dx = state.gates[number].x - x, dy = state.gates[number].y - y, distance = Math.sqrt(dx * dx + dy * dy);
      if (distance < least) [nearest, least] = [number, distance];
    }
    if (least <= rules.snap_m) return this.openGate(nearest);
    if (home < 0) return refused("unknown");
    if (rules.are_walled && !own.length) return refused("unwalled");
    const join = joinPlace(state.streets, state.barriers, x, y, home);
    if (join.reason) return refused(join.reason);
    const gates = [...state.gates, { x, y, home, isOpen: true, isInHours: true, join }];
    const edit = { action: "add_gate", home, places: [place] };
    return this.keep(withGates(state, gates), edit, { gate: state.gates.length });
  }

  /**
   * @param {Place[]} places
   * @returns {Done}
   */
  addPath(places) {
    const line = places.map((place) => this.metres(place));
    if (line.length < 2 || line.every(([x, y]) => x === line[0][0] && y === line[0][1])) return refused("too_short");
    if (places.some((place) => this.isOutside(place))) return refused("outside");
    const { streets, ends, added, cut } = withPath(this.state.streets, line);
    const next = withStreets(this.state, streets, [...added, ...cut]);
    return this.keep(next, { action: "path", places }, { ends });
  }

  /**
   * @param {string} kind
   * @returns {Walks}
   */
  measure(kind) {
    return walksOf(this.state, this.kindNumber(kind));
  }

  /**
   * @param {string} kind
   * @returns {Walks}
   */
  before(kind) {
    return walksOf(this.states[0], this.kindNumber(kind));
  }

  /**
   * Return who is covered by town and in all, before and after.
   * @param {string} kind
   */
  totals(kind) {
    return totalsOf(this.pack, this.kindNumber(kind), this.before(kind), this.measure(kind));
  }

  /**
   * Return the demand points whose walks have changed.
   * @param {string} kind
   */
  changes(kind) {
    return changedWalks(this.pack, this.kindNumber(kind), this.before(kind), this.measure(kind));
  }

  /**
   * Return the way from a demand point, an outlet or a place to the nearest outlet of a kind.
   * @param {{demand: number} | {outlet: number} | Place} from
   * @param {string} kind
   */
  route(from, kind) {
    return findRoute(this, from, this.kindNumber(kind));
  }

  /**
   * Return the best place for one more outlet of a kind, null for none.
   * @param {string} kind
   */
  bestOneMore(kind) {
    return findBest(this.state, this.kindNumber(kind));
  }
}

/**
 * @param {string} reason
 * @returns {Done}
 */
function refused(reason) {
  return { isDone: false, reason };
}

/**
 * Return a scenario without edits.
 * @param {Pack} pack
 * @param {{withSites?: boolean}} [wishes]
 */
export function createScenario(pack, wishes) {
  return new Scenario(pack, wishes);
}

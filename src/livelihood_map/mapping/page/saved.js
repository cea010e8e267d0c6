/**
 * A scenario as a small file, and the file as a scenario.
 *
 * The file is GeoJSON in longitude and latitude, one feature a change, in the form that the commands
 * `run`, `edits` and `review` take: `action`, and what the action is about by its id in the run.
 *
 *   saveChanges(scenario)            the content of the file, an object for JSON.stringify
 *   openChanges(scenario, content)   makes its changes in a scenario without any, and returns the
 *                                    features that could not be made, with the reason of each
 */
import { gatesByHome } from "./access.js";

/** @typedef {import("./whatif.js").Scenario} Scenario */
/** @typedef {{type: string, properties: Object<string, any>, geometry: {type: string, coordinates: any}}} Feature */

const WHOLE_DEGREE = 1e7;

/**
 * Return a place in degrees, to 1e-7 as a click is.
 * @param {Scenario} scenario
 * @param {any} place
 * @returns {[number, number]}
 */
function degreesOf(scenario, place) {
  if (place.lon === undefined) return scenario.pack.projection.degrees(place.x, place.y);
  return [Math.round(place.lon * WHOLE_DEGREE) / WHOLE_DEGREE, Math.round(place.lat * WHOLE_DEGREE) / WHOLE_DEGREE];
}

/**
 * Return the content of the file that holds what a scenario has changed.
 * @param {Scenario} scenario
 */
export function saveChanges(scenario) {
  const changes = [...savedStreets(scenario), ...savedOutlets(scenario)];
  const features = changes.map(({ properties, geometry }, number) => (
    { type: "Feature", properties: { edit_id: String(number + 1), ...properties }, geometry }));
  return { type: "FeatureCollection", run: scenario.pack.mark, features };
}

/**
 * @param {Scenario} scenario
 * @param {any} place
 */
function pointOf(scenario, place) {
  return { type: "Point", coordinates: degreesOf(scenario, place) };
}

/**
 * Return paths and gates in the order in which they were changed.
 * @param {Scenario} scenario
 */
function savedStreets(scenario) {
  const { pack, state } = scenario, homeOf = (/** @type {number} */ home) => pack.homeIds[home];
  const saved = [];
  for (const { action, gate, home, places } of scenario.edits) {
    if (action === "path") {
      const coordinates = (places || []).map((place) => degreesOf(scenario, place));
      saved.push({ properties: { action }, geometry: { type: "LineString", coordinates } });
    } else if (action === "add_gate" && places && home !== undefined) {
      saved.push({ properties: { action: "open_gate", residence_id: homeOf(home) }, geometry: pointOf(scenario, places[0]) });
    } else if ((action === "open_gate" || action === "close_gate") && gate !== undefined) {
      const at = state.gates[gate];
      saved.push({ properties: { action, residence_id: homeOf(at.home) }, geometry: pointOf(scenario, at) });
    }
  }
  return saved;
}

/**
 * Return what has become of each outlet and site in the end.
 * @param {Scenario} scenario
 */
function savedOutlets(scenario) {
  const { pack } = scenario, { outlets } = scenario.state, first = scenario.states[0].outlets;
  /** @type {Map<number, any>} */
  const places = new Map();
  const changed = new Set();
  let number = first.length;
  for (const { action, outlet, places: given } of scenario.edits) {
    const about = action === "add_outlet" ? number++ : outlet;
    if (about === undefined || !/_outlet$/.test(action)) continue;
    changed.add(about);
    if (given) places.set(about, given[0]);
  }
  const saved = [];
  for (const about of Array.from(changed).sort((a, b) => a - b)) {
    const one = outlets[about], isNew = about >= first.length;
    const name = isNew ? "add_outlet" : one.isSite ? "move_site" : "move_outlet";
    const gone = one.isSite ? "drop_site" : "close_outlet";
    if (isNew && !one.isOpen) continue;
    const id = isNew ? { kind: pack.kinds[one.kind].id, name: one.name }
      : { [one.isSite ? "candidate_id" : "facility_id"]: pack.outletIds[about] };
    const at = one.isOpen ? places.get(about) : first[about];
    saved.push({ properties: { action: one.isOpen ? name : gone, ...id }, geometry: pointOf(scenario, at) });
  }
  return saved;
}

/**
 * Make the changes of a file in a scenario; return those that could not be made.
 * @param {Scenario} scenario
 * @param {any} content
 * @returns {{number: number, reason: string}[]} number of the feature from 1, and a reason as in
 *   whatif.js, "action" for one that pages do not know, or "shape" for a geometry that it cannot have
 */
export function openChanges(scenario, content) {
  const features = content && Array.isArray(content.features) ? content.features : [];
  /** @type {{number: number, reason: string}[]} */
  const failed = [];
  features.forEach((/** @type {Feature} */ feature, /** @type {number} */ k) => {
    const reason = openFeature(scenario, feature || {});
    if (reason) failed.push({ number: k + 1, reason });
  });
  return failed;
}

/**
 * Make one change; return why not, "" where it is made.
 * @param {Scenario} scenario
 * @param {Feature} feature
 * @returns {string}
 */
function openFeature(scenario, { properties, geometry }) {
  const { action, kind, name, residence_id, facility_id, candidate_id } = properties || {};
  const { pack } = scenario, isPath = action === "path";
  const places = placesIn(geometry, isPath);
  if (!places) return "shape";
  if (isPath) return scenario.addPath(places).reason;
  const place = places[0], home = pack.homeIds.indexOf(residence_id);
  const outlet = pack.outletIds.findIndex((id, k) => (
    id === (pack.outletSite[k] ? candidate_id : facility_id) && id !== undefined));
  if (action === "add_outlet") return scenario.addOutlet(String(kind), place, String(name || "")).reason;
  if (action === "move_outlet" || action === "move_site") return scenario.moveOutlet(outlet, place).reason;
  if (action === "close_outlet") return scenario.closeOutlet(outlet).reason;
  if (action === "drop_site") return scenario.dropSite(outlet).reason;
  if (action === "open_gate") return scenario.addGate(home, place).reason;
  if (action === "close_gate") return scenario.shutGate(gateNear(scenario, home, place)).reason;
  return "action";
}

/**
 * Return the places of a geometry; null where it is not as its action needs it.
 * @param {any} geometry
 * @param {boolean} isPath
 * @returns {{lon: number, lat: number}[] | null}
 */
function placesIn(geometry, isPath) {
  if (!geometry || geometry.type !== (isPath ? "LineString" : "Point")) return null;
  const rows = isPath ? geometry.coordinates : [geometry.coordinates];
  if (!Array.isArray(rows) || !rows.every((row) => Array.isArray(row) && row.length >= 2 && row.every(Number.isFinite))) return null;
  return rows.map(([lon, lat]) => ({ lon, lat }));
}

/**
 * Return the gate of a compound nearest to a place within reach of an edit, -1 for none. [9]
 * @param {Scenario} scenario
 * @param {number} home
 * @param {any} place
 */
function gateNear(scenario, home, place) {
  const [x, y] = scenario.metres(place), { gates } = scenario.state;
  let nearest = -1, least = scenario.pack.rules.snap_m;
  for (const number of gatesByHome(gates).get(home) || []) {
    const distance = Math.hypot(gates[number].x - x, gates[number].y - y);
    if (distance <= least && (nearest < 0 || distance < least)) [nearest, least] = [number, distance];
  }
  return nearest;
}

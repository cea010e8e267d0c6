/**
 * Who is covered before and after, and whose walks change.
 */

/** @typedef {import("./pack.js").Pack} Pack */
/** @typedef {import("./state.js").Walks} Walks */

const CROWD_NAMES = ["population", "workers", "passengers"];

/**
 * Return the target and the threshold of a kind in whole millimetres.
 * @param {Pack} pack
 * @param {number} kind
 */
function limitsOf({ kinds }, kind) {
  const { target_m, threshold_m } = kinds[kind];
  return [Math.round(target_m * 1000), Math.round(threshold_m * 1000)];
}

/**
 * Return who is covered by town, the whole last: before and after, within target and threshold.
 * @param {Pack} pack
 * @param {number} kind
 * @param {Walks} first
 * @param {Walks} last
 */
export function totalsOf(pack, kind, first, last) {
  const { people, demandTown, towns, demand } = pack, { crowds } = pack.kinds[kind];
  const [targetMm, thresholdMm] = limitsOf(pack, kind);
  const rows = [...towns, ""].map((town) => ({
    town,
    crowds: CROWD_NAMES.filter((name) => crowds.includes(name)).map((name) => (
      { name, all: 0, target: [0, 0], threshold: [0, 0] })),
  }));
  for (let d = 0; d < demand.n; d++) {
    const [before, after] = [first.mm[d], last.mm[d]].map((mm) => (mm < 0 ? Infinity : mm));
    for (const row of [rows[demandTown[d]], rows[rows.length - 1]]) {
      if (!row) continue;
      for (const crowd of row.crowds) {
        const count = people[crowd.name][d];
        crowd.all += count;
        if (before <= targetMm) crowd.target[0] += count;
        if (after <= targetMm) crowd.target[1] += count;
        if (before <= thresholdMm) crowd.threshold[0] += count;
        if (after <= thresholdMm) crowd.threshold[1] += count;
      }
    }
  }
  return rows;
}

/**
 * @typedef {Object} Change a demand point whose walk has changed
 * @property {number} demand
 * @property {number} beforeMm -1 where no outlet is within the distance searched
 * @property {number} afterMm
 * @property {boolean[]} before whether it was within the target, and within the threshold
 * @property {boolean[]} after
 */

/**
 * Return the demand points whose walks have changed.
 * @param {Pack} pack
 * @param {number} kind
 * @param {Walks} first
 * @param {Walks} last
 * @returns {Change[]}
 */
export function changedWalks(pack, kind, first, last) {
  const limits = limitsOf(pack, kind), rows = [];
  const within = (/** @type {number} */ mm) => limits.map((limit) => mm >= 0 && mm <= limit);
  for (let d = 0; d < first.mm.length; d++) {
    const beforeMm = first.mm[d], afterMm = last.mm[d];
    if (beforeMm === afterMm) continue;
    rows.push({ demand: d, beforeMm, afterMm, before: within(beforeMm), after: within(afterMm) });
  }
  return rows;
}

/**
 * Return the middle demand point of each compound by its row: half of its people walk no farther.
 * @param {Pack} pack
 * @param {Walks} walks
 * @returns {Map<number, number>}
 */
export function middlePoints({ demandHome, people }, { mm }) {
  /** @type {Map<number, number[]>} */
  const byHome = new Map(), middle = new Map();
  demandHome.forEach((home, d) => {
    if (home < 0) return;
    const own = byHome.get(home);
    if (own) own.push(d); else byHome.set(home, [d]);
  });
  const rank = (/** @type {number} */ d) => (mm[d] < 0 ? Infinity : mm[d]);
  byHome.forEach((own, home) => {
    const all = own.reduce((sum, d) => sum + people.population[d], 0);
    const weight = (/** @type {number} */ d) => (all > 0 ? people.population[d] : 1);
    const half = (all > 0 ? all : own.length) / 2;
    let passed = 0;
    own.sort((a, b) => (rank(a) === rank(b) ? a - b : rank(a) - rank(b)));
    const found = own.find((d) => (passed += weight(d)) >= half);
    middle.set(home, found === undefined ? own[0] : found);
  });
  return middle;
}

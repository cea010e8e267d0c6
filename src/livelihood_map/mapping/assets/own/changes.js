/* Who gains and who loses: the walk of each compound with the sites open beside that of today. */
"use strict";

/** What may become of a compound, best first; each has the look of a class of the legend. */
const CHANGES = [
  { word: "change_covered", colour: "#01665e", line: "#003c30" },
  { word: "change_met", colour: "#5ab4ac", line: "#01665e" },
  { word: "change_nearer", colour: "#c7eae5", line: "#5ab4ac" },
  { word: "change_none", colour: "#e6e6e3", line: "#a9a9a4" },
  { word: "change_farther", colour: "#f0d9a8", line: "#bf812d" },
  { word: "change_unmet", colour: "#d08b31", line: "#8c510a", is_lacking: true },
  { word: "change_uncovered", colour: "#8c510a", line: "#543005", is_lacking: true },
];
const UNCHANGED = 3;

/** Return whether a change leads over the target or the threshold, not only nearer or farther. */
function isDecisive(change) {
  return Math.abs(change - UNCHANGED) > 1;
}

/** Return how near a walk is: 0 within the target, 1 within the threshold, 2 beyond. */
function nearness(walk, { aim_m: aim, threshold_m: threshold }) {
  if (walk === null || walk > threshold) return 2;
  return walk > aim ? 1 : 0;
}

/** Return which of CHANGES it is that a walk becomes another. */
function changeOf(before, after, kind) {
  const from = nearness(before, kind), to = nearness(after, kind);
  if (to < from) return from === 2 ? 0 : 1;
  if (to > from) return to === 2 ? 6 : 5;
  if (before === after) return UNCHANGED;
  return before === null || (after !== null && after < before) ? 2 : 4;
}

/** Return the changes as classes of a legend, and that of each compound. */
function changesOf({ coverage, after, kinds, words }, kind) {
  const { walk_m: walks } = coverage[kind], later = after[kind] ? after[kind].walk_m : walks, { aim_m: aim, threshold_m: threshold } = kinds[kind];
  const metres = { change_covered: threshold, change_met: aim, change_unmet: aim, change_uncovered: threshold };
  return {
    classes: CHANGES.map(({ word, ...look }, index) => ({
      is_lacking: false, is_rare: index !== UNCHANGED, ...look, name: fill(words[word], { metres: metres[word] }),
    })),
    band: walks.map((walk, index) => changeOf(walk, later[index], kinds[kind])),
  };
}

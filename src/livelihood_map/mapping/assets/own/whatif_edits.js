/* Changes as a row of edits: where they point, and how they are made again without one of them. */
"use strict";

/** Return a place that was pointed at, in degrees as a file holds them. */
function pointedAt({ lat, lng }) {
  return { lon: Number(lng.toFixed(7)), lat: Number(lat.toFixed(7)) };
}

/** Make edits of one scenario in another without any, and return those that cannot be made, by their number. */
function replayEdits(scenario, edits) {
  const { pack } = scenario, moved = { outlet: new Map(), gate: new Map() }, failed = [];
  const next = { outlet: pack.outlets.n, gate: pack.gates.n };
  const now = (sort, number) => (number < (sort === "outlet" ? pack.outlets.n : pack.gates.n) ? number : moved[sort].has(number) ? moved[sort].get(number) : -1);
  edits.forEach(({ edit, number, adds }) => {
    const { action, kind, name, outlet, gate, home, places } = edit;
    const done = {
      add_outlet: () => scenario.addOutlet(kind, places[0], name),
      move_outlet: () => scenario.moveOutlet(now("outlet", outlet), places[0]),
      close_outlet: () => scenario.closeOutlet(now("outlet", outlet)),
      open_gate: () => scenario.openGate(now("gate", gate)),
      close_gate: () => scenario.shutGate(now("gate", gate)),
      add_gate: () => scenario.addGate(home, places[0]),
      path: () => scenario.addPath(places),
    }[action]();
    if (!done.isDone) failed.push({ number, reason: done.reason });
    else if (adds) moved[adds.sort].set(next[adds.sort] + adds.at, done[adds.sort]);
  });
  return failed;
}

/** Return edits with their numbers from 1, and which outlet or gate each has added. */
function numberedEdits(edits) {
  const added = { outlet: 0, gate: 0 };
  return edits.map((edit, index) => {
    const sort = { add_outlet: "outlet", add_gate: "gate" }[edit.action];
    return { edit, number: index + 1, adds: sort ? { sort, at: added[sort]++ } : null };
  });
}

/**
 * Does what a request says with the page's modules; the same in Node.js and in a browser.
 */
const makeDriver = ({ unpackWalks, createScenario, saveChanges, openChanges, middlePoints }) => {
  let pack, scenario;
  const acts = {
    load: ({ bytes, withSites }) => {
      const binary = atob(bytes), content = new Uint8Array(binary.length);
      for (let i = 0; i < binary.length; i++) content[i] = binary.charCodeAt(i);
      pack = unpackWalks(content);
      scenario = createScenario(pack, { withSites });
      return { edges: pack.u.length, outlets: pack.outlets.n, gates: pack.gates.n };
    },
    places: ({ table }) => [Array.from(pack[table].x), Array.from(pack[table].y)],
    ticks: () => Array.from(pack.ticks),
    degrees: ({ places }) => places.map(([x, y]) => pack.projection.degrees(x, y)),
    metres: ({ places }) => places.map(([lon, lat]) => pack.projection.place(lon, lat)),
    edit: ({ name, args }) => scenario[name](...args),
    measure: ({ kind }) => {
      const { mm, outlet } = scenario.measure(kind);
      return { mm: Array.from(mm), outlet: Array.from(outlet) };
    },
    joins: () => scenario.state.direct.map((join) => (join ? join.edge : -1)),
    homes: ({ kind }) => {
      const walks = scenario.measure(kind);
      return Array.from(middlePoints(pack, walks), ([home, d]) => [home, walks.mm[d]]);
    },
    totals: ({ kind }) => scenario.totals(kind),
    changes: ({ kind }) => scenario.changes(kind),
    route: ({ from, kind }) => scenario.route(from, kind),
    best: ({ kind }) => scenario.bestOneMore(kind),
    save: () => saveChanges(scenario),
    open: ({ content }) => openChanges(scenario, content),
  };
  return (request) => {
    const answer = acts[request.act](request);
    return answer === undefined ? null : answer;
  };
};

/* What a page shows, block by block: [text, what stands around it]. */

/** Return every shown block below a node; a cell comes with its heading, its row and the notes beside its table. */
function readBlocks(root) {
  const told = [], isShown = (one) => one.getClientRects().length > 0;
  const textOf = (one) => one.innerText.replace(/\s+/g, " ").trim();
  for (const table of root.querySelectorAll("table")) {
    if (!isShown(table)) continue;
    const heads = [...table.querySelectorAll("thead tr > *")].map(textOf);
    heads.forEach((head) => told.push([head, ""]));
    const notes = [...table.parentElement.children].filter((one) => one.matches("p, h2, h3, h4")).map(textOf);
    for (const row of table.querySelectorAll("tbody tr")) {
      [...row.children].forEach((cell, at) => told.push([textOf(cell), [heads[at] || "", textOf(row), ...notes].join(" ")]));
    }
  }
  for (const block of root.querySelectorAll("p, li, h1, h2, h3, h4, label, button, footer span, header span")) {
    const isLeaf = !block.closest("table") && !block.querySelector("p, li, table");
    if (isShown(block) && isLeaf) told.push([textOf(block), headOf(block)]);
  }
  return told;
}

/** Return what a block says its figures below: the heading of its part of a verdict, the kind that a list follows. */
function headOf(block) {
  const part = block.closest("#verdict div"), heads = part && part.querySelectorAll("h3");
  if (heads && heads.length === 1) return heads[0].innerText;
  return block.closest(".picklist") ? document.querySelector("#kinds input:checked + span").textContent : "";
}

/** Return the blocks of nodes that are on no page yet. */
function readNodes(nodes) {
  const box = document.body.appendChild(document.createElement("div"));
  box.style.cssText = "position:absolute;top:0;left:0;z-index:9999;width:600px";
  box.replaceChildren(...nodes);
  const told = readBlocks(box);
  box.remove();
  return told;
}

/** Return the blocks of the card of everything on the planner's map that has one. */
function readCards() {
  const cards = [];
  for (const group of Object.values(planner.layers).filter((one) => one.getLayers)) {
    const whole = group.getPopup && group.getPopup();
    for (const layer of group.getLayers()) {
      const popup = whole || (layer.getPopup && layer.getPopup());
      if (popup && typeof popup.getContent() === "function") cards.push(popup.getContent()(layer));
    }
  }
  return readNodes(cards.filter((card) => card instanceof Node));
}

/* Where the view lies in the district: a small drawing of its towns with the view as a box. */
"use strict";

/** Return the outline of the district in world pixels of zoom 0: the towns' borders and their box. */
function districtOutline({ borders }) {
  const lines = borders.map(projectLine), box = [Infinity, Infinity, -Infinity, -Infinity];
  for (const { box: own } of lines) {
    box[0] = Math.min(box[0], own[0]); box[1] = Math.min(box[1], own[1]);
    box[2] = Math.max(box[2], own[2]); box[3] = Math.max(box[3], own[3]);
  }
  return { lines, box };
}

/** Return whether a view, [left, top, right, bottom] in world pixels of zoom 0, holds all of a box. */
function holdsBox(view, box, slack = 0.02) {
  const [dx, dy] = [(box[2] - box[0]) * slack, (box[3] - box[1]) * slack];
  return view[0] <= box[0] + dx && view[1] <= box[1] + dy && view[2] >= box[2] - dx && view[3] >= box[3] - dy;
}

/** Return the view of a map in world pixels of zoom 0. */
function worldView(map) {
  const { min, max } = map.getPixelBounds(), scale = 2 ** map.getZoom();
  return [min.x / scale, min.y / scale, max.x / scale, max.y / scale];
}

/** Draw the district into a square of `side` pixels at x, y, and a view upon it. */
function drawLocator(ctx, { lines, box }, view, x, y, side) {
  const wide = box[2] - box[0], tall = box[3] - box[1], scale = (side - 12) / Math.max(wide, tall);
  const left = x + (side - wide * scale) / 2, top = y + (side - tall * scale) / 2;
  const place = (px, py) => [left + (px - box[0]) * scale, top + (py - box[1]) * scale];
  ctx.save();
  ctx.beginPath();
  ctx.rect(x, y, side, side);
  ctx.clip();
  ctx.fillStyle = "#ffffff";
  ctx.fillRect(x, y, side, side);
  ctx.strokeStyle = "#8b949c";
  ctx.lineWidth = 0.8;
  ctx.beginPath();
  for (const { xy } of lines) {
    ctx.moveTo(...place(xy[0], xy[1]));
    for (let i = 2; i < xy.length; i += 2) ctx.lineTo(...place(xy[i], xy[i + 1]));
  }
  ctx.stroke();
  const [a, b] = place(view[0], view[1]), [c, d] = place(view[2], view[3]);
  const [w, h] = [Math.max(c - a, 4), Math.max(d - b, 4)], [mx, my] = [(a + c) / 2, (b + d) / 2];
  ctx.fillStyle = "rgba(176, 0, 32, 0.12)";
  ctx.fillRect(mx - w / 2, my - h / 2, w, h);
  ctx.strokeStyle = "#b00020";
  ctx.lineWidth = 1.6;
  ctx.strokeRect(mx - w / 2, my - h / 2, w, h);
  ctx.restore();
  ctx.strokeStyle = "#b5babf";
  ctx.lineWidth = 1;
  ctx.strokeRect(x + 0.5, y + 0.5, side - 1, side - 1);
}

/** A corner of the map that shows where the view lies, as long as it is not all of the district. */
function locatorControl(page, words, side = 112) {
  const control = L.control({ position: "bottomright" });
  control.onAdd = (map) => {
    const ratio = Math.min(window.devicePixelRatio || 1, 2);
    const canvas = el("canvas", { class: "locator", width: side * ratio, height: side * ratio, role: "img", title: words.locator, "aria-label": words.locator });
    canvas.getContext("2d").scale(ratio, ratio);
    const outline = districtOutline(page);
    control.follow = () => {
      if (!map._loaded) return;
      const view = worldView(map);
      canvas.hidden = holdsBox(view, outline.box);
      if (!canvas.hidden) drawLocator(canvas.getContext("2d"), outline, view, 0, 0, side);
    };
    map.on("moveend resize", control.follow);
    control.follow();
    return canvas;
  };
  control.onRemove = (map) => map.off("moveend resize", control.follow);
  return control;
}

/** The arrow that points north, beside the scale. */
function northControl(words) {
  const control = L.control({ position: "bottomleft" });
  control.onAdd = () => el("div", { class: "north", role: "img", title: words.north, "aria-label": words.north },
    svg("svg", { viewBox: "0 0 20 34", width: 20, height: 34 },
      svg("path", { d: "M10 1L17 24L10 19L3 24Z", fill: "#22282e", stroke: "#ffffff", "stroke-width": 1 }),
      svg("text", { x: 10, y: 34, "text-anchor": "middle", "font-size": 11, "font-weight": 600, fill: "#22282e" }, text("N"))));
  return control;
}

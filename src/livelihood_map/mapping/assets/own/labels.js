/* Names on the map: placed one after another by importance, none over another, none upside down. */
"use strict";

/** How names of each kind are written, the most important first; zooms in which they are. */
const NAME_STYLES = {
  town: { from: 0, to: 15.4, size: 14, weight: 600, colour: "#353c44" },
  place: { from: 0, to: 14.9, size: 12, weight: 400, colour: "#868c92" },
  station: { from: 12.5, to: 99, size: 11, weight: 600, colour: "#67498a", icon: 3.2 },
  river: { from: 11.5, to: 99, size: 12, weight: 400, colour: "#3f7f9d" },
  expressway: { from: 12, to: 99, size: 11, weight: 600, colour: "#7a5f24" },
  metro: { from: 12, to: 99, size: 11, weight: 600, colour: "#7b5c9d" },
  primary: { from: 12.5, to: 99, size: 11.5, weight: 400, colour: "#565046" },
  secondary: { from: 13.5, to: 99, size: 11, weight: 400, colour: "#5f5a51" },
  zone: { from: 12.5, to: 13.4, size: 11, weight: 600, colour: "#6a1b7a" },
  zone_near: { from: 13.5, to: 99, size: 11.5, weight: 600, colour: "#6a1b7a" },
  canal: { from: 13.5, to: 99, size: 11, weight: 400, colour: "#3f7f9d" },
  water: { from: 12, to: 99, size: 11, weight: 400, colour: "#3f7f9d", room: 46 },
  park: { from: 12, to: 99, size: 11, weight: 400, colour: "#48723d", room: 46 },
  tertiary: { from: 14, to: 99, size: 11, weight: 400, colour: "#67635b" },
  stream: { from: 15, to: 99, size: 10.5, weight: 400, colour: "#3f7f9d" },
  local: { from: 15, to: 99, size: 10.5, weight: 400, colour: "#706c64" },
  compound: { from: 15, to: 99, size: 11, weight: 400, colour: "#3d4248", wrap: 7 },
  minor: { from: 16.5, to: 99, size: 10, weight: 400, colour: "#7d7970" },
  outlet: { from: 16, to: 99, size: 10.5, weight: 400, colour: "#2b3036", gap: 9 },
};
/** Write names larger by a factor than at the beginning. */
function scaleNames(factor) {
  for (const style of Object.values(NAME_STYLES)) {
    style.plain = style.plain || style.size;
    style.size = style.plain * factor;
  }
}

const NAME_KINDS = Object.keys(NAME_STYLES);
const NAME_APART = 280;
const TOWN_REACH = 160;
const NAME_TURN = 0.6;
const IS_HAN = /[\u2e80-\u9fff\uf900-\ufaff\u3040-\u30ff\uac00-\ud7af]/;

/** What is taken on a sheet, in cells of 64 pixels. */
class TakenRoom {
  constructor(width, height, taken) {
    this.width = width;
    this.height = height;
    this.cells = new Map();
    for (const box of taken) this.take([box]);
  }

  *cellsOf([left, top, right, bottom]) {
    for (let x = left >> 6; x <= right >> 6; x++) for (let y = top >> 6; y <= bottom >> 6; y++) yield x * 4096 + y;
  }

  isFree(boxes) {
    return boxes.every((box) => {
      if (box[0] < 2 || box[1] < 2 || box[2] > this.width - 2 || box[3] > this.height - 2) return false;
      for (const cell of this.cellsOf(box)) {
        for (const one of this.cells.get(cell) || []) {
          if (one[0] < box[2] && one[2] > box[0] && one[1] < box[3] && one[3] > box[1]) return false;
        }
      }
      return true;
    });
  }

  take(boxes) {
    for (const box of boxes) {
      for (const cell of this.cellsOf(box)) {
        if (this.cells.has(cell)) this.cells.get(cell).push(box); else this.cells.set(cell, [box]);
      }
    }
  }
}

/** Places names on a sheet; the same names on the same sheet stand in the same places. */
class NamePlacer {
  constructor(items) {
    this.items = items.slice().sort((a, b) => NAME_KINDS.indexOf(a.kind) - NAME_KINDS.indexOf(b.kind));
    this.widths = new Map();
    this.pen = el("canvas", { width: 1, height: 1 }).getContext("2d");
  }

  static font({ weight, size }) {
    return `${weight} ${size}px ${PAGE_FONT}`;
  }

  widthOf(font, letters) {
    const key = font + letters;
    if (!this.widths.has(key)) {
      this.pen.font = font;
      this.widths.set(key, this.pen.measureText(letters).width);
    }
    return this.widths.get(key);
  }

  /** Return what is written on a window of the world: kind, text, boxes, and letters or rows. */
  place([scale, left, top, width, height], taken = []) {
    const zoom = Math.log2(scale), room = new TakenRoom(width, height, taken), placed = [];
    const sheet = { scale, left, top, width, height, zoom, room, placed, spots: new Map() };
    for (const item of this.items) {
      const style = NAME_STYLES[item.kind];
      if (zoom < style.from || zoom > style.to || (item.isShown && !item.isShown())) continue;
      if (item.lines) this.placeLine(sheet, item, style); else this.placePoint(sheet, item, style);
    }
    return placed;
  }

  /** Return whether the same name stands elsewhere near; two carriageways bear it once. */
  isNearSame(sheet, text, x, y) {
    return (sheet.spots.get(text) || []).some(([a, b]) => Math.hypot(a - x, b - y) < NAME_APART);
  }

  put(sheet, name, x, y) {
    sheet.room.take(name.boxes);
    sheet.placed.push(name);
    const spots = sheet.spots.get(name.text);
    if (spots) spots.push([x, y]); else sheet.spots.set(name.text, [[x, y]]);
  }

  placePoint(sheet, item, style) {
    const x = item.xy[0] * sheet.scale - sheet.left, y = item.xy[1] * sheet.scale - sheet.top;
    if (x < 0 || y < 0 || x > sheet.width || y > sheet.height) return;
    const size = item.size * sheet.scale;
    if (style.room && size < style.room) return;
    if (item.kind !== "compound" && item.kind !== "outlet" && this.isNearSame(sheet, item.text, x, y)) return;
    const font = NamePlacer.font(style), rows = style.wrap ? wrapName(item.text, style.wrap) : [item.text];
    const wide = Math.max(...rows.map((row) => this.widthOf(font, row))), tall = rows.length * style.size * 1.15;
    if (item.kind === "compound" && size && size < Math.min(wide, 60) * 0.7) return;
    const gap = style.icon ? style.icon + 4 : style.gap || 0, aside = wide / 2 + gap, above = tall / 2 + gap;
    const shifts = gap ? [[aside, 0], [-aside, 0], [0, above], [0, -above]]
      : item.ring ? aroundMiddle(Math.max(Math.min(size * 0.5, TOWN_REACH), tall), tall) : [[0, 0]];
    for (const [dx, dy] of shifts) {
      if (item.ring && Math.hypot(dx, dy) > tall && !isInRing(item.ring, (x + dx + sheet.left) / sheet.scale, (y + dy + sheet.top) / sheet.scale)) continue;
      const box = [x + dx - wide / 2 - 2, y + dy - tall / 2 - 1, x + dx + wide / 2 + 2, y + dy + tall / 2 + 1];
      const icon = style.icon ? [[x - style.icon, y - style.icon, x + style.icon, y + style.icon]] : [];
      if (!sheet.room.isFree([box, ...icon])) continue;
      this.put(sheet, { kind: item.kind, text: item.text, style, font, rows, x: x + dx, y: y + dy, mark: style.icon && [x, y], boxes: [box, ...icon] }, x, y);
      return;
    }
  }

  placeLine(sheet, item, style) {
    const { scale, left, top, width, height } = sheet, font = NamePlacer.font(style);
    const glyphs = IS_HAN.test(item.text) ? [...item.text] : item.text.match(/\S+\s*/gu).flatMap((word) => [...word]);
    let length = 0;
    const spaced = IS_HAN.test(item.text) ? 2 : 0.3;
    const offsets = glyphs.map((glyph) => {
      const wide = this.widthOf(font, glyph) + spaced, at = length + wide / 2;
      length += wide;
      return at;
    });
    for (const { box, xy } of item.lines) {
      if (box[0] * scale > left + width || box[2] * scale < left || box[1] * scale > top + height || box[3] * scale < top) continue;
      if (Math.hypot(box[2] - box[0], box[3] - box[1]) * scale < length * 0.8) continue;
      const path = new PathWalk(xy, sheet);
      for (const [start, stop] of path.runs) {
        const free = stop - start - length;
        if (free < 6) continue;
        const count = Math.max(1, Math.floor((stop - start) / 620));
        for (let k = 0; k < count; k++) this.tryAlong(sheet, item, { style, font, glyphs, offsets, length, path }, start + ((stop - start) * (k + 0.5)) / count, free / count / 2);
      }
    }
  }

  /** Write a name along a path about `middle`, or a little before or after; at most `slack` away. */
  tryAlong(sheet, item, { style, font, glyphs, offsets, length, path }, middle, slack) {
    for (const share of [0, -0.35, 0.35, -0.7, 0.7, -1, 1]) {
      const start = middle + share * slack - length / 2, centre = path.at(start + length / 2);
      if (this.isNearSame(sheet, item.text, centre.x, centre.y)) continue;
      const letters = layLetters(path, glyphs, offsets, start, length);
      if (!letters) continue;
      const r = style.size * 0.56 + 0.5;
      const boxes = letters.map(({ x, y }) => [x - r, y - r, x + r, y + r]);
      if (!sheet.room.isFree(boxes)) continue;
      this.put(sheet, { kind: item.kind, text: item.text, style, font, letters, boxes }, centre.x, centre.y);
      return;
    }
  }
}

/** A polyline in pixels of a sheet, walked by distance; `runs` are the parts that the sheet shows. */
class PathWalk {
  constructor(xy, { scale, left, top, width, height }) {
    const count = xy.length / 2;
    this.x = new Float64Array(count);
    this.y = new Float64Array(count);
    this.far = new Float64Array(count);
    this.runs = [];
    for (let i = 0; i < count; i++) {
      this.x[i] = xy[2 * i] * scale - left;
      this.y[i] = xy[2 * i + 1] * scale - top;
      if (!i) continue;
      const step = Math.hypot(this.x[i] - this.x[i - 1], this.y[i] - this.y[i - 1]);
      this.far[i] = this.far[i - 1] + step;
      this.addRun(i, step, width, height);
    }
  }

  addRun(i, step, width, height, edge = 9) {
    const dx = this.x[i] - this.x[i - 1], dy = this.y[i] - this.y[i - 1];
    let from = 0, to = 1;
    for (const [p, q] of [[-dx, this.x[i - 1] - edge], [dx, width - edge - this.x[i - 1]], [-dy, this.y[i - 1] - edge], [dy, height - edge - this.y[i - 1]]]) {
      if (p === 0) { if (q < 0) return; } else if (p < 0) from = Math.max(from, q / p); else to = Math.min(to, q / p);
    }
    if (from >= to) return;
    const last = this.runs[this.runs.length - 1];
    if (last && from === 0 && last[1] === this.far[i - 1]) last[1] = to === 1 ? this.far[i] : this.far[i - 1] + to * step;
    else this.runs.push([this.far[i - 1] + from * step, to === 1 ? this.far[i] : this.far[i - 1] + to * step]);
  }

  at(distance) {
    let low = 0, high = this.far.length - 1;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (this.far[middle] <= distance) low = middle; else high = middle;
    }
    const step = this.far[high] - this.far[low] || 1, share = (distance - this.far[low]) / step;
    return { x: this.x[low] + share * (this.x[high] - this.x[low]), y: this.y[low] + share * (this.y[high] - this.y[low]) };
  }

  /** Return the direction of the path around a distance, over the width of a letter. */
  angle(distance, reach) {
    const a = this.at(Math.max(distance - reach, 0)), b = this.at(Math.min(distance + reach, this.far[this.far.length - 1]));
    return Math.atan2(b.y - a.y, b.x - a.x);
  }
}

/** Return place and turn of each letter along a path; null where it bends too much to be read.
    Han letters stand upright: on a steep path they run down it. Others run from left to right. */
function layLetters(path, glyphs, offsets, start, length) {
  const first = path.at(start), last = path.at(start + length);
  const isSteep = Math.abs(last.y - first.y) > Math.abs(last.x - first.x);
  const isUpright = isSteep && glyphs.some((glyph) => IS_HAN.test(glyph));
  const isBack = isUpright ? last.y < first.y : last.x < first.x || (last.x === first.x && last.y > first.y);
  const letters = [];
  for (let i = 0; i < glyphs.length; i++) {
    const distance = start + (isBack ? length - offsets[i] : offsets[i]), { x, y } = path.at(distance);
    let turn = path.angle(distance, 6) + (isBack ? Math.PI : 0) - (isUpright ? Math.PI / 2 : 0);
    turn = Math.atan2(Math.sin(turn), Math.cos(turn));
    if (Math.abs(turn) > Math.PI / 2 + 0.02) return null;
    if (i && Math.abs(turn - letters[i - 1].turn) > NAME_TURN) return null;
    letters.push({ glyph: glyphs[i], x, y, turn });
  }
  return letters;
}

const STEPS_AROUND = new Map();

/** Return shifts from a middle by steps to all sides, the nearest first, none farther than `most`. */
function aroundMiddle(most, step) {
  const count = Math.floor(most / step);
  if (!STEPS_AROUND.has(count)) {
    const steps = [];
    for (let down = -count; down <= count; down++) for (let right = -count; right <= count; right++) steps.push([right, down, Math.hypot(right, down)]);
    STEPS_AROUND.set(count, steps.filter(([, , far]) => far <= count).sort((a, b) => a[2] - b[2]));
  }
  return STEPS_AROUND.get(count).map(([right, down]) => [right * step, down * step]);
}

/** Return whether a place lies in a ring of x, y pairs. */
function isInRing(xy, x, y) {
  let isIn = false;
  for (let i = 0, j = xy.length - 2; i < xy.length; j = i, i += 2) {
    if (xy[i + 1] > y !== xy[j + 1] > y && x < ((xy[j] - xy[i]) * (y - xy[i + 1])) / (xy[j + 1] - xy[i + 1]) + xy[i]) isIn = !isIn;
  }
  return isIn;
}

/** Return a name in rows of about `most` letters; words are kept whole. */
function wrapName(name, most) {
  if (!IS_HAN.test(name)) {
    const rows = [""];
    for (const word of name.split(" ")) {
      if (rows[rows.length - 1] && rows[rows.length - 1].length + word.length > most * 2) rows.push(word);
      else rows[rows.length - 1] = `${rows[rows.length - 1]} ${word}`.trim();
    }
    return rows;
  }
  const letters = [...name], count = Math.ceil(letters.length / most), each = Math.ceil(letters.length / count);
  return Array.from({ length: count }, (_, row) => letters.slice(row * each, (row + 1) * each).join(""));
}

/** Write placed names. */
function writeNames(ctx, placed) {
  ctx.textAlign = "center";
  ctx.textBaseline = "middle";
  ctx.lineJoin = "round";
  ctx.strokeStyle = "rgba(255, 255, 255, 0.88)";
  for (const name of placed) {
    ctx.font = name.font;
    ctx.fillStyle = name.style.colour;
    ctx.lineWidth = name.style.size > 13 ? 3.4 : 2.8;
    for (const write of [(...at) => ctx.strokeText(...at), (...at) => ctx.fillText(...at)]) writeName(ctx, name, write);
    if (name.mark) markStation(ctx, name);
  }
  ctx.textAlign = "left";
  ctx.textBaseline = "alphabetic";
}

function writeName(ctx, { letters, rows, x, y, style }, write) {
  if (rows) {
    rows.forEach((row, index) => write(row, x, y + (index - (rows.length - 1) / 2) * style.size * 1.15));
    return;
  }
  for (const { glyph, x: at, y: level, turn } of letters) {
    ctx.save();
    ctx.translate(at, level);
    ctx.rotate(turn);
    write(glyph, 0, 0);
    ctx.restore();
  }
}

function markStation(ctx, { mark: [x, y], style }) {
  ctx.beginPath();
  ctx.arc(x, y, style.icon, 0, Math.PI * 2);
  ctx.fillStyle = "#ffffff";
  ctx.fill();
  ctx.save();
  ctx.strokeStyle = style.colour;
  ctx.lineWidth = 1.6;
  ctx.stroke();
  ctx.restore();
}

/** Return the names of a page as items to be placed: of its base map, towns, compounds and outlets. */
function nameItems(page) {
  const items = [], at = (text) => decodeLine(text).map(projectPlace), metres = pixelsPerMetre(page.bounds);
  for (const { name, shape, label } of page.towns) {
    const { box, xy: ring } = projectLine(shape[0][0]);
    items.push({ kind: "town", text: name, ring, xy: at(label)[0], size: Math.min(box[2] - box[0], box[3] - box[1]) });
  }
  for (const [kind, { names, points, size_m: sizes }] of Object.entries(page.names.points)) {
    at(points).forEach((xy, index) => items.push({ kind, text: names[index], xy, size: sizes[index] * metres }));
  }
  for (const [kind, { names, lines }] of Object.entries(page.names.lines)) {
    names.forEach((text, index) => items.push({ kind, text, get lines() {
      const own = lines[index].map(projectLine);
      Object.defineProperty(this, "lines", { value: own });
      return own;
    } }));
  }
  return items;
}

/** Return the names of compounds as items, each worked out when it is first asked for. */
function compoundItems(residences, isShown = () => true) {
  return residences.map((one) => ({ kind: "compound", text: one.name, isShown: () => isShown(one), get xy() {
    const { box } = projectLine(one.shape ? one.shape[0][0] : one.point);
    Object.defineProperty(this, "xy", { value: [(box[0] + box[2]) / 2, (box[1] + box[3]) / 2] });
    Object.defineProperty(this, "size", { value: Math.max(box[2] - box[0], box[3] - box[1]) });
    return this.xy;
  } }));
}

/** Return how many world pixels of zoom 0 a metre is in the middle of a page's map. */
function pixelsPerMetre([[south], [north]]) {
  return 256 / (40075016.686 * Math.cos(((south + north) / 2) * (Math.PI / 180)));
}

/** Return the long bridges of a page's streets, from `shortest` metres: no name may hide them from afar. */
function longBridges({ base, bounds }, shortest = 100) {
  const least = shortest * pixelsPerMetre(bounds);
  return base.streets.filter(({ edge }) => edge).flatMap(({ lines }) => lines.map(projectLine))
    .filter(({ box }) => Math.hypot(box[2] - box[0], box[3] - box[1]) >= least);
}

/** Return the boxes of the controls that lie over a map on the screen. */
function controlBoxes(map) {
  const { left, top } = map.getContainer().getBoundingClientRect();
  return [...map.getContainer().querySelectorAll(".leaflet-control")].map((box) => box.getBoundingClientRect())
    .filter(({ width }) => width > 0).map((box) => [box.left - left, box.top - top, box.right - left, box.bottom - top]);
}

/** The names on a Leaflet map: one canvas above the shapes, written anew when the map rests. */
const NameLayer = L.Layer.extend({
  /** `items` are to be placed; `taken` returns the boxes on a window that no name may cover. */
  initialize(items, taken) {
    this.placer = new NamePlacer(items);
    this.taken = taken;
    this.placed = [];
    this.controls = [];
  },

  onAdd(map) {
    if (!map.getPane("names")) Object.assign(map.createPane("names").style, { zIndex: 450, pointerEvents: "none" });
    this.canvas = el("canvas", { class: "leaflet-zoom-hide names", "aria-hidden": "true" });
    map.getPane("names").append(this.canvas);
    map.on("moveend resize", this.write, this);
    if (map._loaded) this.write();
  },

  onRemove(map) {
    map.off("moveend resize", this.write, this);
    this.canvas.remove();
  },

  /** Place and write the names of what the map shows now. */
  write() {
    const map = this._map;
    if (!map) return;
    const { x: width, y: height } = map.getSize(), ratio = Math.min(window.devicePixelRatio || 1, 2);
    const { x: left, y: top } = map.getPixelBounds().min, zoom = map.getZoom();
    if (this.canvas.width !== width * ratio || this.canvas.height !== height * ratio) {
      Object.assign(this.canvas, { width: width * ratio, height: height * ratio });
      Object.assign(this.canvas.style, { width: `${width}px`, height: `${height}px` });
    }
    L.DomUtil.setPosition(this.canvas, map.containerPointToLayerPoint([0, 0]));
    const ctx = this.canvas.getContext("2d");
    ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
    ctx.clearRect(0, 0, width, height);
    this.controls = controlBoxes(map);
    this.paintNames(ctx, 2 ** zoom, left, top, width, height);
    this.controls = [];
  },

  /** Write the names of a window of the world. */
  paintNames(ctx, ...view) {
    const marks = this.taken ? this.taken(...view) : [];
    this.placed = this.placer.place(view, [...marks, ...this.controls]);
    writeNames(ctx, this.placed);
  },
});

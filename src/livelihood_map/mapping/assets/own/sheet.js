/* A sheet for prints and reports: title, map, legend, title block and notes on one canvas. */
"use strict";

/** Room for drawing of each paper with margins of 8 mm, landscape, in CSS pixels; `k` enlarges what is written. */
const PAPERS = { A4: { size: [1062, 718], k: 1 }, A3: { size: [1527, 1047], k: 1.2 } };
const PIXEL_M = 0.0254 / 96;
const COLUMN = 222;
const HEAD = 42;
const STRIP_COLUMN = 178;
const ROW = 17;
const NOTE_ROW = 16;
const LOCATOR = 84;
const SCALES = [1, 1.2, 1.4, 1.6, 1.8, 2, 2.5, 3, 3.5, 4, 4.5, 5, 6, 7, 8, 9, 10];
const SOFT_INK = "#4d5760";
const HEADING_FONT = `600 12.5px ${PAGE_FONT}`;

/** Return text in rows no wider than `width`; Han text breaks anywhere but before closing punctuation. */
function textRows(ctx, line, width) {
  const rows = [""];
  for (const piece of line.match(/[\u2e80-\uffef]|[^\s\u2e80-\uffef]+|\s+/gu) || []) {
    const row = rows[rows.length - 1], isClosing = /^[，。；：、）》」”！？,.;:)〕]/u.test(piece);
    if (row && !isClosing && ctx.measureText(row + piece).width > width) rows.push(piece.trimStart());
    else rows[rows.length - 1] = row + piece;
  }
  return rows.map((row) => row.trimEnd()).filter(Boolean);
}

/** Return metres a pixel at a latitude and zoom. */
function metresPerPixel(lat, zoom) {
  return (40075016.686 * Math.cos((lat * Math.PI) / 180)) / (256 * 2 ** zoom);
}

/** Return the next round scale that shows no less than a zoom does, as { zoom, denominator }. */
function roundScale(lat, zoom, pixelM) {
  const exact = metresPerPixel(lat, zoom) / pixelM, power = 10 ** Math.floor(Math.log10(exact));
  const denominator = power * SCALES.find((step) => step * power >= exact * 0.9999);
  return { zoom: zoom - Math.log2(denominator / exact), denominator };
}

/** One sheet: what it says, and how its parts share the room. */
class Sheet {
  /** `parts` holds title, legend, signs, block, notes, outline, whether only a part of it is shown, and words. */
  constructor(map, [width, height], parts) {
    Object.assign(this, { map, width, height, ...parts });
    this.pen = el("canvas", { width: 1, height: 1 }).getContext("2d");
    this.pen.font = `11px ${PAGE_FONT}`;
    this.noteRows = this.notes.flatMap((line, index) => textRows(this.pen, line, width - 8).map((row) => [row, index]));
    this.entries = [[this.words.legend, this.legend], [this.words.base_legend, this.signs]]
      .filter(([, signs]) => signs.length).map(([heading, signs]) => [...this.headingRows(heading), ...signs]);
    this.foot = 8 + this.noteRows.length * NOTE_ROW;
    const needed = this.entries.flat().length * ROW + this.blockHeight() + 20;
    this.isWide = width >= height && needed <= height - HEAD - this.foot;
    this.strip = this.isWide ? 0 : this.stripHeight();
    const room = this.isWide ? COLUMN + 10 : 0;
    this.box = { x: 0, y: HEAD, width: width - room, height: height - HEAD - this.foot - this.strip };
  }

  /** Return the sheet whose map is as large as a view, legend and all else around it. */
  static around(map, [width, height], parts) {
    const grown = (sheet) => [sheet.width + width - sheet.box.width, sheet.height + height - sheet.box.height];
    let sheet = new Sheet(map, [width, height], parts);
    for (let step = 0; step < 4 && (sheet.box.width !== width || sheet.box.height !== height); step++) sheet = new Sheet(map, grown(sheet), parts);
    return sheet;
  }

  /** Return the legend in columns as a strip shows it, each group beginning one of its own. */
  stripColumns() {
    const count = Math.max(Math.floor((this.width - COLUMN) / STRIP_COLUMN), 1);
    for (let rows = 6; ; rows++) {
      const columns = this.entries.flatMap((group) => Array.from({ length: Math.ceil(group.length / rows) }, (_, at) => group.slice(at * rows, (at + 1) * rows)));
      if (columns.length <= Math.max(count, this.entries.length)) return columns;
    }
  }

  /** Return the height of what lies below the map: the legend and, beside it where there is room, the title block. */
  stripHeight() {
    const columns = this.stripColumns(), legend = Math.max(...columns.map((column) => column.length * ROW));
    const isNarrow = this.width < columns.length * STRIP_COLUMN + COLUMN;
    return 14 + (isNarrow ? legend + 10 + this.blockHeight() : Math.max(legend, this.blockHeight()));
  }

  /** Return the height of the title block with its scale and locator. */
  blockHeight() {
    return (this.blockRows().length + 1) * NOTE_ROW + 10 + (this.isPart ? LOCATOR + 22 : 0);
  }

  /** Return a heading of the legend as entries, one a row, none wider than a column of the strip. */
  headingRows(text) {
    this.pen.font = HEADING_FONT;
    return textRows(this.pen, text, STRIP_COLUMN - 8).map((heading) => ({ heading }));
  }

  blockRows() {
    this.pen.font = `12px ${PAGE_FONT}`;
    return this.block.flatMap((line) => textRows(this.pen, line, COLUMN - 10));
  }

  /** Return the sheet's canvas; `view` is { centre, zoom, scale }, the latter a text. */
  draw(view, ratio = 2) {
    const { width, height, box } = this, canvas = el("canvas", { width: width * ratio, height: height * ratio });
    const ctx = canvas.getContext("2d");
    ctx.scale(ratio, ratio);
    ctx.fillStyle = "#ffffff";
    ctx.fillRect(0, 0, width, height);
    ctx.fillStyle = INK;
    ctx.font = `600 19px ${PAGE_FONT}`;
    ctx.fillText(this.title, 2, 27, width - 4);
    const picture = drawPicture(this.map, { width: box.width, height: box.height, ratio, ...view });
    ctx.drawImage(picture, box.x, box.y, box.width, box.height);
    ctx.strokeStyle = "#8b949c";
    ctx.strokeRect(box.x + 0.5, box.y + 0.5, box.width - 1, box.height - 1);
    if (this.isWide) this.drawColumn(ctx, view); else this.drawStrip(ctx, view);
    this.noteRows.forEach(([row, index], number) => {
      ctx.fillStyle = index ? SOFT_INK : "#8a2d0b";
      ctx.font = `${index ? "" : "600 "}11px ${PAGE_FONT}`;
      ctx.fillText(row, 2, height - this.foot + 14 + number * NOTE_ROW + 2);
    });
    return canvas;
  }

  drawColumn(ctx, view) {
    const x = this.box.width + 12, bottom = this.box.y + this.box.height;
    this.entries.flat().forEach((entry, index) => this.drawEntry(ctx, entry, x, this.box.y + 12 + index * ROW));
    this.drawBlock(ctx, view, x, bottom);
  }

  drawStrip(ctx, view) {
    const top = this.box.y + this.box.height + 10;
    this.stripColumns().forEach((column, at) => column.forEach((entry, index) => {
      this.drawEntry(ctx, entry, 4 + at * STRIP_COLUMN, top + 12 + index * ROW);
    }));
    this.drawBlock(ctx, view, this.width - COLUMN, top + this.strip - 14);
  }

  drawEntry(ctx, { heading, text: name, ...sign }, x, y) {
    if (heading) {
      ctx.fillStyle = "#1d4f7c";
      ctx.font = HEADING_FONT;
      ctx.fillText(heading, x, y + 2);
      return;
    }
    drawSign(ctx, sign, x, y);
    ctx.fillStyle = INK;
    ctx.font = `11.5px ${PAGE_FONT}`;
    ctx.fillText(name, x + 28, y + 2, (this.isWide ? COLUMN : STRIP_COLUMN) - 30);
  }

  /** Draw the title block upwards from `bottom`. */
  drawBlock(ctx, view, x, bottom) {
    const lines = [...(view.scale ? [view.scale] : []), ...this.blockRows()], side = this.isPart ? LOCATOR : 0;
    const top = bottom - lines.length * NOTE_ROW - 10 - (side ? side + 22 : 0);
    ctx.strokeStyle = "#8b949c";
    ctx.strokeRect(x - 0.5, top + 0.5, COLUMN - 2, bottom - top - 1);
    ctx.fillStyle = INK;
    ctx.font = `12px ${PAGE_FONT}`;
    let y = top + 16;
    if (side) {
      ctx.fillText(this.words.locator, x + 6, y);
      drawLocator(ctx, this.outline, this.worldView(view), x + 6, y + 6, side);
      y += side + 22;
      ctx.fillStyle = INK;
    }
    lines.forEach((line, index) => ctx.fillText(line, x + 6, y + index * NOTE_ROW, COLUMN - 12));
  }

  /** Return what the sheet's map shows, in world pixels of zoom 0. */
  worldView({ centre, zoom }) {
    const { x, y } = this.map.project(centre, 0), scale = 2 ** zoom, { width, height } = this.box;
    return [x - width / 2 / scale, y - height / 2 / scale, x + width / 2 / scale, y + height / 2 / scale];
  }

  /** Return the nearest view of the sheet's map that shows all of a box of world pixels. */
  fit([left, top, right, bottom]) {
    const { width, height } = this.box, scale = Math.min(width / (right - left), height / (bottom - top));
    return { centre: this.map.unproject(L.point((left + right) / 2, (top + bottom) / 2), 0), zoom: Math.log2(scale) };
  }
}

/** Return the sheet of paper that shows what a map shows, upright or across, whichever shows it larger. */
function paperSheet(map, paper, parts) {
  const { size: [long, short], k } = PAPERS[paper], { box } = parts.outline, view = worldView(map);
  const shown = parts.isPart ? view : spread(box, 0.03);
  const sheets = [[long, short], [short, long]].map(([width, height]) => new Sheet(map, [width / k, height / k], parts));
  const [sheet] = sheets.sort((a, b) => b.fit(shown).zoom - a.fit(shown).zoom);
  const found = sheet.fit(shown), { zoom, denominator } = roundScale(found.centre.lat, found.zoom, PIXEL_M * k);
  const scale = fill(parts.words.scale_on, { scale: Math.round(denominator).toLocaleString("en"), paper });
  return { sheet, k, isWide: sheet.width > sheet.height, view: { centre: found.centre, zoom, scale } };
}

/** Return a box made larger by a share of its size on every side. */
function spread([left, top, right, bottom], share) {
  const [dx, dy] = [(right - left) * share, (bottom - top) * share];
  return [left - dx, top - dy, right + dx, bottom + dy];
}

/** Return the sign of a legend as a small canvas. */
function signSwatch(sign) {
  const ratio = 2, canvas = el("canvas", { class: "swatch sign", width: 24 * ratio, height: 14 * ratio, "aria-hidden": "true" });
  const ctx = canvas.getContext("2d");
  ctx.scale(ratio, ratio);
  drawSign(ctx, sign, 1, 9.5);
  return canvas;
}

/** Draw the sign of a legend: a symbol, an area, or a line with its edges. */
function drawSign(ctx, { colour, shape, line, isHatched, casing, width, dash, edge }, x, y) {
  const middle = y - 2.5;
  ctx.save();
  if (width) {
    const trace = (stroke, wide, gaps = []) => {
      ctx.beginPath();
      ctx.moveTo(x, middle);
      ctx.lineTo(x + 22, middle);
      Object.assign(ctx, { strokeStyle: stroke, lineWidth: wide });
      ctx.setLineDash(gaps);
      ctx.stroke();
    };
    if (casing) trace(casing, width + (edge || 1.6));
    trace(colour, dash && casing ? width * 0.7 : width, dash || []);
    ctx.restore();
    return;
  }
  ctx.beginPath();
  if (shape) drawSymbol(ctx, shape, x + 11, middle, 5); else ctx.rect(x + 1, middle - 5.5, 20, 11);
  ctx.fillStyle = colour;
  ctx.fill();
  if (isHatched) {
    ctx.fillStyle = hatch(line, 5);
    ctx.fill();
  }
  ctx.strokeStyle = line || (shape ? colour : "#b5babf");
  ctx.lineWidth = 1;
  ctx.stroke();
  ctx.restore();
}

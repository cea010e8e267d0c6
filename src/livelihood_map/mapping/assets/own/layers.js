/* Leaflet layers of our own: streets drawn on canvas tiles, and point symbols with a shape. */
"use strict";

// Leaflet reads the strings that it is given as markup. It gets nodes, and only from these three.

/** Let a layer show a name while it is pointed at; `name` returns that of the layer that is meant. */
function bindName(layer, name, options) {
  return layer.bindTooltip((one) => text(name(one)), { direction: "top", sticky: true, ...options });
}

/** Let a layer open a card; `card` returns the node for the layer that is meant. */
function bindCard(layer, card, options) {
  return layer.bindPopup((one) => text(card(one)), { maxWidth: 320, ...options });
}

/** Lead the keyboard into a card when it opens, and back to where it was when the card closes; Escape closes it. */
function followFocus(map, words) {
  const holder = map.getContainer();
  holder.prepend(el("h2", { class: "unseen" }, words.map)); // what cards are headed by stands below it
  let before = null;
  map.on("popupopen", ({ popup }) => {
    const box = popup.getElement(), heading = box.querySelector("h3"), close = box.querySelector(".leaflet-popup-close-button");
    holder.classList.add("has-card");
    if (!box.contains(document.activeElement)) before = document.activeElement;
    for (const [name, value] of [["role", "dialog"], ["tabindex", "-1"], ["aria-label", heading ? heading.textContent : words.card]]) box.setAttribute(name, value);
    if (close) close.setAttribute("aria-label", words.close);
    box.focus({ preventScroll: true });
  });
  map.on("popupclose", ({ popup }) => {
    const box = popup.getElement(), at = document.activeElement;
    holder.classList.remove("has-card");
    if (before && document.contains(before) && (!at || at === document.body || (box && box.contains(at)))) before.focus({ preventScroll: true });
  });
  holder.addEventListener("keydown", (event) => { if (event.key === "Escape") map.closePopup(); });
}

/** Return an icon that is a few letters in a box of `side` pixels. */
function letterIcon(className, side, attributes, letters) {
  return L.divIcon({ className, iconSize: [side, side], html: el("span", attributes, letters) });
}

/** Return the icon of a suggested site. */
function siteIcon({ rank, is_host: isHost }) {
  return letterIcon("site", 24, { class: isHost ? "site-mark host" : "site-mark" }, rank);
}

/** Point symbol whose shape tells its kind to readers who cannot tell colours apart. */
const ShapeMarker = L.CircleMarker.extend({
  _updatePath() { this._renderer._updateSymbol(this); },
});

const redrawCanvas = L.Canvas.prototype._redraw;

L.Canvas.include({
  /** Redraw; not where the map was taken away before the frame that it had asked for. */
  _redraw() {
    if (this._ctx) redrawCanvas.call(this);
  },

  _updateSymbol(layer) {
    if (!this._drawing || layer._empty()) return;
    const { x, y } = layer._point, r = Math.max(Math.round(layer._radius * 2) / 2, 1);
    const ctx = this._ctx;
    ctx.beginPath();
    drawSymbol(ctx, layer.options.shape, x, y, r);
    this._fillStroke(ctx, layer);
  },
});

/** Add the outline of a symbol around (x, y) to the canvas path. */
function drawSymbol(ctx, shape, x, y, r) {
  if (shape === "square") ctx.rect(x - r * 0.9, y - r * 0.9, r * 1.8, r * 1.8);
  else if (shape === "diamond") {
    ctx.moveTo(x, y - r * 1.25); ctx.lineTo(x + r * 1.25, y);
    ctx.lineTo(x, y + r * 1.25); ctx.lineTo(x - r * 1.25, y); ctx.closePath();
  } else if (shape === "triangle") {
    ctx.moveTo(x, y - r * 1.2); ctx.lineTo(x + r * 1.1, y + r * 0.8);
    ctx.lineTo(x - r * 1.1, y + r * 0.8); ctx.closePath();
  } else if (shape === "crossed") {
    ctx.rect(x - r, y - r, 2 * r, 2 * r); ctx.moveTo(x - r, y - r); ctx.lineTo(x + r, y + r); ctx.moveTo(x - r, y + r); ctx.lineTo(x + r, y - r);
  } else if (CORNERS[shape]) {
    for (const [right, down] of CORNERS[shape]) ctx.lineTo(x + r * right, y + r * down);
    ctx.closePath();
  } else if (shape === "ring") {
    ctx.arc(x, y, r, 0, Math.PI * 2);
    ctx.moveTo(x + r * 0.4, y);
    ctx.arc(x, y, r * 0.4, 0, Math.PI * 2);
  } else ctx.arc(x, y, r, 0, Math.PI * 2);
}

/** Corners of symbols that have many, in radii right of and below the middle. */
const CORNERS = {
  hexagon: [[0.6, -1.04], [1.2, 0], [0.6, 1.04], [-0.6, 1.04], [-1.2, 0], [-0.6, -1.04]],
  pentagon: [[0, -1.25], [1.1, -0.25], [0.8, 1], [-0.8, 1], [-1.1, -0.25]],
  plus: [[-0.4, -1.1], [0.4, -1.1], [0.4, -0.4], [1.1, -0.4], [1.1, 0.4], [0.4, 0.4], [0.4, 1.1], [-0.4, 1.1], [-0.4, 0.4], [-1.1, 0.4], [-1.1, -0.4], [-0.4, -0.4]],
};

/** A canvas on which pointing means what lies exactly there, the topmost, and else the compound near by. */
const PickingCanvas = L.Canvas.extend({
  /** Return the compound within a pixel of the pointer; nothing where there is none. */
  compoundAt(event) {
    const { tolerance } = this.options;
    this.options.tolerance = 1;
    const layer = this._layerAt(this._map.mouseEventToLayerPoint(event), ({ options }) => options.isFirst);
    this.options.tolerance = tolerance;
    return layer;
  },

  _layerAt(point, isMeant) {
    const { tolerance } = this.options, exact = [], near = [];
    for (let order = this._drawFirst; order; order = order.next) {
      const { layer } = order;
      if (!layer.options.interactive || !layer._containsPoint(point) || !isMeant(layer)) continue;
      this.options.tolerance = 0;
      (layer._containsPoint(point) ? exact : near).push(layer);
      this.options.tolerance = tolerance;
    }
    const top = exact[exact.length - 1];
    if (top && !top.options.isBackground) return top;
    return near.filter(({ options }) => options.isFirst).pop() || near.filter(({ options }) => !options.isBackground).pop() || top || near.pop();
  },

  _onClick(event) {
    const isClick = event.type === "click" || event.type === "preclick", point = this._map.mouseEventToLayerPoint(event);
    const layer = this._layerAt(point, (one) => !isClick || !this._map._draggableMoved(one));
    this._fireEvent(layer ? [layer] : false, event);
  },

  _handleMouseHover(event, point) {
    if (this._mouseHoverThrottled) return;
    const layer = this._layerAt(point, () => true);
    if (layer !== this._hoveredLayer) {
      this._handleMouseOut(event);
      if (layer) {
        L.DomUtil.addClass(this._container, "leaflet-interactive");
        this._fireEvent([layer], event, "mouseover");
        this._hoveredLayer = layer;
      }
    }
    this._fireEvent(this._hoveredLayer ? [this._hoveredLayer] : false, event);
    this._mouseHoverThrottled = true;
    setTimeout(() => { this._mouseHoverThrottled = false; }, 32);
  },
});

/** Return the same symbol as SVG, for legends. */
function symbolIcon(shape, fill, stroke) {
  const inside = { fill, stroke, "stroke-width": 1.5 };
  const shapes = {
    square: () => svg("rect", { x: 3, y: 3, width: 10, height: 10, ...inside }),
    diamond: () => svg("path", { d: "M8 1.5L14.5 8L8 14.5L1.5 8Z", ...inside }),
    triangle: () => svg("path", { d: "M8 2L14 13H2Z", ...inside }),
    crossed: () => svg("path", { d: "M3 3H13V13H3ZM3 3L13 13M3 13L13 3", ...inside }),
    circle: () => svg("circle", { cx: 8, cy: 8, r: 5, ...inside }),
    ring: () => svg("path", { d: "M13 8A5 5 0 1 1 3 8A5 5 0 1 1 13 8ZM10 8A2 2 0 1 1 6 8A2 2 0 1 1 10 8Z", "fill-rule": "evenodd", ...inside }),
  };
  const corners = CORNERS[shape], outline = () => svg("path", { d: `M${corners.map(([right, down]) => `${8 + 5 * right} ${8 + 5 * down}`).join("L")}Z`, ...inside });
  return svg("svg", { viewBox: "0 0 16 16", width: 16, height: 16, "aria-hidden": "true", class: "swatch" },
    (corners ? outline : shapes[shape] || shapes.circle)());
}

/** Streets, or areas, of the user's own data as canvas tiles; nothing is fetched.
    `classes` is [{widths, colour, casing, dash, minZoom, isArea, line, lines: [encoded polylines]}],
    lowest first. A line is as wide as `widths` says by zoom and has edges of the colour `casing` where
    it is wide enough; edges lie below all lines, so that streets that meet flow together; `edge` is what
    they add to the width, where it is not the usual. `line` is the colour of an area's outline, where it
    has one. */
const VectorTiles = L.GridLayer.extend({
  options: { pane: "tilePane", tileSize: 512, updateWhenZooming: false, keepBuffer: 2, noWrap: true }, // few large canvases: each costs a millisecond

  initialize(classes, options) {
    L.setOptions(this, options);
    this._classes = classes.map((one) => ({ ...one, projected: null }));
  },

  createTile(coords) {
    const { tile, ctx } = this._blankTile();
    this.paint(ctx, ...this._window(coords));
    return tile;
  },

  _blankTile() {
    const size = this.getTileSize(), ratio = Math.min(window.devicePixelRatio || 1, 2);
    const tile = el("canvas", { width: size.x * ratio, height: size.y * ratio });
    const ctx = tile.getContext("2d");
    ctx.scale(ratio, ratio);
    return { tile, ctx };
  },

  /** Return the window of a tile as `paint` takes it. */
  _window({ x, y, z }) {
    const side = this.getTileSize().x;
    return [2 ** z, x * side, y * side, side, side];
  },

  /** Draw what lies in a window of the world, `left` and `top` in pixels at `scale`. */
  paint(ctx, scale, left, top, width, height) {
    const zoom = Math.log2(scale);
    const box = [left, top, left + width, top + height], shown = this._classes.filter((one) => zoom >= one.minZoom);
    ctx.lineJoin = ctx.lineCap = "round";
    const paths = shown.map((one) => this._path(this._lines(one, scale, left, top, width, height), scale, box));
    shown.forEach((one, index) => { if (one.casing) this._strokeCasing(ctx, paths[index], one, lineWidth(one.widths, zoom)); });
    shown.forEach((one, index) => {
      if (one.isArea) this._fillArea(ctx, paths[index], one); else this._strokeLine(ctx, paths[index], one, lineWidth(one.widths, zoom));
    });
  },

  /** Return at least the lines of a class that touch a window, in world pixels of zoom 0. */
  _lines(one) {
    one.projected = one.projected || one.lines.map(projectLine);
    return one.projected;
  },

  /** Return the path of what touches a window, in its pixels. */
  _path(lines, scale, [left, top, right, bottom]) {
    const margin = 20, path = new Path2D();
    for (const { box, xy } of lines) {
      if (box[0] * scale > right + margin || box[2] * scale < left - margin ||
          box[1] * scale > bottom + margin || box[3] * scale < top - margin) continue;
      path.moveTo(xy[0] * scale - left, xy[1] * scale - top);
      for (let i = 2; i < xy.length; i += 2) path.lineTo(xy[i] * scale - left, xy[i + 1] * scale - top);
    }
    return path;
  },

  _fillArea(ctx, path, { colour, line }) {
    ctx.fillStyle = colour;
    ctx.fill(path, "evenodd");
    if (!line) return;
    ctx.strokeStyle = line;
    ctx.lineWidth = 1;
    ctx.stroke(path);
  },

  _strokeCasing(ctx, path, { casing, edge }, width) {
    ctx.strokeStyle = casing;
    ctx.lineCap = edge ? "butt" : "round";
    ctx.lineWidth = edge ? width + edge : width < THIN_LINE ? width : width + 1.5;
    ctx.stroke(path);
    ctx.lineCap = "round";
  },

  _strokeLine(ctx, path, { colour, casing, dash, edge }, width) {
    if (casing && !dash && !edge && width < THIN_LINE && casing !== "#ffffff") return;
    ctx.strokeStyle = colour;
    ctx.lineWidth = dash ? width * 0.7 : width;
    ctx.setLineDash(dash || []);
    ctx.lineCap = dash ? "butt" : "round";
    ctx.stroke(path);
    ctx.lineCap = "round";
    ctx.setLineDash([]);
  },
});

/** Return diagonal lines to fill a canvas path with; tiles meet without a step. */
function hatch(colour, step = 8) {
  const key = `${colour} ${step}`;
  if (!hatches.has(key)) hatches.set(key, newHatch(colour, step));
  return hatches.get(key);
}

const hatches = new Map();

function newHatch(colour, step) {
  const cell = el("canvas", { width: step, height: step }), ctx = cell.getContext("2d");
  ctx.strokeStyle = colour;
  ctx.lineWidth = 1.4;
  for (const shift of [-step, 0, step]) {
    ctx.moveTo(shift - 1, step + 1);
    ctx.lineTo(shift + step + 1, -1);
  }
  ctx.stroke();
  return ctx.createPattern(cell, "repeat");
}

/** Below this many pixels a line has no edges: it is drawn in their colour. */
const THIN_LINE = 1.8;

/** Return the width of a line at a zoom from `[[zoom, width], …]`. */
function lineWidth(widths, zoom) {
  const next = widths.findIndex(([at]) => at > zoom);
  if (next < 0) return widths[widths.length - 1][1];
  if (next === 0) return widths[0][1];
  const [[from, low], [to, high]] = [widths[next - 1], widths[next]];
  return low + ((zoom - from) / (to - from)) * (high - low);
}

/** Return the layer that draws classes of streets: from their lines, or from archives of tiles. */
function streetLayer(classes, options) {
  return classes.some((one) => one.archive) ? new ArchiveTiles(classes, options) : new VectorTiles(classes, options);
}

/** Return the layers of a base map by name, as far as there are any. */
function baseLayers({ areas, streets, rails, outside }, maxZoom) {
  const layers = {};
  [["ground", areas, 1], ["streets", streets, 1], ["rails", rails, 2], ["outside", outside, 3]].forEach(([name, classes, zIndex]) => {
    if (classes.length) layers[name] = streetLayer(classes, { maxZoom, zIndex });
  });
  return layers;
}

/** Return the shift from WGS-84 to GCJ-02 at a place, degrees; the widely copied reconstruction. */
function gcjShift(lat, lng) {
  const x = lng - 105, y = lat - 35, root = Math.sqrt(Math.abs(x)), wave = (value) => Math.sin(value * Math.PI);
  const short = (20 * wave(6 * x) + 20 * wave(2 * x)) * 2 / 3;
  const north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + short
    + (20 * wave(y) + 40 * wave(y / 3)) * 2 / 3 + (160 * wave(y / 12) + 320 * wave(y / 30)) * 2 / 3;
  const east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + short
    + (20 * wave(x) + 40 * wave(x / 3)) * 2 / 3 + (150 * wave(x / 12) + 300 * wave(x / 30)) * 2 / 3;
  const radians = lat * Math.PI / 180, magic = 1 - 0.00669342162296594323 * Math.sin(radians) ** 2;
  return [
    north * 180 / (6378245 * (1 - 0.00669342162296594323) / (magic * Math.sqrt(magic)) * Math.PI),
    east * 180 / (6378245 / Math.sqrt(magic) * Math.cos(radians) * Math.PI),
  ];
}

/** Projection of Amap's tiles: data stay WGS-84, and what a click gives back is WGS-84. */
L.CRS.Gcj02 = L.extend({}, L.CRS.EPSG3857, {
  code: "GCJ-02",
  projection: {
    R: L.Projection.SphericalMercator.R,
    bounds: L.Projection.SphericalMercator.bounds,
    project({ lat, lng }) {
      const [north, east] = gcjShift(lat, lng);
      return L.Projection.SphericalMercator.project(L.latLng(lat + north, lng + east));
    },
    unproject(point) {
      const shifted = L.Projection.SphericalMercator.unproject(point);
      let { lat, lng } = shifted;
      for (let step = 0; step < 6; step++) {
        const [north, east] = gcjShift(lat, lng);
        lat = shifted.lat - north;
        lng = shifted.lng - east;
      }
      return L.latLng(lat, lng);
    },
  },
});

/** The projection of the page; set once, before anything is drawn. */
let pageCrs = L.CRS.EPSG3857;

/** Return the Web Mercator ordinate of a latitude in world pixels of zoom 0. */
function worldY(lat) {
  const sine = Math.sin((lat * Math.PI) / 180);
  return 256 * (0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI));
}

/** Return a place in world pixels of zoom 0. */
function projectPlace([lat, lon]) {
  if (pageCrs === L.CRS.EPSG3857) return [256 * (lon / 360 + 0.5), worldY(lat)];
  const { x, y } = pageCrs.latLngToPoint(L.latLng(lat, lon), 0);
  return [x, y];
}

/** Return an encoded line in world pixels of zoom 0 with its bounding box. */
function projectLine(text) {
  return boxedLine(decodeLine(text), projectPlace);
}

/** Return the points of a line, each put in its place by `project`, with their bounding box. */
function boxedLine(points, project) {
  const xy = new Float64Array(points.length * 2), box = [Infinity, Infinity, -Infinity, -Infinity];
  points.forEach((point, i) => {
    const [x, y] = project(point);
    xy[2 * i] = x; xy[2 * i + 1] = y;
    box[0] = Math.min(box[0], x); box[1] = Math.min(box[1], y);
    box[2] = Math.max(box[2], x); box[3] = Math.max(box[3], y);
  });
  return { box, xy };
}

// Maps move at once where the user's system asks for less motion.
if (matchMedia("(prefers-reduced-motion: reduce)").matches) {
  const { panBy } = L.Map.prototype;
  L.Map.mergeOptions({ zoomAnimation: false, inertia: false });
  L.Map.include({
    panBy(offset, options) { return panBy.call(this, offset, { ...options, animate: false }); },
  });
}

/** Let a map follow the size of its place on the page. */
function followSize(map) {
  if (typeof ResizeObserver !== "function") return;
  new ResizeObserver(() => map.invalidateSize({ animate: false })).observe(map.getContainer());
}

/** Return Leaflet coordinates of a stored shape: [[ring, hole…], …]. */
function decodeShape(shape) {
  return shape.map((polygon) => polygon.map(decodeLine));
}

/** Return the borders of the towns as a layer. */
function townLines({ borders, colours }, renderer) {
  return L.layerGroup(borders.map((line) => L.polyline(decodeLine(line), {
    renderer, interactive: false, color: colours.town, weight: 1.6, dashArray: "7 4 1.5 4",
  })));
}

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

L.Canvas.include({
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
  } else ctx.arc(x, y, r, 0, Math.PI * 2);
}

/** Return the same symbol as SVG, for legends. */
function symbolIcon(shape, fill, stroke) {
  const inside = { fill, stroke, "stroke-width": 1.5 };
  const shapes = {
    square: () => svg("rect", { x: 3, y: 3, width: 10, height: 10, ...inside }),
    diamond: () => svg("path", { d: "M8 1.5L14.5 8L8 14.5L1.5 8Z", ...inside }),
    triangle: () => svg("path", { d: "M8 2L14 13H2Z", ...inside }),
    crossed: () => svg("path", { d: "M3 3H13V13H3ZM3 3L13 13M3 13L13 3", ...inside }),
    circle: () => svg("circle", { cx: 8, cy: 8, r: 5, ...inside }),
  };
  return svg("svg", { viewBox: "0 0 16 16", width: 16, height: 16, "aria-hidden": "true", class: "swatch" },
    (shapes[shape] || shapes.circle)());
}

/** Streets, or areas, of the user's own data as canvas tiles; nothing is fetched.
    `classes` is [{weight, colour, minZoom, isArea, line, lines: [encoded polylines]}]; `line` is the
    colour of an area's outline, where it has one. */
const VectorTiles = L.GridLayer.extend({
  options: { pane: "tilePane", updateWhenZooming: false, keepBuffer: 3, noWrap: true },

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
    return [2 ** z, x * 256, y * 256, 256, 256];
  },

  /** Draw what lies in a window of the world, `left` and `top` in pixels at `scale`. */
  paint(ctx, scale, left, top, width, height) {
    const zoom = Math.log2(scale);
    ctx.lineJoin = ctx.lineCap = "round";
    for (const one of this._classes) {
      if (zoom < one.minZoom) continue;
      this._paintClass(ctx, one, this._lines(one, scale, left, top, width, height), scale, [left, top, left + width, top + height]);
    }
  },

  /** Return at least the lines of a class that touch a window, in world pixels of zoom 0. */
  _lines(one) {
    one.projected = one.projected || one.lines.map(projectLine);
    return one.projected;
  },

  _paintClass(ctx, one, lines, scale, [left, top, right, bottom]) {
    const margin = 12;
    ctx.beginPath();
    for (const { box, xy } of lines) {
      if (box[0] * scale > right + margin || box[2] * scale < left - margin ||
          box[1] * scale > bottom + margin || box[3] * scale < top - margin) continue;
      ctx.moveTo(xy[0] * scale - left, xy[1] * scale - top);
      for (let i = 2; i < xy.length; i += 2) ctx.lineTo(xy[i] * scale - left, xy[i + 1] * scale - top);
    }
    if (one.isArea) {
      ctx.fillStyle = one.colour;
      ctx.fill("evenodd");
      if (!one.line) return;
      ctx.strokeStyle = one.line;
      ctx.lineWidth = 1;
      ctx.stroke();
      return;
    }
    ctx.strokeStyle = one.colour;
    ctx.lineWidth = one.weight * 2 ** Math.max(Math.min(Math.log2(scale) - 15, 2.5), -2);
    ctx.stroke();
  },
});

/** Return the layer that draws classes of streets: from their lines, or from archives of tiles. */
function streetLayer(classes, options) {
  return classes.some((one) => one.archive) ? new ArchiveTiles(classes, options) : new VectorTiles(classes, options);
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

/** Return an encoded line in world pixels of zoom 0 with its bounding box. */
function projectLine(text) {
  return boxedLine(decodeLine(text), ([lat, lon]) => {
    if (pageCrs === L.CRS.EPSG3857) return [256 * (lon / 360 + 0.5), worldY(lat)];
    const { x, y } = pageCrs.latLngToPoint(L.latLng(lat, lon), 0);
    return [x, y];
  });
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

/* A picture of the map on one canvas: for saving as PNG and for printing. */
"use strict";

/** Return the Leaflet layers on the map as one list of things to draw, lowest first. */
function pictureParts(map) {
  const tiles = [], shapes = [], marks = [], names = [];
  map.eachLayer((layer) => {
    if (layer.paint && layer.createTile) tiles.push(layer);
    else if (layer instanceof L.Marker && layer.options.picture) marks.push(layer);
    else if (layer instanceof NameLayer) names.push(layer);
  });
  tiles.sort((a, b) => (a.options.zIndex || 1) - (b.options.zIndex || 1));
  map.eachLayer((layer) => {
    if (layer instanceof L.Canvas) {
      for (let order = layer._drawFirst; order; order = order.next) shapes.push(order.layer);
    }
  });
  return { tiles, shapes, marks, names };
}

/** Return the view that shows on `width` × `height` what is on the screen. */
function sheetView(map, width, height) {
  const { x, y } = map.getSize();
  return { width, height, zoom: map.getZoom() + Math.log2(Math.min(width / x, height / y)) };
}

/** Read what layers need to draw a view, where they read as the reader looks. */
function loadView(map, { width, height, centre = map.getCenter(), zoom = map.getZoom() }) {
  const middle = map.project(centre, zoom), view = [2 ** zoom, middle.x - width / 2, middle.y - height / 2, width, height];
  return Promise.all(pictureParts(map).tiles.map((layer) => layer.load && layer.load(...view)));
}

/** Have the views of a print at hand while the map moves: a print cannot wait for them. */
function keepSheets(map, layer, views) {
  if (layer && layer.load) layer.on("load", () => views().forEach((view) => loadView(map, view)));
}

/** Draw a view of the map into a canvas of `width` × `height` CSS pixels and return it. */
function drawPicture(map, { width, height, ratio = 2, centre, zoom }) {
  const sheet = () => {
    const canvas = el("canvas", { width: width * ratio, height: height * ratio }), ctx = canvas.getContext("2d");
    ctx.scale(ratio, ratio);
    return { canvas, ctx };
  };
  const { canvas, ctx } = sheet();
  const at = centre || map.getCenter(), level = zoom === undefined ? map.getZoom() : zoom;
  const scale = 2 ** level, middle = map.project(at, level);
  const left = middle.x - width / 2, top = middle.y - height / 2;
  const place = (latlng) => map.project(latlng, level).subtract([left, top]);
  ctx.beginPath(); // printers that draw the strokes anew must not draw those beyond the edge
  ctx.rect(0, 0, width, height);
  ctx.clip();
  ctx.fillStyle = "#f5f4f0";
  ctx.fillRect(0, 0, width, height);
  const { tiles, shapes, marks, names } = pictureParts(map);
  for (const layer of tiles) {
    const own = sheet(); // a layer is transparent as a whole: what it paints does not shine through itself
    layer.paint(own.ctx, scale, left, top, width, height);
    ctx.globalAlpha = layer.options.opacity;
    ctx.drawImage(own.canvas, 0, 0, width, height);
  }
  for (const layer of shapes) drawShape(ctx, layer, place);
  ctx.globalAlpha = 1;
  for (const layer of names) layer.paintNames(ctx, scale, left, top, width, height);
  marks.sort((a, b) => a.options.zIndexOffset - b.options.zIndexOffset);
  for (const layer of marks) layer.options.picture(ctx, place(layer.getLatLng()), level);
  drawScale(ctx, map, at, level, height);
  drawNorth(ctx, width);
  return canvas;
}

/** Draw where north is in the upper right corner. */
function drawNorth(ctx, width) {
  const x = width - 24;
  ctx.beginPath();
  ctx.moveTo(x, 12);
  ctx.lineTo(x + 7, 36);
  ctx.lineTo(x, 31);
  ctx.lineTo(x - 7, 36);
  ctx.closePath();
  ctx.fillStyle = "#22282e";
  ctx.strokeStyle = "#ffffff";
  ctx.lineWidth = 2;
  ctx.stroke();
  ctx.fill();
  ctx.font = `600 12px ${PAGE_FONT}`;
  ctx.textAlign = "center";
  ctx.strokeText("N", x, 50);
  ctx.fillText("N", x, 50);
  ctx.textAlign = "left";
}

/** Draw one Leaflet path. */
function drawShape(ctx, layer, place) {
  const { options } = layer;
  ctx.beginPath();
  if (layer instanceof L.CircleMarker) {
    const { x, y } = place(layer.getLatLng());
    drawSymbol(ctx, options.shape, x, y, layer.getRadius());
  } else {
    const rings = (parts) => {
      if (!parts.length) return;
      if (parts[0] instanceof L.LatLng) {
        parts.forEach((latlng, index) => {
          const { x, y } = place(latlng);
          if (index) ctx.lineTo(x, y); else ctx.moveTo(x, y);
        });
        if (layer instanceof L.Polygon) ctx.closePath();
      } else parts.forEach(rings);
    };
    rings(layer.getLatLngs());
  }
  if (options.fill) {
    ctx.globalAlpha = options.fillOpacity;
    ctx.fillStyle = options.fillColor || options.color;
    ctx.fill("evenodd");
    if (options.isHatched && !(layer instanceof L.CircleMarker)) {
      ctx.globalAlpha = 0.6;
      ctx.fillStyle = hatch(options.color, 5);
      ctx.fill("evenodd");
    }
  }
  if (options.stroke && options.weight) {
    ctx.globalAlpha = options.opacity;
    ctx.setLineDash(options.dashArray ? options.dashArray.split(/[ ,]+/).map(Number) : []);
    ctx.lineWidth = options.weight;
    ctx.strokeStyle = options.color;
    ctx.stroke();
    ctx.setLineDash([]);
  }
}

/** Draw a scale bar in the lower left corner. */
function drawScale(ctx, map, centre, zoom, height) {
  const perPixel = (40075016.686 * Math.cos((centre.lat * Math.PI) / 180)) / (256 * 2 ** zoom);
  const longest = perPixel * 140, power = 10 ** Math.floor(Math.log10(longest));
  const metres = [5, 2, 1].map((step) => step * power).find((step) => step <= longest);
  const width = metres / perPixel, y = height - 14;
  const text = metres < 1000 ? fill(pictureWords.metres, { metres }) : fill(pictureWords.kilometres, { km: metres / 1000 });
  ctx.fillStyle = "rgba(255, 255, 255, 0.8)";
  ctx.fillRect(8, y - 18, width + 12, 26);
  ctx.strokeStyle = ctx.fillStyle = "#22282e";
  ctx.lineWidth = 1.5;
  ctx.beginPath();
  ctx.moveTo(14, y - 4); ctx.lineTo(14, y); ctx.lineTo(14 + width, y); ctx.lineTo(14 + width, y - 4);
  ctx.stroke();
  ctx.font = `12px ${PAGE_FONT}`;
  ctx.textAlign = "left";
  ctx.fillText(text, 18, y - 5);
}

const PAGE_FONT = '"PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "Source Han Sans SC", sans-serif';
let pictureWords = { metres: "{metres} m", kilometres: "{km} km" };

/** Return what a numbered mark looks like in a picture. */
function numberPainter(number, isHollow) {
  return (ctx, { x, y }, zoom) => {
    const size = zoom < 12 ? 0.72 : 1;
    ctx.beginPath();
    ctx.arc(x, y, 11 * size, 0, Math.PI * 2);
    ctx.fillStyle = isHollow ? "#ffffff" : "#111111";
    ctx.fill();
    ctx.lineWidth = 2 * size;
    ctx.strokeStyle = isHollow ? "#111111" : "#ffffff";
    ctx.stroke();
    ctx.fillStyle = isHollow ? "#111111" : "#ffffff";
    ctx.font = `600 ${Math.round(11 * size)}px Arial, sans-serif`;
    ctx.textAlign = "center";
    ctx.textBaseline = "middle";
    ctx.fillText(number, x, y + 0.5);
    ctx.textBaseline = "alphabetic";
  };
}

/** Return the picture framed for a report: title above; legend, notices and dates below.
    `legend` is [{colour, text, shape, line, isHatched}], `lines` are texts, the first of which is the notice. */
function framePicture(picture, { title, legend, lines, ratio = 2 }) {
  const width = picture.width / ratio, rows = Math.ceil(legend.length / Math.max(Math.floor(width / 150), 1));
  const head = 44, foot = 16 + rows * 20 + lines.length * 19;
  const canvas = el("canvas", { width: picture.width, height: picture.height + (head + foot) * ratio });
  const ctx = canvas.getContext("2d");
  ctx.fillStyle = "#ffffff";
  ctx.fillRect(0, 0, canvas.width, canvas.height);
  ctx.drawImage(picture, 0, head * ratio);
  ctx.scale(ratio, ratio);
  ctx.fillStyle = "#22282e";
  ctx.font = `600 18px ${PAGE_FONT}`;
  ctx.fillText(title, 12, 29, width - 24);
  let y = head + picture.height / ratio + 20;
  const perRow = Math.max(Math.floor(width / 150), 1);
  ctx.font = `12px ${PAGE_FONT}`;
  legend.forEach(({ colour, text, shape, line: outline, isHatched }, index) => {
    const x = 12 + (index % perRow) * 150, line = y + Math.floor(index / perRow) * 20;
    ctx.fillStyle = colour;
    ctx.beginPath();
    if (shape) drawSymbol(ctx, shape, x + 8, line - 4.5, 5);
    else ctx.rect(x, line - 10, 16, 11);
    ctx.fill();
    if (isHatched) {
      ctx.fillStyle = hatch(outline, 5);
      ctx.fill();
    }
    ctx.strokeStyle = outline || colour;
    if (shape || outline) ctx.stroke();
    ctx.fillStyle = "#22282e";
    ctx.fillText(text, x + 22, line, 124);
  });
  y += rows * 20;
  lines.forEach((line, index) => {
    ctx.fillStyle = index ? "#4d5760" : "#8a2d0b";
    ctx.font = `${index ? "" : "600 "}12px ${PAGE_FONT}`;
    ctx.fillText(line, 12, y + index * 19, width - 24);
  });
  return canvas;
}

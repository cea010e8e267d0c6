/* Streets as vector tiles: PMTiles archives that lie in the page, read where the reader looks. */
"use strict";

/** An element of the page that holds an archive, as a source of the pmtiles library. */
class PageSource {
  constructor(id) {
    this.id = id;
    this.bytes = null;
  }

  getKey() { return this.id; }

  async getBytes(offset, length) {
    if (!this.bytes) this.bytes = base64Bytes(JSON.parse(document.getElementById(this.id).textContent));
    return { data: this.bytes.slice(offset, offset + length).buffer };
  }
}

/** The lines of one archive, tile by tile; what was read once is kept. */
class LineArchive {
  constructor(id, lastZoom) {
    this.source = new pmtiles.PMTiles(new PageSource(id));
    this.lastZoom = lastZoom;
    this.tiles = new Map();
  }

  /** Return the places of the tiles that hold a window of the world, as `paint` takes it.
      A tile stands for 512 pixels, as vector tiles do. */
  places(scale, left, top, width, height) {
    const z = Math.min(Math.floor(Math.log2(scale)) - 1, this.lastZoom), size = 256 / 2 ** z;
    const [west, north] = worldPlace(left / scale, top / scale);
    const [east, south] = worldPlace((left + width) / scale, (top + height) / scale);
    const places = [];
    for (let x = Math.floor(west / size); x <= Math.floor(east / size); x++) {
      for (let y = Math.floor(north / size); y <= Math.floor(south / size); y++) places.push([z, x, y]);
    }
    return places;
  }

  /** Read the tiles of a window; a tile that is being read is not asked for again. */
  load(...view) {
    return Promise.all(this.places(...view).map((place) => {
      const key = place.join("/");
      if (!this.tiles.has(key)) {
        const tile = { lines: [] };
        tile.whenRead = this.read(...place).then((lines) => { tile.lines = lines; });
        this.tiles.set(key, tile);
      }
      return this.tiles.get(key).whenRead;
    }));
  }

  /** Return the lines of a window as far as its tiles have been read. */
  lines(...view) {
    return this.places(...view).flatMap((place) => (this.tiles.get(place.join("/")) || { lines: [] }).lines);
  }

  async read(z, x, y) {
    const found = await this.source.getZxy(z, x, y), lines = [];
    if (!found) return lines;
    const size = 256 / 2 ** z;
    for (const layer of Object.values(new VectorTile(new Pbf.PbfReader(new Uint8Array(found.data))).layers)) {
      const project = (point) => pagePlace((x + point.x / layer.extent) * size, (y + point.y / layer.extent) * size);
      for (let i = 0; i < layer.length; i++) {
        for (const line of layer.feature(i).loadGeometry()) lines.push(boxedLine(line, project));
      }
    }
    return lines;
  }
}

/** Return where a place on the page's map lies in Web Mercator, both in world pixels of zoom 0. */
function worldPlace(x, y) {
  if (pageCrs === L.CRS.EPSG3857) return [x, y];
  const place = L.CRS.EPSG3857.latLngToPoint(pageCrs.pointToLatLng(L.point(x, y), 0), 0);
  return [place.x, place.y];
}

/** Return where a place in Web Mercator lies on the page's map. */
function pagePlace(x, y) {
  if (pageCrs === L.CRS.EPSG3857) return [x, y];
  const place = pageCrs.latLngToPoint(L.CRS.EPSG3857.pointToLatLng(L.point(x, y), 0), 0);
  return [place.x, place.y];
}

const archives = new Map();

/** Return the archive of a class; maps on one page share it. */
function archiveOf({ archive, lastZoom }) {
  if (!archives.has(archive)) archives.set(archive, new LineArchive(archive, lastZoom));
  return archives.get(archive);
}

/** Streets from archives; drawn like those from lines, once the tiles of a view are read. */
const ArchiveTiles = VectorTiles.extend({
  createTile(coords, done) {
    const { tile, ctx } = this._blankTile(), view = this._window(coords);
    this.load(...view).then(() => {
      this.paint(ctx, ...view);
      done(null, tile);
    });
    return tile;
  },

  /** Read what `paint` needs to draw a view. */
  load(scale, ...rest) {
    const zoom = Math.log2(scale);
    return Promise.all(this._classes.filter((one) => one.archive && zoom >= one.minZoom).map((one) => archiveOf(one).load(scale, ...rest)));
  },

  _lines(one, ...view) {
    return one.archive ? archiveOf(one).lines(...view) : VectorTiles.prototype._lines.call(this, one);
  },
});

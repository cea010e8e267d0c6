/**
 * Columns of whole numbers and places out of bytes: seven bits a byte, the lowest first, signs in the
 * lowest bit. `walk_columns.py` writes them.
 */
import { Projection } from "./projection.js";

/** @typedef {import("./pack.js").Places} Places */

/**
 * Return the whole numbers of a column.
 * @param {Uint8Array} bytes
 * @returns {Float64Array}
 */
function readColumn(bytes) {
  let count = 0;
  for (let i = 0; i < bytes.length; i++) if (bytes[i] < 128) count++;
  const out = new Float64Array(count);
  let at = 0;
  for (let k = 0; k < count; k++) {
    let value = 0, scale = 1, byte = 0;
    do {
      byte = bytes[at++];
      value += (byte & 127) * scale;
      scale *= 128;
    } while (byte >= 128);
    const half = Math.floor(value / 2);
    out[k] = value % 2 === 1 ? -half - 1 : half;
  }
  return out;
}

/**
 * @param {number} n
 * @returns {Places}
 */
export function makePlaces(n) {
  return {
    n,
    lon: new Int32Array(n),
    lat: new Int32Array(n),
    x: new Float64Array(n),
    y: new Float64Array(n),
  };
}

/**
 * Set a place of a table from its degrees and what is left of its metres.
 * @param {Projection} projection
 * @param {Places} places
 * @param {number} k
 * @param {number} lon
 * @param {number} lat
 * @param {number} leftX
 * @param {number} leftY
 */
export function setPlace(projection, places, k, lon, lat, leftX, leftY) {
  const [x, y] = projection.metres(lon, lat);
  places.lon[k] = lon;
  places.lat[k] = lat;
  places.x[k] = x + leftX * projection.stepX;
  places.y[k] = y + leftY * projection.stepY;
}

/** Reads the columns of one pack by name. */
export class Columns {
  /**
   * @param {Uint8Array} body
   * @param {Object<string, [number, number]>} where
   */
  constructor(body, where) {
    this.body = body;
    this.where = where;
  }

  /**
   * @param {string} name
   * @returns {Float64Array}
   */
  numbers(name) {
    const [start, size] = this.where[name];
    return readColumn(this.body.subarray(start, start + size));
  }

  /** @param {string} name */
  ints(name) {
    return Int32Array.from(this.numbers(name));
  }

  /** @param {string} name */
  bits(name) {
    return Uint8Array.from(this.numbers(name));
  }

  /**
   * Return numbers of which each is stored as the difference from the one before.
   * @param {string} name
   */
  rising(name) {
    const out = this.ints(name);
    for (let k = 1; k < out.length; k++) out[k] += out[k - 1];
    return out;
  }

  /**
   * Return places that are stored one after the other, each as the difference from the one before.
   * @param {string} name
   * @param {Projection} projection
   */
  places(name, projection) {
    const lon = this.rising(`${name}.lon`), lat = this.rising(`${name}.lat`);
    const leftX = this.numbers(`${name}.x`), leftY = this.numbers(`${name}.y`);
    const places = makePlaces(lon.length);
    for (let k = 0; k < lon.length; k++) {
      setPlace(projection, places, k, lon[k], lat[k], leftX[k], leftY[k]);
    }
    return places;
  }
}

/**
 * Longitude and latitude as metres of the run's CRS, and back.
 */

const DEGREE_PARTS = 1e7;

/** Reads positions of one CRS. */
export class Projection {
  /**
   * @param {{lon: number, lat: number, half_lon: number, half_lat: number, bits: number[],
   *   x: number[][], y: number[][]}} told middle and half extent in 1e-7 degrees, coefficients by
   *   power of longitude and then of latitude, binary places of what is left
   */
  constructor(told) {
    this.told = told;
    this.stepX = Math.pow(2, -told.bits[0]);
    this.stepY = Math.pow(2, -told.bits[1]);
  }

  /**
   * Return metres of a position, without what is left.
   * @param {number} lon 1e-7 degrees
   * @param {number} lat
   * @returns {[number, number]}
   */
  metres(lon, lat) {
    const east = (lon - this.told.lon) / this.told.half_lon;
    const north = (lat - this.told.lat) / this.told.half_lat;
    return [this.value(this.told.x, east, north), this.value(this.told.y, east, north)];
  }

  /**
   * @param {number[][]} powers
   * @param {number} east
   * @param {number} north
   */
  value(powers, east, north) {
    let sum = 0;
    for (let i = powers.length - 1; i >= 0; i--) {
      let inner = 0;
      for (let j = powers[i].length - 1; j >= 0; j--) inner = inner * north + powers[i][j];
      sum = sum * east + inner;
    }
    return sum;
  }

  /**
   * Return the metres of a place in degrees, as the engine has them once it reads the same digits.
   * @param {number} lon degrees
   * @param {number} lat
   * @returns {[number, number]}
   */
  place(lon, lat) {
    return this.metres(Math.round(lon * DEGREE_PARTS), Math.round(lat * DEGREE_PARTS));
  }

  /**
   * Return degrees of a place in metres, to 1e-7 degrees.
   * @param {number} x
   * @param {number} y
   * @returns {[number, number]}
   */
  degrees(x, y) {
    const { lon, lat, half_lon, half_lat } = this.told;
    let east = lon, north = lat;
    for (let turn = 0; turn < 20; turn++) {
      const at = this.metres(east, north);
      const right = this.metres(east + half_lon / 100, north);
      const up = this.metres(east, north + half_lat / 100);
      const a = (right[0] - at[0]) / (half_lon / 100), b = (up[0] - at[0]) / (half_lat / 100);
      const c = (right[1] - at[1]) / (half_lon / 100), d = (up[1] - at[1]) / (half_lat / 100);
      const det = a * d - b * c, dx = x - at[0], dy = y - at[1];
      const moveEast = (d * dx - b * dy) / det, moveNorth = (a * dy - c * dx) / det;
      east += moveEast;
      north += moveNorth;
      if (Math.abs(moveEast) < 0.01 && Math.abs(moveNorth) < 0.01) break;
    }
    return [Math.round(east) / DEGREE_PARTS, Math.round(north) / DEGREE_PARTS];
  }
}

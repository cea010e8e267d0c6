/**
 * A binary heap of nodes by their keys (Williams 1964).
 */

/** Nodes in order of their keys. */
export class Heap {
  constructor() {
    this.keys = /** @type {number[]} */ ([]);
    this.nodes = /** @type {number[]} */ ([]);
    this.size = 0;
    this.key = 0;
    this.node = 0;
  }

  /**
   * @param {number} key
   * @param {number} node
   */
  push(key, node) {
    const { keys, nodes } = this;
    let at = this.size++;
    while (at > 0) {
      const up = (at - 1) >> 1;
      if (keys[up] <= key) break;
      keys[at] = keys[up];
      nodes[at] = nodes[up];
      at = up;
    }
    keys[at] = key;
    nodes[at] = node;
  }

  /** Take the least away; its key and node stand in `key` and `node`. */
  pop() {
    const { keys, nodes } = this;
    this.key = keys[0];
    this.node = nodes[0];
    const key = keys[--this.size], node = nodes[this.size], half = this.size >> 1;
    let at = 0;
    while (at < half) {
      let down = 2 * at + 1;
      if (down + 1 < this.size && keys[down + 1] < keys[down]) down++;
      if (keys[down] >= key) break;
      keys[at] = keys[down];
      nodes[at] = nodes[down];
      at = down;
    }
    keys[at] = key;
    nodes[at] = node;
  }
}

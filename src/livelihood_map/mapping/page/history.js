/**
 * Edits one after the other, taken back and made again.
 */

/** @typedef {import("./state.js").State} State */
/** @typedef {import("./whatif.js").Edit} Edit */
/** @typedef {import("./whatif.js").Done} Done */

const KEPT_STATES = 8;

/** States, each made by an edit of the one before. */
export class EditHistory {
  /** @param {State} first */
  constructor(first) {
    this.states = [first];
    this.made = /** @type {Edit[]} */ ([]);
    this.at = 0;
  }

  /** @returns {State} */
  get state() {
    return this.states[this.at];
  }

  /** Edits that are made, in order. */
  get edits() {
    return this.made.slice(0, this.at);
  }

  /**
   * Keep a state that an edit has made.
   * @param {State} state
   * @param {Edit} edit
   * @param {Object} [more]
   * @returns {Done}
   */
  keep(state, edit, more = {}) {
    this.states.length = this.at + 1;
    this.states.push(state);
    this.made.length = this.at;
    this.made.push(edit);
    this.at++;
    // What old states reach can be computed again; kept, it would fill the memory of a phone.
    const old = this.at - KEPT_STATES;
    if (old > 0) this.states[old].reaches = [];
    return { isDone: true, reason: "", ...more };
  }

  /** Take the last edit back. */
  undo() {
    if (this.at > 0) this.at--;
    return this.at;
  }

  /** Make the edit again that was taken back last. */
  redo() {
    if (this.at < this.states.length - 1) this.at++;
    return this.at;
  }

  /** Take all edits back, for good. */
  clear() {
    this.states.length = 1;
    this.made = [];
    this.at = 0;
  }
}

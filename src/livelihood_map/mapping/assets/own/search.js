/* Search by Chinese characters, full pinyin, initials or a mixture; works with input methods. */
"use strict";

/** Return text as it is compared: full-width folded, lower case, no spaces or marks. */
function foldText(text) {
  return text.normalize("NFKC").toLowerCase().replace(/[^\p{L}\p{N}]/gu, "");
}

/** Return whether `query` spells the syllables from number `at` on, each in full or in part. */
function spells(query, syllables, at) {
  if (query === "") return true;
  if (at >= syllables.length) return false;
  for (const reading of syllables[at]) {
    let shared = 0;
    while (shared < reading.length && shared < query.length && reading[shared] === query[shared]) shared++;
    for (let used = shared; used > 0; used--) {
      if (spells(query.slice(used), syllables, at + 1)) return true;
    }
  }
  return false;
}

/** An index over [{name, spelling, …}]; `find` returns the best matches, exact ones first. */
class NameIndex {
  constructor(items) {
    this.source = items;
    this.items = null;
  }

  /** Prepare the names when the reader first searches. */
  prepare() {
    this.items = this.source.map((item) => ({
      item,
      folded: foldText(item.name),
      also: foldText(item.also || ""),
      codes: (item.codes || []).map(foldText),
      syllables: item.spelling.split(" ").map((word) => word.split("/")),
    }));
  }

  find(text, limit) {
    if (!this.items) this.prepare();
    const query = foldText(text);
    if (!query) return { matches: [], count: 0 };
    const parts = text.trim().split(/[\s,，、·]+/).map(foldText).filter(Boolean), scored = [];
    for (const entry of this.items) {
      const score = Math.min(this.score(entry, query), parts.length > 1 ? 5 + this.scoreAll(entry, parts) : Infinity);
      if (score < Infinity) scored.push([score, scored.length, entry.item]);
    }
    scored.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
    return { matches: scored.slice(0, limit).map((one) => one[2]), count: scored.length };
  }

  /** Return how well an entry answers several words, each of which it must hold. */
  scoreAll(entry, parts) {
    let worst = 0;
    for (const part of parts) worst = Math.max(worst, this.score(entry, part));
    return worst;
  }

  score({ item, folded, syllables, also, codes }, query) {
    if (codes.includes(query)) return -1;
    const isLatin = /^[a-z0-9]+$/.test(query), length = folded.length / 1000 + (item.order || 0) * 10;
    if (folded === query) return length;
    if (folded.startsWith(query)) return 1 + length;
    if (folded.includes(query)) return 3 + length;
    if (also.includes(query)) return 6 + length;
    if (!isLatin) return Infinity;
    if (spells(query, syllables, 0)) return 2 + length;
    for (let at = 1; at < syllables.length; at++) if (spells(query, syllables, at)) return 4 + length;
    return Infinity;
  }
}

/** Combobox after the ARIA Authoring Practices: arrows, Home/End stay in the text, Enter, Escape. */
class SearchBox {
  constructor({ id, words, index, onChoose, limit = 12 }) {
    this.index = index;
    this.words = words;
    this.onChoose = onChoose;
    this.limit = limit;
    this.active = -1;
    this.matches = [];
    this.list = el("ul", { id: `${id}-list`, role: "listbox", "aria-label": words.search_results, hidden: true });
    this.status = el("span", { class: "unseen", role: "status", "aria-live": "polite" });
    this.input = el("input", {
      id, type: "text", role: "combobox", autocomplete: "off", autocapitalize: "off", spellcheck: "false",
      "aria-expanded": "false", "aria-controls": `${id}-list`, "aria-autocomplete": "list",
      placeholder: words.search_hint,
      oninput: (event) => { if (!event.isComposing) this.search(); },
      oncompositionend: () => this.search(),
      onkeydown: (event) => this.press(event),
      onfocus: () => { if (this.input.value && this.list.hidden) this.search(); },
      onblur: () => setTimeout(() => this.close(), 150),
    });
    this.node = el("div", { class: "search" },
      el("label", { for: id, class: "unseen" }, words.search), this.input, this.list, this.status);
  }

  search() {
    const { matches, count } = this.index.find(this.input.value, this.limit);
    this.matches = matches;
    this.active = -1;
    this.input.removeAttribute("aria-activedescendant");
    this.list.replaceChildren(...matches.map((match, position) => el("li", {
      role: "option", id: `${this.input.id}-${position}`, "aria-selected": "false",
      onmousedown: (event) => { event.preventDefault(); this.choose(position); },
    }, el("span", { class: "found" }, match.name), el("small", {}, match.detail))));
    const isAsked = this.input.value.trim() !== "";
    if (isAsked && !matches.length) this.list.append(el("li", { class: "none", role: "option", "aria-disabled": "true", "aria-selected": "false" }, this.words.search_none));
    this.status.replaceChildren(text(isAsked ? fill(this.words.search_count, { count }) : ""));
    this.open(isAsked);
  }

  open(isOpen) {
    this.list.hidden = !isOpen;
    this.input.setAttribute("aria-expanded", String(isOpen));
  }

  close() {
    this.open(false);
    this.active = -1;
    this.input.removeAttribute("aria-activedescendant");
  }

  press(event) {
    if (event.isComposing || event.keyCode === 229) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (this.list.hidden) this.search();
      this.move(event.key === "ArrowDown" ? 1 : -1);
    } else if (event.key === "Enter") {
      event.preventDefault();
      if (this.list.hidden) this.search();
      if (this.matches.length) this.choose(Math.max(this.active, 0));
    } else if (event.key === "Escape") {
      if (!this.list.hidden) this.close();
      else { this.input.value = ""; this.status.replaceChildren(); }
    }
  }

  move(step) {
    const count = this.matches.length;
    if (!count) return;
    this.active = (this.active + step + count + (this.active < 0 && step < 0 ? 1 : 0)) % count;
    [...this.list.children].forEach((option, position) => {
      option.setAttribute("aria-selected", String(position === this.active));
    });
    const option = this.list.children[this.active];
    this.input.setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  }

  choose(position) {
    const match = this.matches[position];
    this.input.value = match.name;
    this.close();
    this.onChoose(match);
  }
}

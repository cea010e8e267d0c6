/* Marks of suggested sites: larger where they bring more, gathered where they would hide one another. */
"use strict";

const SITE_RADIUS = [[9, 7, 9], [12, 8, 11], [14, 10, 14], [19, 11, 16]];
const SITE_APART = 2;

class SiteMarks {
  /** `card` returns the card of a site and of how many others its mark stands for. `isElse` is told of each click first
      and returns whether it meant something else than the site. `choose` is told the number of a site that is clicked. */
  constructor(sites, { card = null, choose = null, isElse = () => false } = {}) {
    Object.assign(this, { sites, card, choose, isElse });
    this.most = Math.max(1, ...sites.map((site) => site.gained_population || 0));
    this.places = sites.map((site) => decodeLine(site.point)[0]);
    this.xy = this.places.map(projectPlace);
    this.kept = new Map();
    this.isListed = () => true;
    this.factor = 1;
    this.group = L.layerGroup();
    this.marks = sites.map((site, index) => this.mark(site, index));
  }

  /** Return the mark of a site; by the keyboard it is reached through the list. */
  mark(site, index) {
    const name = `${site.rank} ${site.name}`, { card, choose } = this;
    const mark = L.marker(this.places[index], {
      icon: siteIcon(site), title: name, alt: name, riseOnHover: true, zIndexOffset: 1000 - site.rank,
      interactive: Boolean(card || choose), keyboard: false,
      picture: (ctx, place, zoom) => paintSite(ctx, place, site, this.arrange(zoom)[index]),
    });
    if (card) {
      bindCard(mark, () => card(site, this.othersAt(index)), { maxWidth: 340 });
      mark.off("click", mark._openPopup, mark);
      mark.on("click", (event) => { if (!this.isElse(site, event)) mark._openPopup(event); });
    }
    if (choose) mark.on("click", () => choose(index));
    return mark.on("add", () => this.style(index)).addTo(this.group);
  }

  /** Show the marks on a map and let them follow its zoom. */
  addTo(map) {
    this.map = map;
    map.on("zoomend", () => this.styleAll());
    this.group.addTo(map);
    return this;
  }

  /** Show only some of the sites. */
  limit(isListed) {
    this.isListed = isListed;
    this.kept.clear();
    this.styleAll();
  }

  /** Draw the marks larger by a factor. */
  enlarge(factor) {
    this.factor = factor;
    this.kept.clear();
    this.styleAll();
  }

  styleAll() {
    this.marks.forEach((mark, index) => this.style(index));
  }

  style(index) {
    const map = this.marks[index]._map, box = this.marks[index].getElement();
    if (!map || !box || !map._loaded) return;
    const shown = this.arrange(map.getZoom())[index], letter = box.firstChild;
    box.hidden = !shown;
    if (!shown) return;
    letter.replaceChildren(text(shown.letters));
    Object.assign(letter.style, { width: `${2 * shown.wide}px`, height: `${2 * shown.radius}px`, fontSize: `${shown.size}px` });
  }

  /** Return the sites that stand behind the mark of another on the map now. */
  othersAt(index) {
    const map = this.marks[index]._map, shown = map && this.arrange(map.getZoom())[index];
    return shown ? shown.others.map((other) => this.sites[other]) : [];
  }

  radiusOf(site, zoom) {
    const share = Math.sqrt((site.gained_population || 0) / this.most);
    const [small, large] = [1, 2].map((at) => lineWidth(SITE_RADIUS.map((row) => [row[0], row[at]]), zoom));
    return Math.round((small + share * (large - small)) * this.factor);
  }

  /** Return for each site its mark at a zoom, null where the mark of a better one stands for it. */
  arrange(zoom) {
    if (!this.kept.has(zoom)) this.kept.set(zoom, this.gather(zoom));
    return this.kept.get(zoom);
  }

  gather(zoom) {
    const scale = 2 ** zoom;
    let marks = this.sites.map((site, index) => ({
      index, rank: site.rank, x: this.xy[index][0] * scale, y: this.xy[index][1] * scale, radius: this.radiusOf(site, zoom), others: [],
    })).filter(({ index }) => this.isListed(this.sites[index])).map(fitMark);
    for (let before = 0; before !== marks.length;) {
      before = marks.length;
      marks = joinMarks(marks);
    }
    const arranged = this.sites.map(() => null);
    for (const mark of marks) arranged[mark.index] = mark;
    return arranged;
  }

  /** Return the boxes of the marks on a window, which no name may cover. */
  boxes(scale, left, top, width, height) {
    const boxes = [];
    for (const mark of this.arrange(Math.log2(scale))) {
      if (!mark) continue;
      const box = [mark.x - left - mark.wide - 2, mark.y - top - mark.radius - 2, mark.x - left + mark.wide + 2, mark.y - top + mark.radius + 2];
      if (box[2] > 0 && box[3] > 0 && box[0] < width && box[1] < height) boxes.push(box);
    }
    return boxes;
  }
}

/** Give a mark its letters and the size that they need. */
function fitMark(mark) {
  mark.letters = mark.others.length ? `${mark.rank} +${mark.others.length}` : String(mark.rank);
  mark.size = Math.max(Math.round(mark.radius * 0.95), 9);
  mark.wide = Math.max(mark.radius, Math.ceil(mark.letters.length * mark.size * 0.3) + 4);
  return mark;
}

/** Return marks of which each that touched a better one is now behind it. */
function joinMarks(marks) {
  const kept = [];
  for (const mark of marks) {
    const host = kept.find((one) => Math.abs(one.x - mark.x) < one.wide + mark.wide + SITE_APART
      && Math.abs(one.y - mark.y) < one.radius + mark.radius + SITE_APART);
    if (host) host.others.push(mark.index, ...mark.others); else kept.push(mark);
  }
  return kept.map(fitMark);
}

/** Paint a mark into a picture. */
function paintSite(ctx, { x, y }, { is_host: isHollow }, mark) {
  if (!mark) return;
  const { wide, radius, letters, size } = mark;
  ctx.beginPath();
  ctx.arc(x - wide + radius, y, radius, Math.PI / 2, Math.PI * 1.5);
  ctx.arc(x + wide - radius, y, radius, -Math.PI / 2, Math.PI / 2);
  ctx.closePath();
  ctx.fillStyle = isHollow ? "#ffffff" : "#111111";
  ctx.fill();
  ctx.lineWidth = 1.6;
  ctx.strokeStyle = isHollow ? "#111111" : "#ffffff";
  ctx.stroke();
  ctx.fillStyle = isHollow ? "#111111" : "#ffffff";
  ctx.font = `600 ${size}px Arial, sans-serif`;
  ctx.textAlign = "center";
  ctx.textBaseline = "middle";
  ctx.fillText(letters, x, y + 0.5);
  ctx.textBaseline = "alphabetic";
}

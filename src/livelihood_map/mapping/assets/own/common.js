/* Shared by every page: reads the payload, decodes it and builds safe DOM nodes.
   Strings enter the page through `text` alone; nothing here or in Leaflet reads one as markup. */
"use strict";

/** Return what stands for a value on the page: a node itself, anything else as a text node. */
function text(value) {
  return value instanceof Node ? value : document.createTextNode(String(value));
}

/** Return a DOM element; whatever among `children` is no node becomes text. */
function el(tag, attributes, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name === "colour") node.style.backgroundColor = value;
    else node.setAttribute(name, value === true ? "" : String(value));
  }
  for (const child of children.flat(Infinity)) {
    if (child === null || child === undefined || child === false) continue;
    node.append(text(child));
  }
  return node;
}

/** Return a link to another page that lies beside this one; `./` leaves an address no scheme. */
function pageLink(path, words) {
  return el("a", { href: `./${path}` }, words);
}

/** Return a note for each kind that no register was given of: what is not known is not 0. */
function absentNotes(page) {
  return page.absent.map((line) => el("p", { class: "note absent" }, line));
}

/** Return an SVG element, in the same manner. */
function svg(tag, attributes, ...children) {
  const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes || {})) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

/** Return whether an object has a name of its own. */
function hasOwn(object, name) {
  return Object.prototype.hasOwnProperty.call(object, name);
}

/** Return the text of a page word with its {placeholders} filled. */
function fill(text, values) {
  return text.replace(/\{(\w+)\}/g, (whole, name) => (hasOwn(values, name) ? values[name] : whole));
}

/** Return [latitude, longitude] pairs of an encoded polyline (1e-5 degrees). */
function decodeLine(text) {
  const points = [];
  let at = 0, lat = 0, lon = 0;
  const next = () => {
    let value = 0, shift = 0, byte;
    do {
      byte = text.charCodeAt(at++) - 63;
      value |= (byte & 31) << shift;
      shift += 5;
    } while (byte >= 32);
    return value & 1 ? ~(value >> 1) : value >> 1;
  };
  while (at < text.length) {
    lat += next();
    lon += next();
    points.push([lat / 1e5, lon / 1e5]);
  }
  return points;
}

/** Return the raw bytes of a DEFLATE stream; for browsers without DecompressionStream. */
function inflateRaw(source) {
  const base = [3,4,5,6,7,8,9,10,11,13,15,17,19,23,27,31,35,43,51,59,67,83,99,115,131,163,195,227,258];
  const extra = [0,0,0,0,0,0,0,0,1,1,1,1,2,2,2,2,3,3,3,3,4,4,4,4,5,5,5,5,0];
  const farBase = [1,2,3,4,5,7,9,13,17,25,33,49,65,97,129,193,257,385,513,769,1025,1537,2049,3073,
    4097,6145,8193,12289,16385,24577];
  const order = [16,17,18,0,8,7,9,6,10,5,11,4,12,3,13,2,14,1,15];
  let out = new Uint8Array(source.length * 6 + 1024), size = 0, at = 0, bits = 0, held = 0;
  const take = (count) => {
    while (held < count) { bits |= source[at++] << held; held += 8; }
    const value = bits & ((1 << count) - 1);
    bits >>>= count; held -= count;
    return value;
  };
  const room = (count) => {
    if (size + count <= out.length) return;
    const larger = new Uint8Array((size + count) * 2);
    larger.set(out.subarray(0, size));
    out = larger;
  };
  const tree = (lengths) => {
    const count = new Uint16Array(16), start = new Uint16Array(16), symbols = [];
    for (const length of lengths) if (length) count[length]++;
    for (let i = 1; i < 16; i++) start[i] = start[i - 1] + count[i - 1];
    lengths.forEach((length, symbol) => { if (length) symbols[start[length]++] = symbol; });
    return { count, symbols };
  };
  const decode = ({ count, symbols }) => {
    let code = 0, first = 0, index = 0;
    for (let length = 1; length < 16; length++) {
      code |= take(1);
      if (code - first < count[length]) return symbols[index + code - first];
      index += count[length];
      first = (first + count[length]) << 1;
      code <<= 1;
    }
    throw new Error("inflate");
  };
  for (let last = 0; !last;) {
    last = take(1);
    const type = take(2);
    if (type === 0) {
      bits = 0; held = 0;
      const length = source[at] | (source[at + 1] << 8);
      at += 4;
      room(length);
      out.set(source.subarray(at, at + length), size);
      size += length; at += length;
      continue;
    }
    let near, far;
    if (type === 1) {
      near = tree(Array.from({ length: 288 }, (_, i) => (i < 144 ? 8 : i < 256 ? 9 : i < 280 ? 7 : 8)));
      far = tree(Array(30).fill(5));
    } else {
      const nearN = take(5) + 257, farN = take(5) + 1, orderN = take(4) + 4;
      const first = Array(19).fill(0);
      for (let i = 0; i < orderN; i++) first[order[i]] = take(3);
      const lengthTree = tree(first), lengths = [];
      while (lengths.length < nearN + farN) {
        const symbol = decode(lengthTree);
        if (symbol < 16) lengths.push(symbol);
        else {
          const value = symbol === 16 ? lengths[lengths.length - 1] : 0;
          const times = symbol === 16 ? 3 + take(2) : symbol === 17 ? 3 + take(3) : 11 + take(7);
          for (let i = 0; i < times; i++) lengths.push(value);
        }
      }
      near = tree(lengths.slice(0, nearN));
      far = tree(lengths.slice(nearN));
    }
    for (;;) {
      const symbol = decode(near);
      if (symbol === 256) break;
      room(260);
      if (symbol < 256) { out[size++] = symbol; continue; }
      const length = base[symbol - 257] + take(extra[symbol - 257]);
      const farSymbol = decode(far);
      const distance = farBase[farSymbol] + take(farSymbol < 2 ? 0 : (farSymbol >> 1) - 1);
      for (let i = 0; i < length; i++, size++) out[size] = out[size - distance];
    }
  }
  return out.subarray(0, size);
}

/** Return the bytes that a text holds in base64. */
function base64Bytes(text) {
  const binary = atob(text.trim()), bytes = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i);
  return bytes;
}

/** Return the bytes that an element of the page holds as gzip in base64. */
async function readBytes(id) {
  const bytes = base64Bytes(document.getElementById(id).textContent);
  if (typeof DecompressionStream !== "function") return inflateRaw(bytes.subarray(10));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** Return what an element of the page holds: plain JSON, or gzip in base64. */
async function readPayload(id) {
  const holder = document.getElementById(id);
  if (holder.dataset.encoding !== "gzip") return JSON.parse(holder.textContent);
  return JSON.parse(new TextDecoder().decode(await readBytes(id)));
}

/** Return the name of an outlet to show, marked when it serves its compound alone. */
function outletName({ facilities, words }, index) {
  const name = facilities.name[index];
  return facilities.residents_only.includes(index) ? fill(words.residents_only_name, { name }) : name;
}

/** Offer `content` to the reader as a file named `name`. */
function saveFile(name, content, type) {
  const blob = content instanceof Blob ? content : new Blob([content], { type });
  const link = el("a", { href: URL.createObjectURL(blob), download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}

/** Return a whole number with thousands separators; a dash when missing. */
function whole(value) {
  return value === null || value === undefined ? "–" : String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, ",");
}

/** Return a share between 0 and 1 as a percentage with one decimal. */
function percent(value) {
  return value === null || value === undefined ? "–" : `${(value * 100).toFixed(1)}%`;
}

const CROWD_WORDS = { population: "crowd_population", workers: "crowd_workers", passengers: "crowd_passengers" };
const CROWDS = Object.keys(CROWD_WORDS);

/** Return rows for a card: how many of each crowd there are, as far as `one` counts them. */
function crowdRows(words, one, prefix = "") {
  return CROWDS.filter((crowd) => one[prefix + crowd] !== undefined && one[prefix + crowd] !== null)
    .map((crowd) => [words[CROWD_WORDS[crowd]], fill(words.people, { people: whole(one[prefix + crowd]) })]);
}

/** Return the same in one line. */
function crowdText(words, one, prefix = "") {
  return crowdRows(words, one, prefix).map((row) => row.join(" ")).join(" · ");
}

/** Return which crowds are counted among some zones, places or sites. */
function crowdsOf(rows, prefix = "") {
  return CROWDS.filter((crowd) => rows.some((one) => one[prefix + crowd] !== undefined && one[prefix + crowd] !== null));
}

/** Return all people of a zone, place or site together. */
function everyone(one, prefix = "") {
  return CROWDS.reduce((sum, crowd) => sum + (one[prefix + crowd] || 0), 0);
}

/** Return rows as CSV that Chinese Excel opens: with BOM, CRLF, and no cell read as a formula. */
function csvText(rows) {
  const cell = (value) => {
    let text = value === null || value === undefined ? "" : String(value);
    if (/^[=+\-@\t\r]/.test(text) && !/^[+-]?[\d.,]+%?$/.test(text)) text = `'${text}`;
    return /[",\r\n]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text;
  };
  return `\ufeff${rows.map((row) => row.map(cell).join(",")).join("\r\n")}\r\n`;
}

/** Return the rows of a CSV text. */
function readCsv(text) {
  const rows = [[]];
  let cell = "", isQuoted = false;
  const source = text.replace(/^\ufeff/, "");
  for (let i = 0; i < source.length; i++) {
    const char = source[i];
    if (isQuoted) {
      if (char === '"' && source[i + 1] === '"') { cell += '"'; i++; }
      else if (char === '"') isQuoted = false;
      else cell += char;
    } else if (char === '"') isQuoted = true;
    else if (char === ",") { rows[rows.length - 1].push(cell); cell = ""; }
    else if (char === "\n") { rows[rows.length - 1].push(cell.replace(/\r$/, "")); cell = ""; rows.push([]); }
    else cell += char;
  }
  rows[rows.length - 1].push(cell);
  return rows.filter((row) => row.length > 1 || row[0] !== "");
}

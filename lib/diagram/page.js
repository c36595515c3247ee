// The page that `dbmig docs` writes and `dbmig serve` shows: draws the JSON of page_json()
// (lib/diagram/page.hpp). Text of a schema only ever becomes text nodes and attributes' values.
(function () {
'use strict';

const SVG = 'http://www.w3.org/2000/svg';
const byId = id => document.getElementById(id);

/** An element with attributes and children; text stays text. */
function make(name, attributes, ...children) {
  const element = document.createElement(name);
  fill(element, attributes, children);
  return element;
}
function draw(name, attributes, ...children) {
  const element = document.createElementNS(SVG, name);
  fill(element, attributes, children);
  return element;
}
function fill(element, attributes, children) {
  for (const [key, value] of Object.entries(attributes || {})) {
    if (value === undefined || value === null || value === false) continue;
    if (key.startsWith('on')) element.addEventListener(key.slice(2), value);
    else element.setAttribute(key, value === true ? '' : value);
  }
  for (const child of children.flat()) {
    if (child === undefined || child === null || child === false) continue;
    element.append(child.nodeType ? child : document.createTextNode(child));
  }
}
function clear(element) { element.replaceChildren(); return element; }

// ---------------------------------------------------------------- sizes, as in picture.hpp

const HEADER = 30, ROW = 20, HEADER_CELL = 8, ROW_CELL = 7.3, MAX_CELLS = 40, MAX_TYPE_CELLS = 22;

function cells(text) {
  let count = 0;
  for (const c of text) count += c.codePointAt(0) >= 0x1100 && !(c >= '\u2000' && c < '\u3000') ? 2 : 1;
  return count;
}
function cut(text, most) {
  if (cells(text) <= most) return text;
  let used = 0, result = '';
  for (const c of text) {
    const width = cells(c);
    if (used + width > most - 1) break;
    used += width;
    result += c;
  }
  return result + '…';
}

// ---------------------------------------------------------------- what is shown

let data = null;
const tableCache = new Map();

/** Version `index` of a table, with its columns in it. */
function version(index) {
  if (index === undefined || index === null) return null;
  if (!tableCache.has(index)) {
    const table = Object.assign({}, data.tables[index]);
    table.columnIds = table.columns;
    table.columns = table.columns.map(id => data.columns[id]);
    for (const list of ['uniques', 'indexes', 'foreign_keys', 'checks', 'primary_key']) {
      table[list] = table[list] || [];
    }
    tableCache.set(index, table);
  }
  return tableCache.get(index);
}

const state = {
  detail: 'columns', x: 0, y: 0, k: 1,
  selected: null, focus: null, hops: 1,
  revision: null, against: false,
  pinned: { names: {}, keys: {}, columns: {} }, dirty: false,
};

/** name → version number, at revision `index`. */
function schemaAt(index) {
  const chain = [];
  for (let i = index; i !== undefined; i = data.revisions[i].base) chain.push(i);
  const tables = new Map();
  const apply = changes => {
    for (const [name, id] of Object.entries(changes || {})) {
      if (id === null) tables.delete(name); else tables.set(name, id);
    }
  };
  for (const i of chain.reverse()) {
    apply(data.revisions[i].before);
    apply(data.revisions[i].tables);
  }
  return tables;
}

function schemaBefore(index) {
  const revision = data.revisions[index];
  const tables = revision.base === undefined ? new Map() : schemaAt(revision.base);
  for (const [name, id] of Object.entries(revision.before || {})) {
    if (id === null) tables.delete(name); else tables.set(name, id);
  }
  return tables;
}

/** Two schemas, name → version: equal where nothing is compared. */
function shownSchemas() {
  if (state.revision !== null) {
    return [schemaBefore(state.revision), schemaAt(state.revision)];
  }
  const now = new Map(Object.entries(data.schema));
  if (state.against && data.against) {
    const other = new Map(now);
    for (const [name, id] of Object.entries(data.against.tables)) {
      if (id === null) other.delete(name); else other.set(name, id);
    }
    return [now, other];
  }
  return [now, now];
}

/** What a table is called before the shown revision. */
function oldName(name) {
  const renamed = state.revision !== null && data.revisions[state.revision].renamed;
  return renamed && renamed[name] || name;
}

/** The tables to show: name → {table, before, change}. */
function shownTables() {
  const [before, after] = shownSchemas();
  const shown = new Map();
  const renamed = new Set();
  for (const [name, id] of after) {
    const old = oldName(name);
    const earlier = before.get(old);
    if (old !== name) renamed.add(old);
    const change = earlier === undefined ? 'added' : earlier !== id ? 'changed' : '';
    shown.set(name, { name, table: version(id), before: version(earlier), change });
  }
  for (const [name, id] of before) {
    if (after.has(name) || renamed.has(name)) continue;
    shown.set(name, { name, table: version(id), before: version(id), change: 'removed' });
  }
  return shown;
}

/** The lines of a table's box, with what became of each. */
function rowsOf(entry, detail) {
  if (detail === 'names') return [];
  const { table, before, change } = entry;
  const foreign = new Set(table.foreign_keys.flatMap(key => key.columns));
  const unique = new Set(table.uniques.concat(table.indexes.filter(index => index.unique))
    .flatMap(key => key.columns));
  const primary = new Set(table.primary_key);
  const revision = state.revision !== null ? data.revisions[state.revision] : null;
  const renames = revision && revision.renamed_columns &&
    (revision.renamed_columns[table.name] || revision.renamed_columns[oldName(table.name)]) || {};
  const rows = [];
  const old = new Map();
  if (change === 'changed') before.columns.forEach((column, i) => old.set(column.name, before.columnIds[i]));
  table.columns.forEach((column, i) => {
    let difference = '';
    if (change === 'changed') {
      const earlier = old.get(renames[column.name] || column.name);
      difference = earlier === undefined ? 'added' : earlier !== table.columnIds[i] ? 'changed' : '';
    } else {
      difference = change;
    }
    const row = { name: column.name, type: column.type || '', required: column.required, difference,
      mark: primary.has(column.name) ? 'PK' : foreign.has(column.name) ? 'FK' : unique.has(column.name) ? 'UQ' : '' };
    if (detail === 'columns' || row.mark || (difference && change === 'changed')) rows.push(row);
  });
  if (change === 'changed') {
    const kept = new Set(table.columns.map(column => renames[column.name] || column.name));
    for (const column of before.columns) {
      if (!kept.has(column.name)) {
        rows.push({ name: column.name, type: column.type || '', difference: 'removed', mark: '' });
      }
    }
  }
  return rows;
}

function sizeOf(name, rows, detail) {
  let width = HEADER_CELL * Math.min(cells(name), MAX_CELLS) + 24;
  if (rows.length) {
    const names = Math.max(...rows.map(row => Math.min(cells(row.name), MAX_CELLS)));
    const types = Math.max(...rows.map(row => Math.min(cells(row.type), MAX_TYPE_CELLS)));
    width = Math.max(width, 30 + names * ROW_CELL + (detail === 'columns' ? types * ROW_CELL + 12 : 0) + 12);
  }
  return [Math.ceil(Math.max(90, width)), HEADER + ROW * rows.length + (rows.length ? 6 : 0)];
}

// ---------------------------------------------------------------- where it stands

let nodes = new Map();   // name → {name, entry, rows, x, y, w, h, home}
let links = [];          // {from, to, key, path, home, flags, change, element}
let areas = [];

/** Places of all shown tables in the layout that came with the page; new ones go below it. */
function placeAll(shown) {
  const layout = data.layouts[state.detail];
  const place = new Map(data.places.map((name, i) => [name, layout.boxes[i]]));
  const pinned = state.pinned[state.detail];
  nodes = new Map();
  const strangers = [];
  for (const [name, entry] of shown) {
    const rows = rowsOf(entry, state.detail);
    const [w, h] = sizeOf(name, rows, state.detail);
    const box = place.get(name) || place.get(oldName(name));
    const node = { name, entry, rows, w, h, home: false };
    if (pinned[name]) {
      [node.x, node.y] = pinned[name];
      node.pinned = true;
      node.home = !!box && box[0] === node.x && box[1] === node.y;
    } else if (box) {
      [node.x, node.y] = box;
      node.w = Math.max(w, box[2]);
      node.home = true;
    } else {
      strangers.push(node);
    }
    if (node.x !== undefined) nodes.set(name, node);
  }
  let x = 24, y = layout.height + 60, row = 0;
  const limit = Math.max(layout.width, 900);
  for (const node of strangers) {
    if (x > 24 && x + node.w > limit) { x = 24; y += row + 28; row = 0; }
    node.x = x; node.y = y;
    x += node.w + 28;
    row = Math.max(row, node.h);
    nodes.set(node.name, node);
  }
  makeRoom();
  areas = layout.areas.map(([name, ax, ay, w, h]) => ({ name, x: ax, y: ay, w, h }));
}

/** Boxes that are taller than in the layout push those below them down. */
function makeRoom() {
  const [before, after] = shownSchemas();
  if (before === after) return;
  const order = [...nodes.values()].sort((a, b) => a.y - b.y || a.x - b.x);
  const done = [];
  for (const node of order) {
    for (let again = true; again && !node.pinned;) {
      again = false;
      for (const other of done) {
        if (node.x < other.x + other.w && other.x < node.x + node.w &&
            node.y < other.y + other.h + 8 && other.y < node.y + node.h) {
          node.y = other.y + other.h + 20;
          node.home = false;
          again = true;
        }
      }
    }
    done.push(node);
  }
}

/** Tables around `name` that keys lead to in `hops` steps: name → signed column. */
function around(name, hops, shown) {
  const near = new Map();
  const add = (a, b, step) => { if (!near.has(a)) near.set(a, []); near.get(a).push([b, step]); };
  for (const [from, entry] of shown) {
    for (const key of entry.table.foreign_keys) {
      if (!shown.has(key.table) || key.table === from) continue;
      add(from, key.table, -1);
      add(key.table, from, 1);
    }
  }
  const column = new Map([[name, 0]]);
  let edge = [name];
  for (let i = 0; i < hops; ++i) {
    const next = [];
    for (const table of edge) {
      for (const [other, step] of near.get(table) || []) {
        if (column.has(other)) continue;
        column.set(other, column.get(table) + step);
        next.push(other);
      }
    }
    edge = next;
  }
  return column;
}

/** The focused table in the middle, what it refers to at its left, what refers to it at its right. */
function placeAround(shown) {
  const columns = new Map();
  for (const [name, column] of around(state.focus, state.hops, shown)) {
    if (!columns.has(column)) columns.set(column, []);
    const entry = shown.get(name);
    const rows = rowsOf(entry, state.detail);
    const [w, h] = sizeOf(name, rows, state.detail);
    columns.get(column).push({ name, entry, rows, w, h, home: false });
  }
  nodes = new Map();
  areas = [];
  let x = 0;
  for (const column of [...columns.keys()].sort((a, b) => a - b)) {
    const list = columns.get(column);
    // Many in one column are set in several beside each other.
    const height = list.reduce((sum, node) => sum + node.h + 24, 0);
    const parts = Math.max(1, Math.round(Math.sqrt(height / 1400)));
    const size = Math.ceil(list.length / parts);
    for (let begin = 0; begin < list.length; begin += size) {
      const part = list.slice(begin, begin + size);
      let y = -part.reduce((sum, node) => sum + node.h + 24, -24) / 2;
      for (const node of part) {
        node.x = x; node.y = Math.round(y);
        y += node.h + 24;
        nodes.set(node.name, node);
      }
      x += Math.max(...part.map(node => node.w)) + (begin + size < list.length ? 40 : 110);
    }
  }
}

function place() {
  const shown = shownTables();
  if (state.focus && !shown.has(state.focus)) state.focus = null;
  if (state.focus) placeAround(shown); else placeAll(shown);
  findLinks(shown);
}

function portOf(node, column) {
  const i = node.rows.findIndex(row => row.name === column);
  return node.y + (i < 0 ? HEADER / 2 : HEADER + ROW * (i + 0.5) + 2);
}

function findLinks(shown) {
  const homes = new Map();
  data.links.forEach(([from, to, key, flags], i) => {
    homes.set(data.places[from] + '\0' + key, { to: data.places[to], path: data.layouts[state.detail].links[i], flags });
  });
  links = [];
  const add = (from, key, change) => {
    if (!nodes.has(from) || !nodes.has(key.table) || !key.columns.length) return;
    const home = homes.get(from + '\0' + key.name);
    links.push({ from, to: key.table, key, change,
      home: home && home.to === key.table ? home.path : null });
  };
  for (const [name, entry] of shown) {
    const same = key => entry.before.foreign_keys.find(other => JSON.stringify(other) === JSON.stringify(key));
    for (const key of entry.table.foreign_keys) {
      const change = entry.change === 'changed' ? (same(key) ? '' : 'added') : entry.change;
      add(name, key, change);
    }
    if (entry.change === 'changed') {
      for (const key of entry.before.foreign_keys) {
        if (!entry.table.foreign_keys.some(other => other.name === key.name)) add(name, key, 'removed');
      }
    }
  }
  routeLinks();
}

/** A line from one side of a box to one side of another. */
function straightRoute(link) {
  const a = nodes.get(link.from), b = nodes.get(link.to);
  let y1 = portOf(a, link.key.columns[0]);
  const y2 = portOf(b, link.key.referenced[0]);
  if (a === b) {
    const x = a.x + a.w;
    if (y1 === y2) y1 += 5;
    return { path: `M${x} ${y1}C${x + 26} ${y1} ${x + 26} ${y2} ${x} ${y2}`, a: [x, y1, 1], b: [x, y2, 1] };
  }
  let out, into;
  if (b.x >= a.x + a.w + 16) { out = 1; into = -1; }
  else if (b.x + b.w + 16 <= a.x) { out = -1; into = 1; }
  else { out = into = Math.abs(a.x + a.w - b.x - b.w) <= Math.abs(a.x - b.x) ? 1 : -1; }
  const x1 = out > 0 ? a.x + a.w : a.x, x2 = into > 0 ? b.x + b.w : b.x;
  let c1, c2;
  if (out === into) {
    const reach = Math.max(24, Math.min(80, Math.abs(y2 - y1) / 4));
    c1 = c2 = out > 0 ? Math.max(x1, x2) + reach : Math.min(x1, x2) - reach;
  } else {
    const half = Math.abs(x2 - x1) / 2;
    c1 = x1 + out * half; c2 = x2 + into * half;
  }
  return { path: `M${x1} ${y1}C${c1} ${y1} ${c2} ${y2} ${x2} ${y2}`, a: [x1, y1, out], b: [x2, y2, into] };
}

/** Where a drawn path begins and ends, and the side of each end. */
function endsOf(path) {
  const numbers = path.match(/-?\d+/g).map(Number);
  const steps = path.match(/[HC][^HC]*/g);
  const first = [numbers[0], numbers[1]];
  let at = first.slice(), before = first;
  for (const step of steps) {
    const values = step.slice(1).split(' ').map(Number);
    if (step[0] === 'H') { before = at; at = [values[0], at[1]]; }
    else { before = [values[2], values[3]]; at = [values[4], values[5]]; }
  }
  const second = steps[0][0] === 'H' ? Number(steps[0].slice(1)) : Number(steps[0].slice(1).split(' ')[0]);
  return { a: [first[0], first[1], second >= first[0] ? 1 : -1],
           b: [at[0], at[1], before[0] >= at[0] ? 1 : -1] };
}

function routeLinks() {
  for (const link of links) {
    const a = nodes.get(link.from), b = nodes.get(link.to);
    const home = link.home && a.home && b.home && !state.focus ? endsOf(link.home) : null;
    // The page's own line, unless a column that it is fastened to has moved in its box.
    const fits = home && (a === b || (Math.abs(home.a[1] - portOf(a, link.key.columns[0])) < 1 &&
      Math.abs(home.b[1] - portOf(b, link.key.referenced[0])) < 1));
    link.route = fits ? Object.assign({ path: link.home }, home) : straightRoute(link);
  }
}

function isKey(table, columns) {
  const wanted = [...columns].sort().join('\0');
  return [table.primary_key, ...table.uniques.map(u => u.columns),
    ...table.indexes.filter(i => i.unique && !i.where).map(i => i.columns)]
    .some(key => [...key].sort().join('\0') === wanted);
}

// ---------------------------------------------------------------- drawing

const svg = byId('svg');
const layer = {};
let boxElements = new Map();
let far = false;

function setUp() {
  clear(svg);
  layer.root = draw('g', {});
  for (const name of ['areas', 'links', 'ends', 'boxes']) {
    layer[name] = draw('g', {});
    layer.root.append(layer[name]);
  }
  svg.append(layer.root);
}

function paint() {
  boxElements = new Map();
  clear(layer.boxes);
  paintAreas();
  paintLinks();
  move();
  byId('empty').hidden = nodes.size > 0;
  byId('empty').textContent = state.revision === null ? 'No tables.' : 'No tables at this revision.';
}

function paintAreas() {
  clear(layer.areas);
  for (const area of areas) {
    const label = draw('text', { class: 'area-name', x: area.x + 4, y: area.y - 9,
      onclick: () => show(area.x, area.y, area.w, area.h) }, cut(area.name, 60));
    label.dataset.width = area.w;
    layer.areas.append(draw('rect', { class: 'area', x: area.x, y: area.y, width: area.w, height: area.h, rx: 10 }), label);
  }
}

function paintLinks() {
  clear(layer.links);
  clear(layer.ends);
  let ends = '', zeros = '';
  for (const link of links) {
    const { path, a, b } = link.route;
    const isLong = areas.length > 0 && areaOf(link.from) !== areaOf(link.to);
    link.element = draw('path', { class: `link ${link.change}${isLong ? ' long' : ''}`, d: path });
    layer.links.append(link.element);
    const child = nodes.get(link.from).entry.table;
    if (isKey(child, link.key.columns)) ends += `M${a[0] + a[2] * 7} ${a[1] - 5}v10`;
    else ends += `M${a[0]} ${a[1] - 5}L${a[0] + a[2] * 10} ${a[1]}L${a[0]} ${a[1] + 5}`;
    ends += `M${b[0] + b[2] * 6} ${b[1] - 5}v10`;
    const optional = link.key.columns.some(name => {
      const column = child.columns.find(one => one.name === name);
      return column && !column.required;
    });
    if (optional) zeros += `M${b[0] + b[2] * 12.5 - 3.5} ${b[1]}a3.5 3.5 0 1 0 7 0a3.5 3.5 0 1 0 -7 0`;
    else ends += `M${b[0] + b[2] * 10} ${b[1] - 5}v10`;
  }
  layer.ends.append(draw('path', { class: 'ends', d: ends }), draw('path', { class: 'ends zero', d: zeros }));
  paintSelection();
}

function areaOf(name) {
  const node = nodes.get(name);
  return areas.find(area => node.x >= area.x && node.x < area.x + area.w && node.y >= area.y && node.y < area.y + area.h);
}

/** The box of a table: with its columns near, with its name alone, as large as fits, from far. */
function boxOf(node) {
  const { entry, w, h } = node;
  const group = draw('g', { class: `box ${entry.change}`, transform: `translate(${node.x} ${node.y})`, tabindex: -1 });
  group.dataset.name = node.name;
  const note = entry.table.comment ? `${node.name}: ${entry.table.comment}` : node.name;
  group.append(draw('title', {}, note), draw('rect', { class: 'frame', width: w, height: h, rx: 5 }));
  if (far) {
    const size = Math.min(13 / state.k, 20, (w - 8) / (Math.min(cells(node.name), MAX_CELLS) * 0.62), h * 0.7);
    group.append(draw('rect', { class: 'head', x: 1, y: 1, width: w - 2, height: h - 2, rx: 5 }),
      draw('text', { class: 'name', x: 4, y: Math.min(h / 2, size) + size * 0.36, 'font-size': Math.max(size, 8) }, cut(node.name, MAX_CELLS)));
    return group;
  }
  group.append(draw('rect', { class: 'head', x: 1, y: 1, width: w - 2, height: HEADER - 2, rx: 4 }),
    draw('text', { class: 'name', x: 12, y: 20, 'font-size': 13 }, cut(node.name, MAX_CELLS)));
  if (node.pinned) group.append(draw('text', { class: 'pin', x: w - 4, y: 11 }, '•'));
  node.rows.forEach((row, i) => {
    const y = HEADER + 16 + ROW * i;
    if (row.mark) group.append(draw('text', { class: 'mark', x: 8, y: y - 1 }, row.mark));
    const change = entry.change === 'changed' ? row.difference : '';
    group.append(draw('text', { class: `column ${change} ${row.required ? 'required' : ''}`, x: 30, y }, cut(row.name, MAX_CELLS)));
    if (state.detail === 'columns' && row.type) {
      group.append(draw('text', { class: 'type', x: w - 12, y }, cut(row.type, MAX_TYPE_CELLS)));
    }
  });
  return group;
}

let waiting = false;
/** Puts the drawing where state.x, y and k say, and draws the boxes that come into sight. */
function move() {
  layer.root.setAttribute('transform', `translate(${state.x} ${state.y}) scale(${state.k})`);
  if (waiting) return;
  waiting = true;
  requestAnimationFrame(() => { waiting = false; paintSight(); });
}

function paintSight() {
  const isFar = state.k < (state.detail === 'names' ? 0.75 : 0.5);
  if (isFar !== far || (isFar && Math.abs(Math.log(state.k / (paintSight.k || state.k))) > 0.15)) {
    boxElements = new Map();
    clear(layer.boxes);
    paintSight.k = state.k;
  }
  far = isFar;
  if (!paintSight.k) paintSight.k = state.k;
  svg.classList.toggle('far', state.k < 0.4);
  for (const label of layer.areas.querySelectorAll('text')) {
    const size = Math.min(Math.max(15, 15 / state.k), 46, label.dataset.width / (label.textContent.length * 0.62 + 3));
    label.setAttribute('font-size', Math.max(12, size));
  }
  const { width, height } = svg.getBoundingClientRect();
  const left = -state.x / state.k - 100, top = -state.y / state.k - 100;
  const right = left + width / state.k + 200, bottom = top + height / state.k + 200;
  for (const node of nodes.values()) {
    const seen = node.x < right && node.x + node.w > left && node.y < bottom && node.y + node.h > top;
    const element = boxElements.get(node.name);
    if (seen && !element) {
      const box = boxOf(node);
      boxElements.set(node.name, box);
      layer.boxes.append(box);
    } else if (!seen && element) {
      element.remove();
      boxElements.delete(node.name);
    }
  }
  paintSelection();
}

function paintSelection() {
  const near = new Set();
  for (const link of links) {
    const isHot = state.selected !== null && (link.from === state.selected || link.to === state.selected);
    if (isHot) { near.add(link.from); near.add(link.to); }
    if (link.element) link.element.classList.toggle('hot', isHot);
  }
  for (const [name, element] of boxElements) {
    element.classList.toggle('selected', name === state.selected);
    element.classList.toggle('near', near.has(name));
  }
  svg.classList.toggle('dimmed', state.selected !== null && nodes.has(state.selected) && nodes.size > 12);
  for (const item of byId('list').querySelectorAll('a')) {
    item.classList.toggle('selected', item.dataset.name === state.selected);
  }
}

// ---------------------------------------------------------------- moving about

function bounds() {
  let left = Infinity, top = Infinity, right = -Infinity, bottom = -Infinity;
  const take = (x, y, w, h) => {
    left = Math.min(left, x); top = Math.min(top, y);
    right = Math.max(right, x + w); bottom = Math.max(bottom, y + h);
  };
  for (const node of nodes.values()) take(node.x, node.y, node.w, node.h);
  for (const area of areas) take(area.x, area.y - 40, area.w, area.h + 40);
  return left === Infinity ? [0, 0, 100, 100] : [left, top, right - left, bottom - top];
}
function show(x, y, w, h, most) {
  const { width, height } = svg.getBoundingClientRect();
  state.k = Math.max(0.02, Math.min(most || 1.4, (width - 40) / w, (height - 40) / h));
  state.x = (width - w * state.k) / 2 - x * state.k;
  state.y = (height - h * state.k) / 2 - y * state.k;
  move();
}
function fitAll() { show(...bounds(), 1.2); }
function zoom(factor, cx, cy) {
  const { width, height } = svg.getBoundingClientRect();
  if (cx === undefined) { cx = width / 2; cy = height / 2; }
  const k = Math.max(0.02, Math.min(4, state.k * factor));
  state.x = cx - (cx - state.x) * k / state.k;
  state.y = cy - (cy - state.y) * k / state.k;
  state.k = k;
  move();
}
function goTo(name) {
  const node = nodes.get(name);
  if (!node) return;
  const { width, height } = svg.getBoundingClientRect();
  state.k = Math.max(state.k, Math.min(1, (height - 60) / node.h));
  if (state.k < 0.7) state.k = Math.min(1, Math.max(0.7, (height - 60) / node.h));
  state.x = width / 2 - (node.x + node.w / 2) * state.k;
  state.y = Math.max(30 - node.y * state.k, height / 2 - (node.y + node.h / 2) * state.k);
  move();
}
function refresh(keepView) {
  place();
  paint();
  paintList();
  paintBar();
  if (!keepView) fitAll();
}

// ---------------------------------------------------------------- bar, list, legend

function paintBar() {
  for (const button of byId('details').querySelectorAll('button')) {
    button.setAttribute('aria-pressed', String(button.dataset.detail === state.detail));
  }
  byId('history-button').hidden = !data.revisions.length;
  byId('history-button').setAttribute('aria-pressed', String(!byId('history').hidden));
  byId('compare-button').hidden = !data.against;
  byId('compare-button').setAttribute('aria-pressed', String(state.against && state.revision === null));
  byId('save-layout').hidden = !state.dirty;
  const bar = clear(byId('focus-bar'));
  bar.hidden = !state.focus;
  if (state.focus) {
    bar.append(make('b', { class: 'mono' }, state.focus), 'and what is within',
      make('button', { title: 'One step less ([)', onclick: () => setHops(-1) }, '−'), String(state.hops),
      make('button', { title: 'One step more (])', onclick: () => setHops(1) }, '+'),
      state.hops === 1 ? 'step' : 'steps',
      make('button', { title: 'Show everything (Esc)', onclick: () => setFocus(null) }, '×'));
  }
  const legend = clear(byId('legend'));
  const isCompared = state.revision !== null || state.against;
  svg.classList.toggle('quiet', isCompared && [...nodes.values()].some(node => node.entry.change));
  legend.hidden = !isCompared;
  if (isCompared) {
    const words = state.revision !== null
      ? ['new in this revision', 'gone with it', 'changed by it']
      : [`only in ${data.against.label}`, `missing in ${data.against.label}`, 'different'];
    ['added', 'removed', 'changed'].forEach((kind, i) => {
      const count = [...nodes.values()].filter(node => node.entry.change === kind).length;
      legend.append(make('span', {}, make('i', { class: kind }), `${words[i]} (${count})`));
    });
  }
}

function paintList() {
  const list = clear(byId('list'));
  const word = byId('search').value.trim().toLowerCase();
  const shown = [...shownTables().values()].sort((a, b) => a.name < b.name ? -1 : a.name > b.name ? 1 : 0);
  const found = shown.filter(entry => !word || matches(entry, word));
  list.append(make('h2', {}, `${found.length} ${found.length === 1 ? 'table' : 'tables'}` +
    (found.length < shown.length ? ` of ${shown.length}` : '')));
  for (const entry of found) {
    const item = make('a', { tabindex: 0, title: entry.table.comment || entry.name, onclick: () => open(entry.name),
      onkeydown: event => { if (event.key === 'Enter') open(entry.name); },
      ondblclick: () => setFocus(entry.name) },
      entry.change && make('i', { class: entry.change, title: entry.change }, ''), entry.name);
    if (entry.change) item.firstChild.textContent = { added: '+', removed: '−', changed: '~' }[entry.change];
    item.dataset.name = entry.name;
    list.append(item);
  }
  if (!word && state.revision === null) {
    const more = (title, items, text) => {
      if (!items.length) return;
      list.append(make('h2', {}, title));
      for (const one of items) {
        list.append(make('a', { tabindex: 0, onclick: () => openOther(title, one) }, text(one)));
      }
    };
    more('Views', data.views, view => view.name);
    more('Routines', data.routines, routine => routine.name);
  }
  paintSelection();
}

// ---------------------------------------------------------------- search

function matches(entry, word) {
  return entry.name.toLowerCase().includes(word) ||
    (entry.table.comment || '').toLowerCase().includes(word) ||
    entry.table.columns.some(column => column.name.toLowerCase().includes(word) ||
      (column.comment || '').toLowerCase().includes(word));
}

/** Tables first whose name begins with the word, then those that have it, then columns. */
function findAll(word) {
  const found = [];
  for (const entry of shownTables().values()) {
    const name = entry.name.toLowerCase();
    if (name.includes(word)) {
      found.push({ rank: name === word ? 0 : name.startsWith(word) ? 1 : 2, table: entry.name, note: entry.table.comment });
    } else if ((entry.table.comment || '').toLowerCase().includes(word)) {
      found.push({ rank: 5, table: entry.name, note: entry.table.comment });
    }
    for (const column of entry.table.columns) {
      if (column.name.toLowerCase().includes(word)) {
        found.push({ rank: column.name.toLowerCase() === word ? 3 : 4, table: entry.name, column: column.name, note: column.type });
      } else if ((column.comment || '').toLowerCase().includes(word)) {
        found.push({ rank: 6, table: entry.name, column: column.name, note: column.comment });
      }
    }
  }
  found.sort((a, b) => a.rank - b.rank || (a.table < b.table ? -1 : a.table > b.table ? 1 : 0));
  return found;
}

let results = [], marked = 0;
function search() {
  const word = byId('search').value.trim().toLowerCase();
  results = word ? findAll(word).slice(0, 60) : [];
  marked = 0;
  paintResults();
  paintList();
}
function paintResults() {
  const box = clear(byId('results'));
  box.hidden = !results.length;
  results.forEach((result, i) => {
    const item = make('li', { class: i === marked ? 'on' : '', onmousedown: event => { event.preventDefault(); choose(i); } },
      make('span', { class: 'mono' }, result.table + (result.column ? '.' + result.column : '')),
      result.note && make('small', {}, result.note));
    box.append(item);
    if (i === marked) item.scrollIntoView({ block: 'nearest' });
  });
}
function choose(i) {
  const result = results[i];
  if (!result) return;
  byId('search').value = '';
  byId('search').blur();
  search();
  if (state.focus && !nodes.has(result.table)) setFocus(null);
  open(result.table);
}

// ---------------------------------------------------------------- one table

const panelExtras = [];

function open(name) {
  if (!shownTables().has(name)) return;
  if (!nodes.has(name)) setFocus(null);
  select(name);
  goTo(name);
}
function select(name) {
  state.selected = name;
  paintPanel();
  paintSelection();
  paintTouched();
  const hash = name === null ? '' : '#table=' + encodeURIComponent(name);
  if (location.hash !== hash) history.replaceState(null, '', hash || location.pathname + location.search);
}
function tableLink(name) {
  return shownTables().has(name) ? make('a', { class: 'mono', tabindex: 0, onclick: () => open(name) }, name)
    : make('span', { class: 'mono' }, name);
}
function sqlBlock(sql) {
  if (typeof sql === 'string') return [make('pre', {}, sql)];
  return Object.entries(sql).map(([kind, text]) =>
    make('div', {}, make('small', { class: 'soft' }, kind), make('pre', {}, text)));
}
function sqlLine(sql) {
  if (typeof sql === 'string') return sql;
  return Object.entries(sql).map(([kind, text]) => `${kind}: ${text}`).join(' · ');
}
function section(panel, title, items) {
  items = items.filter(Boolean);
  if (!items.length) return;
  panel.append(make('h3', {}, title), make('ul', {}, items.map(item => item.tagName === 'LI' ? item : make('li', {}, item))));
}
const kindName = kind => ({ sqlite: 'SQLite', mariadb: 'MariaDB' })[kind] || kind;

function columnsTable(entry) {
  const rows = new Map(rowsOf(entry, 'columns').map(row => [row.name, row]));
  const columns = entry.table.columns.slice();
  if (entry.change === 'changed') {
    for (const row of rows.values()) {
      if (row.difference === 'removed') columns.push(entry.before.columns.find(column => column.name === row.name));
    }
  }
  const differs = kind => columns.some(column => column[kind] && column[kind] !== column.type);
  const kinds = data.dialects.filter(differs);
  const table = make('table', {}, make('tr', {}, make('th', {}, 'Column'), make('th', {}, 'Type'),
    kinds.map(kind => make('th', {}, kindName(kind)))));
  for (const column of columns) {
    const row = rows.get(column.name) || {};
    const notes = [];
    if (!column.required) notes.push('may be NULL');
    if (column.autoincrement) notes.push('counts up by itself');
    if (column.default !== undefined) notes.push(`default ${column.default}`);
    if (column.generated) notes.push(`${column.stored ? 'stored' : 'computed'}: ${sqlLine(column.generated)}`);
    if (column.on_update) notes.push(`on update ${column.on_update}`);
    if (column.collation || column.charset) notes.push(column.collation || column.charset);
    if (column.invisible) notes.push('invisible');
    const change = entry.change === 'changed' ? row.difference : '';
    const old = change === 'changed' && entry.before.columns.find(one => one.name === column.name);
    if (old && old.type !== column.type) notes.push(`was ${old.type}`);
    table.append(make('tr', { class: change || null },
      make('td', {}, row.mark && make('span', { class: 'badge' }, row.mark), make('span', { class: 'mono' }, column.name),
        column.comment && make('div', {}, column.comment),
        notes.length > 0 && make('div', { class: 'soft' }, notes.join(' · '))),
      make('td', { class: 'mono' }, column.type || '(any)'),
      kinds.map(kind => make('td', { class: 'mono soft' }, column[kind] !== column.type && column[kind] || ''))));
  }
  return table;
}

/** The revisions that changed a table, newest first; a renamed table has those of its old name. */
function touching(name) {
  const list = [];
  let known = name;
  for (let i = data.revisions.length - 1; i >= 0; --i) {
    const revision = data.revisions[i];
    if (revision.tables[known] === undefined) continue;
    list.push(i);
    if (revision.renamed && revision.renamed[known]) known = revision.renamed[known];
  }
  return list;
}

function paintPanel() {
  const panel = clear(byId('panel'));
  const entry = state.selected !== null ? shownTables().get(state.selected) : null;
  panel.hidden = !entry;
  if (!entry) return;
  const { table } = entry;
  panel.append(make('button', { class: 'close', title: 'Close (Esc)', onclick: () => select(null) }, '×'),
    make('h2', {}, table.name));
  if (table.comment) panel.append(make('div', {}, table.comment));
  const top = make('div', { class: 'top' });
  top.append(make('button', { title: 'This table and its neighbours (f)', onclick: () => setFocus(table.name) }, 'Focus'));
  if (state.pinned[state.detail][table.name]) top.append(make('button', { onclick: () => unpin(table.name) }, 'Unpin'));
  panel.append(top, columnsTable(entry));

  const columns = list => list.join(', ');
  section(panel, 'Keys', [
    table.primary_key.length && make('span', {}, 'primary key ', make('span', { class: 'mono' }, columns(table.primary_key))),
    ...table.uniques.map(unique => make('span', {}, 'unique ', make('span', { class: 'mono' }, columns(unique.columns)),
      make('span', { class: 'soft' }, ' ' + unique.name))),
  ]);
  section(panel, 'Refers to', table.foreign_keys.map(key => make('span', {},
    make('span', { class: 'mono' }, columns(key.columns)), ' → ', tableLink(key.table),
    make('span', { class: 'mono' }, `(${columns(key.referenced)})`),
    make('span', { class: 'soft' }, [key.on_delete && ` on delete ${key.on_delete}`, key.on_update && ` on update ${key.on_update}`,
      ` ${key.name}`].filter(Boolean).join(',')))));
  const referring = [];
  for (const other of shownTables().values()) {
    for (const key of other.table.foreign_keys) {
      if (key.table !== table.name) continue;
      referring.push(make('span', {}, tableLink(other.name), make('span', { class: 'mono' }, `(${columns(key.columns)})`),
        key.on_delete && make('span', { class: 'soft' }, ` on delete ${key.on_delete}`)));
    }
  }
  section(panel, 'Referred to by', referring);
  section(panel, 'Indexes', table.indexes.map(index => make('span', {},
    make('span', { class: 'mono' }, `${index.name} (${columns(index.parts)})`),
    make('span', { class: 'soft' }, [index.unique && ' unique', index.kind && ` ${index.kind}`, index.where && ` where ${sqlLine(index.where)}`,
      index.comment && ` ${index.comment}`].filter(Boolean).join(',')))));
  section(panel, 'Checks', table.checks.map(check => make('span', {}, make('code', {}, sqlLine(check.sql)),
    make('span', { class: 'soft' }, ' ' + check.name))));
  const same = (a, b) => a.toLowerCase() === b.toLowerCase();
  section(panel, 'Triggers', data.triggers.filter(trigger => same(trigger.table, table.name)).map(trigger =>
    make('div', {}, make('span', { class: 'mono' }, trigger.name), sqlBlock(trigger.sql))));
  section(panel, 'Views that read it', data.views.filter(view => view.reads.some(read => same(read, table.name))).map(view =>
    make('div', {}, make('span', { class: 'mono' }, view.name), sqlBlock(view.sql))));
  section(panel, 'Options', (table.options || []).map(option => make('span', {}, option)));
  const touched = touching(table.name);
  section(panel, 'Revisions that touched it', touched.map(i => {
    const revision = data.revisions[i];
    return make('span', {}, make('a', { class: 'mono', tabindex: 0, onclick: () => { byId('history').hidden = false; setRevision(i); } }, revision.id),
      ' ' + revision.message, revision.created && make('span', { class: 'soft' }, ' ' + revision.created.slice(0, 10)));
  }));
  const findings = touched.flatMap(i => (data.revisions[i].findings || [])
    .filter(finding => finding.table === table.name || (data.revisions[i].renamed || {})[table.name] === finding.table)
    .map(finding => [finding, data.revisions[i]]));
  section(panel, 'Lint findings', findings.map(([finding, revision]) => make('span', {},
    make('b', { class: 'level-' + finding.level }, `${finding.code} `), finding.message,
    make('span', { class: 'soft' }, ` (${finding.level}, in ${revision.id})`))));
  for (const extra of panelExtras) {
    const node = extra(table, entry);
    if (node) panel.append(node);
  }
  panel.scrollTop = 0;
}

function openOther(title, one) {
  state.selected = null;
  paintSelection();
  const panel = clear(byId('panel'));
  panel.hidden = false;
  panel.append(make('button', { class: 'close', onclick: () => select(null) }, '×'), make('h2', {}, one.name),
    make('div', { class: 'soft' }, one.kind || 'view'), ...sqlBlock(one.sql));
  if (one.reads) section(panel, 'Reads', one.reads.map(tableLink));
}

// ---------------------------------------------------------------- focus, detail, pins

function setFocus(name) {
  state.focus = name;
  if (name !== null) { state.selected = name; paintPanel(); }
  refresh();
  if (name === null && state.selected !== null) goTo(state.selected);
}
function setHops(step) {
  if (!state.focus) return;
  state.hops = Math.max(1, Math.min(9, state.hops + step));
  refresh();
}
function setDetail(detail) {
  state.detail = detail;
  refresh();
  if (state.selected !== null) { paintPanel(); goTo(state.selected); }
}
function unpin(name) {
  delete state.pinned[state.detail][name];
  state.dirty = true;
  refresh(true);
  paintPanel();
}

/** A text as YAML takes it on one line. */
function yamlText(text) { return JSON.stringify(text).replace(/[\u007f-\u009f\u2028\u2029\ufeff]/g, c => '\\u' + c.charCodeAt(0).toString(16).padStart(4, '0')); }

function layoutFile() {
  const lines = ['# The layout of the diagram; read by `dbmig docs --layout FILE`.', `detail: ${state.detail}`];
  const groups = data.pinned.groups;
  if (groups.length) {
    lines.push('groups:');
    for (const [name, tables] of groups) lines.push(`  ${yamlText(name)}: [${tables.map(yamlText).join(', ')}]`);
  }
  const pinned = state.pinned[state.detail];
  const names = Object.keys(pinned).sort();
  lines.push(names.length ? 'tables:' : 'tables: {}');
  for (const name of names) lines.push(`  ${yamlText(name)}: [${pinned[name].join(', ')}]`);
  return lines.join('\n') + '\n';
}
function saveLayout() {
  const link = make('a', { href: URL.createObjectURL(new Blob([layoutFile()], { type: 'text/yaml' })), download: 'schema.layout.yaml' });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  state.dirty = false;
  paintBar();
}

// ---------------------------------------------------------------- history

function setRevision(index) {
  state.revision = index;
  if (index !== null) state.focus = null;
  const wasSelected = state.selected;
  refresh(true);
  if (wasSelected !== null && !shownTables().has(wasSelected)) select(null); else paintPanel();
  paintHistory();
}

function paintHistory() {
  const box = byId('history');
  if (box.hidden || !data.revisions.length) { paintBar(); return; }
  if (!box.firstChild) buildHistory(box);
  const count = data.revisions.length;
  const at = state.revision === null ? count : state.revision;
  box.querySelector('input').value = at;
  const inside = new Set();
  if (state.revision !== null) {
    const open = [state.revision];
    while (open.length) {
      const i = open.pop();
      if (inside.has(i)) continue;
      inside.add(i);
      open.push(...data.revisions[i].parents, ...(data.revisions[i].depends_on || []));
    }
  }
  box.querySelectorAll('circle').forEach((circle, i) => {
    circle.classList.toggle('on', i === state.revision);
    circle.classList.toggle('in', state.revision === null || inside.has(i));
    if (i === state.revision) {
      const graph = box.querySelector('.graph');
      const x = Number(circle.getAttribute('cx'));
      if (x < graph.scrollLeft + 30 || x > graph.scrollLeft + graph.clientWidth - 30) graph.scrollLeft = x - graph.clientWidth / 2;
    }
  });
  const what = clear(box.querySelector('.what'));
  if (state.revision === null) {
    what.append(make('div', {}, make('b', {}, data.subject), make('div', { class: 'soft' }, 'what the page shows; the slider goes back to any revision')));
  } else {
    const revision = data.revisions[state.revision];
    const facts = [revision.created && revision.created.replace('T', ' ').replace('Z', ' UTC'), revision.head && 'head',
      revision.labels && 'label ' + revision.labels.join(', '), revision.parents.length > 1 && 'merge'].filter(Boolean).join(' · ');
    what.append(make('div', {}, make('b', { class: 'mono' }, revision.id), ' ' + revision.message, make('div', { class: 'soft' }, facts),
      (revision.findings || []).map(finding => make('div', { class: 'level-' + finding.level }, `${finding.code} ${finding.message}`))),
      make('ul', {}, revision.operations.map(text => make('li', {}, text))));
  }
  paintTouched();
  paintBar();
}
function paintTouched() {
  if (!data) return;
  const touched = new Set(state.selected !== null ? touching(state.selected) : []);
  byId('history').querySelectorAll('circle').forEach((circle, i) => circle.classList.toggle('touches', touched.has(i)));
}

function buildHistory(box) {
  const count = data.revisions.length;
  const step = index => setRevision(Math.max(0, Math.min(count, index)) === count ? null : Math.max(0, index));
  const now = () => state.revision === null ? count : state.revision;
  box.append(make('div', { class: 'row' },
    make('button', { title: 'Revision before (←)', onclick: () => step(now() - 1) }, '◀'),
    make('input', { type: 'range', min: 0, max: count, step: 1, 'aria-label': 'Revision', oninput: event => step(Number(event.target.value)) }),
    make('button', { title: 'Next revision (→)', onclick: () => step(now() + 1) }, '▶'),
    make('button', { title: 'What the page is about', onclick: () => setRevision(null) }, 'Now')));
  const gap = count > 400 ? 14 : 24, lanes = Math.max(...data.revisions.map(revision => revision.lane)) + 1;
  const height = lanes * 18 + 8;
  const graph = draw('svg', { width: count * gap + 20, height });
  const x = i => 14 + i * gap, y = i => 13 + data.revisions[i].lane * 18;
  let path = '';
  data.revisions.forEach((revision, i) => {
    for (const parent of revision.parents) {
      // A line goes along the lane that is not the main one, and bends at its end.
      const a = [x(parent), y(parent)], b = [x(i), y(i)];
      if (a[1] === b[1]) path += `M${a[0]} ${a[1]}H${b[0]}`;
      else if (a[1] < b[1]) path += `M${a[0]} ${a[1]}C${a[0] + gap / 2} ${a[1]} ${a[0] + gap / 2} ${b[1]} ${a[0] + gap} ${b[1]}H${b[0]}`;
      else path += `M${a[0]} ${a[1]}H${b[0] - gap}C${b[0] - gap / 2} ${a[1]} ${b[0] - gap / 2} ${b[1]} ${b[0]} ${b[1]}`;
    }
  });
  graph.append(draw('path', { d: path }));
  data.revisions.forEach((revision, i) => graph.append(draw('circle', { cx: x(i), cy: y(i), r: 5.5, onclick: () => setRevision(i) },
    draw('title', {}, `${revision.id} ${revision.message}`))));
  box.append(make('div', { class: 'graph' }, graph), make('div', { class: 'what' }));
}

function toggleHistory() {
  const box = byId('history');
  box.hidden = !box.hidden;
  if (box.hidden && state.revision !== null) setRevision(null);
  paintHistory();
  fitAll();
}

// ---------------------------------------------------------------- theme and help

function setTheme(theme) {
  document.documentElement.dataset.theme = theme;
  try { localStorage.setItem('dbmig-theme', theme); } catch (error) { /* a page from a file may not keep anything */ }
}
function startTheme() {
  let theme = null;
  try { theme = localStorage.getItem('dbmig-theme'); } catch (error) { theme = null; }
  const wanted = new URLSearchParams(location.search).get('theme');
  theme = wanted || theme || (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light');
  document.documentElement.dataset.theme = theme === 'dark' ? 'dark' : 'light';
}
const keys = [
  ['/', 'search tables, columns and comments'], ['1 2 3', 'names, keys, all columns'], ['0', 'show everything'],
  ['+ −', 'nearer, farther'], ['← ↑ → ↓', 'move (in history: ← → go to the revision before and after)'],
  ['f', 'focus on the selected table and its neighbours'], ['[ ]', 'fewer or more steps around it'],
  ['h', 'history'], ['d', 'differences'], ['n p', 'next and previous table'], ['s', 'download the layout'], ['t', 'dark or light'], ['Esc', 'back'],
];
function paintHelp() {
  const help = clear(byId('help'));
  help.append(make('h3', {}, 'Keys'), make('table', {}, keys.map(([key, text]) => make('tr', {},
    make('td', {}, key.split(' ').flatMap(one => [make('kbd', {}, one), ' '])), make('td', {}, text)))),
    make('p', {}, 'Drag a table to pin it where you want it; double-click one to focus on it. Wheel or pinch to zoom.'),
    make('p', { class: 'soft' }, 'A line begins at a foreign key (crow’s foot: many rows; bar: at most one) and ends at what it refers to (ring: may refer to nothing).'),
    make('button', { onclick: () => help.close() }, 'Close'));
  help.showModal();
}

// ---------------------------------------------------------------- events

const pointers = new Map();
let drag = null;

function onPointerDown(event) {
  if (event.button > 0) return;
  pointers.set(event.pointerId, [event.clientX, event.clientY]);
  const box = event.target.closest('.box');
  drag = { x: event.clientX, y: event.clientY, moved: false, name: pointers.size === 1 && box ? box.dataset.name : null };
  if (event.target.closest('.area-name')) return;
  svg.setPointerCapture(event.pointerId);
}
function onPointerMove(event) {
  if (!pointers.has(event.pointerId) || !drag) return;
  const [px, py] = pointers.get(event.pointerId);
  const dx = event.clientX - px, dy = event.clientY - py;
  if (pointers.size === 2) {
    const [other] = [...pointers].filter(([id]) => id !== event.pointerId).map(([, at]) => at);
    const before = Math.hypot(px - other[0], py - other[1]);
    const after = Math.hypot(event.clientX - other[0], event.clientY - other[1]);
    const rect = svg.getBoundingClientRect();
    zoom(after / Math.max(before, 1), (event.clientX + other[0]) / 2 - rect.left, (event.clientY + other[1]) / 2 - rect.top);
    drag.moved = true;
  } else {
    if (Math.hypot(event.clientX - drag.x, event.clientY - drag.y) > 4) drag.moved = true;
    if (!drag.moved) return;
    if (drag.name !== null) dragBox(dx / state.k, dy / state.k);
    else { state.x += dx; state.y += dy; svg.classList.add('panning'); move(); }
  }
  pointers.set(event.pointerId, [event.clientX, event.clientY]);
}
function dragBox(dx, dy) {
  const node = nodes.get(drag.name);
  if (!node) return;
  node.x += dx; node.y += dy;
  node.home = false;
  node.pinned = true;
  const element = boxElements.get(drag.name);
  if (element) element.setAttribute('transform', `translate(${node.x} ${node.y})`);
  routeLinks();
  paintLinks();
}
function onPointerUp(event) {
  pointers.delete(event.pointerId);
  svg.classList.remove('panning');
  if (!drag || pointers.size) return;
  const { name, moved } = drag;
  drag = null;
  if (event.type === 'pointercancel') return;
  if (name !== null && moved) {
    const node = nodes.get(name);
    node.x = Math.round(node.x); node.y = Math.round(node.y);
    if (!state.focus && state.revision === null) {
      state.pinned[state.detail][name] = [node.x, node.y];
      state.dirty = true;
      paintBar();
    }
    paintLinks();
  } else if (!moved) {
    select(name);
  }
}

function onKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const target = event.target;
  if (target.id === 'search') {
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      marked = Math.max(0, Math.min(results.length - 1, marked + (event.key === 'ArrowDown' ? 1 : -1)));
      paintResults();
      event.preventDefault();
    } else if (event.key === 'Enter') { choose(marked); }
    else if (event.key === 'Escape') { target.value = ''; search(); target.blur(); }
    return;
  }
  if (/^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName) && target.type !== 'range') return;
  if (byId('help').open) return;
  const inHistory = !byId('history').hidden;
  const step = move => {
    const count = data.revisions.length;
    const next = (state.revision === null ? count : state.revision) + move;
    setRevision(next >= count ? null : Math.max(0, next));
  };
  const pan = (dx, dy) => { state.x += dx; state.y += dy; move(); };
  const neighbour = way => {
    const names = [...nodes.keys()].sort();
    const at = names.indexOf(state.selected);
    open(names[(at + way + names.length) % names.length]);
  };
  const actions = {
    '/': () => { byId('search').focus(); byId('search').select(); },
    '1': () => setDetail('names'), '2': () => setDetail('keys'), '3': () => setDetail('columns'),
    '0': fitAll, '+': () => zoom(1.25), '=': () => zoom(1.25), '-': () => zoom(0.8),
    'f': () => state.selected !== null && setFocus(state.selected), '[': () => setHops(-1), ']': () => setHops(1),
    'h': toggleHistory, 'd': () => data.against && toggleAgainst(), 't': toggleTheme, '?': paintHelp,
    's': () => state.dirty && saveLayout(), 'n': () => neighbour(1), 'p': () => neighbour(-1),
    'ArrowLeft': () => inHistory ? step(-1) : pan(80, 0), 'ArrowRight': () => inHistory ? step(1) : pan(-80, 0),
    'ArrowUp': () => pan(0, 80), 'ArrowDown': () => pan(0, -80),
    'Escape': () => {
      if (state.focus) setFocus(null);
      else if (state.selected !== null || !byId('panel').hidden) select(null);
      else if (inHistory) toggleHistory();
    },
  };
  const action = actions[event.key];
  if (!action || (target.tagName === 'BUTTON' && event.key === 'Enter')) return;
  event.preventDefault();
  action();
}
function toggleTheme() { setTheme(document.documentElement.dataset.theme === 'dark' ? 'light' : 'dark'); }
function toggleAgainst() {
  state.against = state.revision !== null ? true : !state.against;
  state.revision = null;
  refresh(true);
  paintHistory();
  paintPanel();
}

function listen() {
  svg.addEventListener('pointerdown', onPointerDown);
  svg.addEventListener('pointermove', onPointerMove);
  svg.addEventListener('pointerup', onPointerUp);
  svg.addEventListener('pointercancel', onPointerUp);
  svg.addEventListener('dblclick', event => {
    const box = event.target.closest('.box') || document.elementFromPoint(event.clientX, event.clientY).closest('.box');
    if (box) setFocus(box.dataset.name);
  });
  svg.addEventListener('wheel', event => {
    event.preventDefault();
    const rect = svg.getBoundingClientRect();
    const delta = event.deltaMode === 1 ? event.deltaY * 16 : event.deltaY;
    zoom(Math.exp(-Math.max(-200, Math.min(200, delta)) * (event.ctrlKey ? 0.01 : 0.002)), event.clientX - rect.left, event.clientY - rect.top);
  }, { passive: false });
  document.addEventListener('keydown', onKey);
  byId('search').addEventListener('input', search);
  byId('search').addEventListener('blur', () => { byId('results').hidden = true; });
  byId('search').addEventListener('focus', () => { if (results.length) byId('results').hidden = false; });
  byId('fit').addEventListener('click', fitAll);
  byId('theme').addEventListener('click', toggleTheme);
  byId('help-button').addEventListener('click', paintHelp);
  byId('history-button').addEventListener('click', toggleHistory);
  byId('compare-button').addEventListener('click', toggleAgainst);
  byId('save-layout').addEventListener('click', saveLayout);
  for (const button of byId('details').querySelectorAll('button')) {
    button.addEventListener('click', () => setDetail(button.dataset.detail));
  }
  addEventListener('resize', () => move());
  addEventListener('hashchange', fromHash);
}

/** #table=NAME, #focus=NAME, #revision=ID: what a link to the page leads to. */
function fromHash() {
  const wanted = new URLSearchParams(location.hash.slice(1));
  const revision = data.revisions.findIndex(one => wanted.get('revision') && one.id.startsWith(wanted.get('revision')));
  if (revision >= 0) { byId('history').hidden = false; setRevision(revision); }
  if (wanted.get('focus') !== null && shownTables().has(wanted.get('focus'))) setFocus(wanted.get('focus'));
  if (wanted.get('table') !== null) open(wanted.get('table'));
}

/** Shows `json`, also when another was shown before; the view stays where it is then. */
function load(json) {
  const isFirst = data === null;
  data = json;
  tableCache.clear();
  for (const detail of Object.keys(state.pinned)) {
    if (isFirst && data.pinned.detail === detail) Object.assign(state.pinned[detail], data.pinned.tables);
  }
  if (isFirst) {
    state.detail = data.detail;
    state.against = !!data.against;
    setUp();
    listen();
  } else {
    state.revision = null;
    clear(byId('history'));
  }
  byId('title').textContent = data.title;
  byId('subject').textContent = data.subject + (data.against ? ` beside ${data.against.label}` : '');
  refresh(!isFirst);
  paintPanel();
  paintHistory();
  if (isFirst) fromHash();
}

async function reload() {
  const answer = await fetch(document.body.dataset.live, { credentials: 'same-origin' });
  if (!answer.ok) throw new Error(`${answer.status} ${answer.statusText}`);
  load(await answer.json());
}

/** For the live page: the table in sight, parts added to a table's panel, buttons in the bar. */
window.dbmigPage = {
  make, select, open, reload, load,
  get data() { return data; },
  get selected() { return state.selected; },
  /** `part(table, entry)` gives an element for the panel of a table, or nothing. */
  addToPanel(part) { panelExtras.push(part); if (data) paintPanel(); },
  addButton(label, title, action) {
    const button = make('button', { title, onclick: action }, label);
    byId('tools').prepend(button);
    return button;
  },
};

startTheme();
if (document.body.dataset.live) {
  reload().catch(error => { byId('empty').hidden = false; byId('empty').textContent = `The schema cannot be read: ${error.message}`; });
} else {
  load(JSON.parse(byId('data').textContent));
}
})();

// ---- where it stands

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

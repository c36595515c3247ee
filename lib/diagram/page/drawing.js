// ---- drawing

const svg = byId('svg');
const layer = {};
let boxElements = new Map();
let far = false;

function setUp() {
  clear(svg);
  layer.root = draw('g', {});
  for (const name of ['areas', 'links', 'ends', 'boxes', 'labels']) {
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
  clear(layer.labels);
  for (const area of areas) {
    area.label = draw('text', { class: 'area-name', onclick: () => show(area.x, area.y, area.w, area.h) }, cut(area.name, 60));
    layer.areas.append(draw('rect', { class: 'area', x: area.x, y: area.y, width: area.w, height: area.h, rx: 10 }));
    layer.labels.append(area.label);
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

/** Above its area while there is room for it; from far in the middle of it, as on a map. */
function placeLabel(area) {
  const wide = area.w / (area.label.textContent.length * 0.62 + 3);
  const wanted = 15 / state.k, isInside = wanted > 80;
  const size = isInside ? Math.min(wanted, wide, area.h * 0.6) : Math.max(12, Math.min(Math.max(15, wanted), 46, wide));
  const at = isInside ? [area.x + area.w / 2, area.y + area.h / 2 + size * 0.35] : [area.x + 4, area.y - 9];
  area.label.setAttribute('font-size', size);
  area.label.setAttribute('x', at[0]);
  area.label.setAttribute('y', at[1]);
  area.label.classList.toggle('inside', isInside);
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
  areas.forEach(placeLabel);
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

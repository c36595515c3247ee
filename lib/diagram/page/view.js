// ---- moving about

function bounds() {
  let left = Infinity, top = Infinity, right = -Infinity, bottom = -Infinity;
  const take = (x, y, w, h) => {
    left = Math.min(left, x); top = Math.min(top, y);
    right = Math.max(right, x + w); bottom = Math.max(bottom, y + h);
  };
  for (const node of nodes.values()) take(node.x, node.y, node.w, node.h);
  for (const area of areas) take(area.x, area.y - 40, area.w, area.h + 40);
  // Lines between areas go round them.
  const lines = layer.links.getBBox();
  if (lines.width > 0) take(lines.x, lines.y, lines.width, lines.height);
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
/** Moves the drawing as little as shows a table that the panel has come over. */
function reveal(name) {
  const node = nodes.get(name);
  if (!node) return;
  const { width, height } = svg.getBoundingClientRect();
  const shift = (from, size, all) => from + size > all - 20 ? Math.max(all - 20 - from - size, 20 - from) : from < 20 ? 20 - from : 0;
  state.x += shift(node.x * state.k + state.x, node.w * state.k, width);
  state.y += shift(node.y * state.k + state.y, Math.min(node.h * state.k, height - 40), height);
  move();
}
function refresh(keepView) {
  place();
  paint();
  paintList();
  paintBar();
  if (!keepView) fitAll();
}

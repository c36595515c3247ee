// ---- events

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
    const names = [...nodes.keys()].sort(byName.compare);
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

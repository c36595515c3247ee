// ---- history

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
      revision.labels && 'label ' + revision.labels.join(', '), revision.parents.length > 1 && 'merge',
      revision.replaces && `replaces ${revision.replaces} ${revision.replaces === 1 ? 'revision' : 'revisions'}`].filter(Boolean).join(' · ');
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
  // As wide as the slider above it, where that is not too wide.
  const gap = count > 400 ? 14 : Math.max(24, Math.min(160, Math.floor((box.clientWidth - 140) / (count + 1)))), lanes = Math.max(...data.revisions.map(revision => revision.lane)) + 1;
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

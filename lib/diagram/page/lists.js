// ---- bar, list, legend

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
      : data.against.origin ? ['made by hand', 'dropped by hand', 'changed by hand']
      : [`only in ${data.against.label}`, `missing in ${data.against.label}`, 'different'];
    ['added', 'removed', 'changed'].forEach((kind, i) => {
      const count = [...nodes.values()].filter(node => node.entry.change === kind).length;
      legend.append(make('span', {}, make('i', { class: kind }), `${words[i]} (${count})`));
    });
  }
}

/** t9 stands before t10. */
const byName = new Intl.Collator('en', { numeric: true });

function paintList() {
  const list = clear(byId('list'));
  const word = byId('search').value.trim().toLowerCase();
  const shown = [...shownTables().values()].sort((a, b) => byName.compare(a.name, b.name));
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

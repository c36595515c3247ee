// ---- search

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

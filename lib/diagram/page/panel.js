// ---- one table

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
  if (name !== null) reveal(name);
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
    const old = change === 'changed' && row.was;
    if (old) notes.push(...earlier(old, column));
    table.append(make('tr', { class: change || null },
      make('td', {}, row.mark && make('span', { class: 'badge' }, row.mark), make('span', { class: 'mono' }, column.name),
        column.comment && make('div', {}, column.comment),
        notes.length > 0 && make('div', { class: 'soft' }, notes.join(' · '))),
      make('td', { class: 'mono' }, column.type || '(any)'),
      kinds.map(kind => make('td', { class: 'mono soft' }, column[kind] !== column.type && column[kind] || ''))));
  }
  return table;
}

/** What a changed column was before, or is on the other side. */
function earlier(old, column) {
  const word = state.revision === null && data.against
    ? (data.against.origin ? `in ${data.against.label}` : `in ${data.subject}`) : 'was';
  const notes = [];
  const say = (name, text) => { if (old[name] !== column[name]) notes.push(`${word} ${text(old[name])}`); };
  say('name', name => name);
  say('type', type => type || '(any)');
  say('required', required => required ? 'NOT NULL' : 'NULL');
  say('default', value => value === undefined ? 'without a default' : `default ${value}`);
  say('collation', collation => collation || 'of the table’s collation');
  say('comment', comment => comment ? `“${comment}”` : 'without a comment');
  return notes;
}

/** A line for each of a table's things of one kind; in colour those that came or went. */
function compared(entry, kind, text) {
  const line = (item, change) => make('li', { class: change || null }, text(item));
  const now = entry.table[kind] || [];
  if (entry.change !== 'changed') return now.map(item => line(item, ''));
  const old = entry.before[kind] || [];
  const has = (list, item) => list.some(one => JSON.stringify(one) === JSON.stringify(item));
  return [...now.map(item => line(item, has(old, item) ? '' : 'added')),
    ...old.filter(item => !has(now, item)).map(item => line(item, 'removed'))];
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
  if (entry.change && state.revision === null && data.against && data.against.origin) {
    panel.append(make('div', { class: `drift ${entry.change}` }, { added: 'Made by hand', removed: 'Dropped by hand', changed: 'Changed by hand' }[entry.change],
      ` since ${data.against.label}`));
  }
  const top = make('div', { class: 'top' });
  top.append(make('button', { title: 'This table and its neighbours (f)', onclick: () => setFocus(table.name) }, 'Focus'));
  if (state.pinned[state.detail][table.name]) top.append(make('button', { onclick: () => unpin(table.name) }, 'Unpin'));
  panel.append(top, columnsTable(entry));

  const columns = list => list.join(', ');
  section(panel, 'Keys', [
    ...compared({ change: entry.change, table: { key: [table.primary_key] }, before: entry.before && { key: [entry.before.primary_key] } }, 'key',
      key => make('span', {}, 'primary key ', make('span', { class: 'mono' }, columns(key)))).filter((line, i) => (i ? entry.before : table).primary_key.length),
    ...compared(entry, 'uniques', unique => make('span', {}, 'unique ', make('span', { class: 'mono' }, columns(unique.columns)),
      make('span', { class: 'soft' }, ' ' + unique.name))),
  ]);
  section(panel, 'Refers to', compared(entry, 'foreign_keys', key => make('span', {},
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
  section(panel, 'Indexes', compared(entry, 'indexes', index => make('span', {},
    make('span', { class: 'mono' }, `${index.name} (${columns(index.parts)})`),
    make('span', { class: 'soft' }, [index.unique && ' unique', index.kind && ` ${index.kind}`, index.where && ` where ${sqlLine(index.where)}`,
      index.comment && ` ${index.comment}`].filter(Boolean).join(',')))));
  section(panel, 'Checks', compared(entry, 'checks', check => make('span', {}, make('code', {}, sqlLine(check.sql)),
    make('span', { class: 'soft' }, ' ' + check.name))));
  const same = (a, b) => a.toLowerCase() === b.toLowerCase();
  section(panel, 'Triggers', data.triggers.filter(trigger => same(trigger.table, table.name)).map(trigger =>
    make('div', {}, make('span', { class: 'mono' }, trigger.name), sqlBlock(trigger.sql))));
  section(panel, 'Views that read it', data.views.filter(view => view.reads.some(read => same(read, table.name))).map(view =>
    make('div', {}, make('span', { class: 'mono' }, view.name), sqlBlock(view.sql))));
  section(panel, 'Options', compared(entry, 'options', option => make('span', {}, option)));
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

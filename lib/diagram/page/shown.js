// ---- sizes, as in picture.hpp

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

// ---- what is shown

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
    return data.against.origin ? [other, now] : [now, other];
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
    let difference = '', was = null;
    if (change === 'changed') {
      const earlier = old.get(renames[column.name] || column.name);
      was = earlier === undefined ? null : data.columns[earlier];
      difference = earlier === undefined ? 'added' : earlier !== table.columnIds[i] ? 'changed' : '';
    } else {
      difference = change;
    }
    const row = { name: column.name, type: column.type || '', required: column.required, difference, was,
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

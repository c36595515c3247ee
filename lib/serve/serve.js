// The page of `dbmig serve`. Everything that comes from the database is set as text, never as markup.
'use strict';
(() => {
const byId = id => document.getElementById(id);
const main = byId('main');
let about = null;
let tables = [];
/** Counts the pages shown: an answer that comes late belongs to a page that is gone. */
let shown = 0;

// ---- building blocks -------------------------------------------------------------------------

/** An element with properties (`class`, `onclick`, attributes) and children: elements or text. */
function make(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === null || value === undefined || value === false) continue;
    if (name === 'class') element.className = value;
    else if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else if (name === 'value' || name === 'checked' || name === 'disabled') element[name] = value;
    else element.setAttribute(name, value === true ? '' : value);
  }
  for (const child of children.flat(Infinity)) {
    if (child !== null && child !== undefined && child !== false) element.append(child);
  }
  return element;
}

function show(...children) {
  main.classList.remove('full');
  main.replaceChildren(...children.flat(Infinity).filter(child => child));
  main.scrollTop = 0;
}

async function ask(path, body) {
  const how = { credentials: 'same-origin', headers: {} };
  if (body !== undefined) {
    how.method = 'POST';
    how.headers = { 'Content-Type': 'application/json', 'X-CSRF-Token': about.csrf };
    how.body = JSON.stringify(body);
  }
  let answer;
  try {
    answer = await fetch(path, how);
  } catch (error) {
    throw new Error('dbmig serve does not answer any more; start it again and open the address that it prints');
  }
  const json = await answer.json().catch(() => null);
  if (answer.ok && json !== null) return json;
  const told = json && json.error ? json.error : { message: `the server answered ${answer.status}` };
  const error = new Error(told.message + (told.hint ? `\n${told.hint}` : ''));
  error.all = told.all;
  throw error;
}

const parameters = pairs => new URLSearchParams(pairs.filter(([, value]) => value !== null && value !== undefined && value !== '')).toString();
const link = (page, pairs = []) => `#/${page}${pairs.length ? '?' + parameters(pairs) : ''}`;
const errorBox = error => make('div', { class: 'error', role: 'alert' }, error.message);
const count = (n, noun) => `${n.toLocaleString('en')} ${noun}${n === 1 ? '' : 's'}`;
function size(bytes) {
  const units = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB'];
  let at = 0;
  while (bytes >= 1024 && at < units.length - 1) { bytes /= 1024; ++at; }
  return `${at === 0 ? bytes : bytes.toFixed(bytes < 10 ? 1 : 0)} ${bytes === 1 && at === 0 ? 'byte' : units[at]}`;
}

function download(content, name) {
  const address = URL.createObjectURL(content);
  const anchor = make('a', { href: address, download: name });
  anchor.click();
  setTimeout(() => URL.revokeObjectURL(address), 10000);
}

// ---- values ----------------------------------------------------------------------------------

const pictures = [['89504e470d0a1a0a', 'image/png'], ['ffd8ff', 'image/jpeg'], ['47494638', 'image/gif'],
                  ['52494646', 'image/webp']];
const kinds = [['25504446', 'PDF'], ['504b0304', 'ZIP'], ['1f8b', 'gzip'], ['53514c69746520', 'SQLite file']];
const startOf = (hex, list) => (list.find(([start]) => hex.startsWith(start)) || [null, null])[1];

const isJson = text => /^\s*[[{]/.test(text) && (() => { try { JSON.parse(text); return true; } catch (error) { return false; } })();
/** JSON laid out; numbers stay as they are written, for JavaScript would round long ones. */
function laidOut(text) {
  let out = '', depth = 0, inText = false;
  const line = () => '\n' + '  '.repeat(depth);
  for (let i = 0; i < text.length; ++i) {
    const c = text[i];
    if (inText) {
      out += c;
      if (c === '\\') out += text[++i];
      else if (c === '"') inText = false;
    } else if (c === '"') { inText = true; out += c;
    } else if (c === '{' || c === '[') {
      const close = text.slice(i + 1).match(/^\s*[}\]]/);
      if (close) { out += c + close[0].trim(); i += close[0].length; } else { ++depth; out += c + line(); }
    } else if (c === '}' || c === ']') { --depth; out += line() + c;
    } else if (c === ',') out += c + line();
    else if (c === ':') out += ': ';
    else if (!/\s/.test(c)) out += c;
  }
  return out;
}

function hexLines(bytes) {
  const lines = [];
  for (let at = 0; at < bytes.length && at < 4096; at += 16) {
    const part = [...bytes.slice(at, at + 16)];
    const hex = part.map(byte => byte.toString(16).padStart(2, '0')).join(' ').padEnd(48);
    const text = part.map(byte => byte >= 32 && byte < 127 ? String.fromCharCode(byte) : '·').join('');
    lines.push(`${at.toString(16).padStart(6, '0')}  ${hex} ${text}`);
  }
  return lines.join('\n') + (bytes.length > 4096 ? '\n…' : '');
}

/** What stands in a cell. `open`, when given, shows the whole value. */
function valueOf(value, open) {
  if (value === null) return make('span', { class: 'null' }, 'NULL');
  const [kind, text, length] = value;
  if (kind === 'i' || kind === 'r') return text;
  let content;
  let isLong = false;
  if (kind === 'b') {
    isLong = length > 0;
    const what = startOf(text, pictures) ? startOf(text, pictures).slice(6).toUpperCase() + ' picture' : startOf(text, kinds);
    content = make('span', { class: 'bytes' }, what ? `${what}, ${size(length)}`
      : length <= 16 ? `0x${text}` : `0x${text.slice(0, 24)}… ${size(length)}`);
  } else {
    isLong = length !== undefined || text.length > 60 || text.includes('\n') || isJson(text);
    const ending = length !== undefined ? ` … ${length.toLocaleString('en')} characters` : '';
    content = text === '' ? make('span', { class: 'null' }, 'empty') : make('span', { class: 'clip' }, text, ending && make('span', { class: 'bytes' }, ending));
  }
  if (!isLong || !open) return content;
  return make('button', { class: 'open', title: 'Show all of it', onclick: open }, content);
}

const isNumber = value => value !== null && (value[0] === 'i' || value[0] === 'r');

function openValue(title, blob, name) {
  const dialog = byId('value');
  const body = make('div');
  const close = make('button', { onclick: () => dialog.close() }, 'Close');
  const save = make('button', { onclick: () => download(blob, name) }, 'Download');
  dialog.replaceChildren(make('h2', {}, title), body, make('div', { class: 'tools' }, save, close));
  blob.arrayBuffer().then(buffer => {
    const bytes = new Uint8Array(buffer);
    const start = [...bytes.slice(0, 8)].map(byte => byte.toString(16).padStart(2, '0')).join('');
    const picture = startOf(start, pictures);
    let text = null;
    try { text = new TextDecoder('utf-8', { fatal: true }).decode(bytes); } catch (error) { text = null; }
    if (picture) {
      const address = URL.createObjectURL(new Blob([buffer], { type: picture }));
      body.append(make('img', { src: address, alt: title, onload: () => URL.revokeObjectURL(address) }));
    }
    // A byte below a blank that is no line end: not a text.
    const isText = text !== null && !/[\x00-\x08\x0e-\x1f]/.test(text);
    if (!picture) body.append(make('pre', {}, isText ? (isJson(text) ? laidOut(text) : text) : hexLines(bytes)));
    body.append(make('p', { class: 'soft' }, size(bytes.length)));
  });
  dialog.showModal();
}

// ---- tables of results -----------------------------------------------------------------------

function grid(columns, rows, options = {}) {
  const numbers = columns.map((name, i) => rows.length > 0 && rows.every(row => row[i] === null || isNumber(row[i])) && rows.some(row => row[i] !== null));
  const body = make('tbody');
  const head = make('tr', {}, columns.map((name, i) => make('th', { scope: 'col', class: numbers[i] && 'number' },
    options.head ? options.head(name, i) : name)));
  const add = list => {
    for (const [n, row] of list.entries()) {
      body.append(make('tr', {}, row.map((value, i) => make('td', { class: isNumber(value) ? 'number' : null },
        options.cell ? options.cell(value, i, n, row) : valueOf(value, () => openValue(columns[i], new Blob([value[0] === 'b' ? bytesOf(value[1]) : value[1]]), columns[i]))))));
    }
  };
  add(rows);
  return { element: make('div', { class: 'scroll' }, make('table', {}, make('thead', {}, head), body)), add };
}
const bytesOf = hex => Uint8Array.from(hex.match(/../g) || [], pair => parseInt(pair, 16));

// ---- rows ------------------------------------------------------------------------------------

const operators = [['=', 'is'], ['!=', 'is not'], ['contains', 'contains'], ['starts', 'begins with'], ['<', '<'], ['<=', '≤'], ['>', '>'], ['>=', '≥'],
                   ['null', 'is NULL'], ['not null', 'is not NULL']];

async function rowsPage(query) {
  const name = query.get('table');
  const filters = query.getAll('filter');
  const sort = query.get('sort');
  const dir = query.get('dir');
  const turn = ++shown;
  const table = await ask(`/api/table?${parameters([['name', name]])}`);
  const wanted = [['table', name], ...filters.map(filter => ['filter', filter]), ['sort', sort], ['dir', dir]];
  let page = null;
  let failure = null;
  try { page = await ask(`/api/rows?${parameters([...wanted, ['limit', 100]])}`); } catch (error) { failure = error; }
  if (turn !== shown) return;
  const head = tableHead(table, 'rows');
  const columns = page ? page.columns : (table.columns || []).map(column => column.name);
  const go = (more, without = []) => { location.hash = link('rows', [['table', name],
    ...filters.filter(filter => !without.includes(filter)).map(filter => ['filter', filter]), ['sort', sort], ['dir', dir], ...more]); };

  const value = make('input', { placeholder: 'value', 'aria-label': 'Value', size: 18 });
  const operator = make('select', { 'aria-label': 'Comparison', onchange: () => { value.hidden = operator.value.endsWith('null'); } },
    operators.map(([op, label]) => make('option', { value: op }, label)));
  const column = make('select', { 'aria-label': 'Column', id: 'filter-column' }, columns.map(one => make('option', { value: one }, one)));
  const form = make('form', { class: 'tools', onsubmit: event => {
    event.preventDefault();
    go([['filter', JSON.stringify([column.value, operator.value, operator.value.endsWith('null') ? '' : value.value])]]);
  } }, column, operator, value, make('button', {}, 'Filter'));
  const chips = filters.map(filter => {
    let text = filter;
    try { const [c, op, v] = JSON.parse(filter); text = `${c} ${(operators.find(one => one[0] === op) || [op, op])[1]} ${op.endsWith('null') ? '' : v}`; } catch (error) { text = filter; }
    return make('span', { class: 'chip' }, text, make('button', { title: 'Remove this filter', 'aria-label': `Remove ${text}`, onclick: () => go([], [filter]) }, '×'));
  });
  const file = format => make('a', { class: 'button', href: `/api/rows/file?${parameters([...wanted, ['format', format]])}`, download: '' , title: `These rows as ${format.toUpperCase()}, at most 100,000`}, format.toUpperCase());
  const tools = make('div', { class: 'tools' }, form, chips, make('span', { class: 'space' }), file('csv'), file('json'));
  if (failure) return show(head, tools, errorBox(failure));

  const known = new Map((table.columns || []).map(one => [one.name, one]));
  const keysOf = new Map();
  for (const key of table.foreign_keys || []) {
    for (const one of key.columns) if (!keysOf.has(one)) keysOf.set(one, key);
  }
  let keys = page.keys;
  const headOf = one => {
    const info = known.get(one);
    const next = sort !== one ? 'asc' : dir === 'desc' ? null : 'desc';
    return [make('button', { title: 'Sort', 'aria-label': `Sort by ${one}`, onclick: () => { location.hash = link('rows', [['table', name],
      ...filters.map(filter => ['filter', filter]), ['sort', next && one], ['dir', next === 'desc' ? 'desc' : null]]); } },
      one + (sort === one ? (dir === 'desc' ? ' ↓' : ' ↑') : '')),
      info ? make('span', { class: 'type' }, info.type + (info.key ? ' · key' : '')) : null];
  };
  let offset = 0;
  const cellOf = (cell, i, n, row) => {
    const one = columns[i];
    const key = keys.length > 0 ? keys[n] : null;
    const content = valueOf(cell, () => openCell(table.name, one, key, cell));
    const follow = cell !== null && cell[0] !== 'b' && keysOf.get(one);
    if (!follow) return content;
    const parts = follow.columns.map((from, at) => [follow.referenced_columns[at], row[columns.indexOf(from)]]);
    if (parts.some(([to, part]) => part === null || part === undefined || to === undefined || part[2] !== undefined)) return content;
    return [content, make('a', { class: 'go', title: `To ${follow.table}`, 'aria-label': `To ${follow.table}`,
      href: link('rows', [['table', follow.table], ...parts.map(([to, part]) => ['filter', JSON.stringify([to, '=', part[1]])])]) }, '→')];
  };
  const result = grid(columns, page.rows, { head: headOf, cell: cellOf });
  const told = make('span');
  const more = make('button', { onclick: () => readOn() }, 'More rows');
  let total = page.rows.length;
  let next = page.next;
  const tell = () => {
    told.textContent = total === 0 ? '' : count(total, 'row') + (next === null ? '' : ' so far');
    more.hidden = next === null;
  };
  let reading = false;
  async function readOn() {
    if (reading || next === null) return;
    reading = true;
    more.disabled = true;
    try {
      const part = await ask(`/api/rows?${parameters([...wanted, ['limit', 100], ['after', JSON.stringify(next)]])}`);
      if (turn !== shown) return;
      keys = part.keys;
      result.add(part.rows);
      total += part.rows.length;
      next = part.next;
      tell();
    } catch (error) {
      told.textContent = error.message;
    }
    reading = false;
    more.disabled = false;
  }
  tell();
  // Scrolling to the end reads on; beyond some thousand rows only the button does.
  result.element.addEventListener('scroll', () => {
    const box = result.element;
    if (total < 3000 && box.scrollTop + box.clientHeight > box.scrollHeight - 300) readOn();
  }, { passive: true });
  show(make('div', { class: 'rows-page' }, head, tools,
    page.rows.length ? result.element : make('p', { class: 'empty' }, filters.length ? 'No row fits the filter.' : 'No rows yet.'),
    make('div', { class: 'more' }, told, more)));
}

async function openCell(table, column, key, cell) {
  const isWhole = cell[0] === 't' && cell[2] === undefined;
  if (isWhole || key === null) return openValue(column, new Blob([cell[0] === 'b' ? bytesOf(cell[1]) : cell[1]]), column);
  const answer = await fetch(`/api/value?${parameters([['table', table], ['column', column], ['key', JSON.stringify(key)]])}`, { credentials: 'same-origin' });
  if (!answer.ok) {
    const told = await answer.json();
    return openValue(told.error.message, new Blob([told.error.hint || '']), column);
  }
  openValue(`${table}.${column}`, await answer.blob(), `${table}.${column}`.replace(/[^\w.-]/g, '_'));
}

function tableHead(table, page) {
  const tab = (name, label) => make('a', { href: link(name, [['table', table.name]]), 'aria-current': name === page ? 'page' : null }, label);
  return make('div', { class: 'head' }, make('h1', {}, table.name),
    make('span', { class: 'tabs' }, tab('rows', 'Rows'), tab('structure', 'Structure')),
    table.comment ? make('span', { class: 'soft' }, table.comment) : null);
}

async function structurePage(query) {
  const name = query.get('table');
  const turn = ++shown;
  const table = await ask(`/api/table?${parameters([['name', name]])}`);
  if (turn !== shown) return;
  const list = (title, items) => items && items.length ? [make('h2', {}, title), make('ul', {}, items.map(item => make('li', {}, item)))] : [];
  const to = other => make('a', { href: link('structure', [['table', other]]) }, other);
  if (table.kind === 'view') return show(tableHead(table, 'structure'), make('h2', {}, 'View'), make('pre', {}, table.sql));
  const columns = make('div', { class: 'scroll' }, make('table', {},
    make('thead', {}, make('tr', {}, ['Column', 'Type', 'NULL', 'Default', 'Comment'].map(one => make('th', { scope: 'col' }, one)))),
    make('tbody', {}, table.columns.map(one => make('tr', {}, make('td', {}, one.name, one.key ? make('span', { class: 'bytes' }, ' · key') : null),
      make('td', {}, one.type), make('td', {}, one.nullable ? 'yes' : 'no'), make('td', {}, one.default), make('td', { class: 'prose' }, one.comment))))));
  show(tableHead(table, 'structure'), table.module ? make('p', {}, 'A virtual table: ', make('code', {}, table.module)) : columns,
    about.project && make('div', { class: 'tools' },
      make('a', { class: 'button', href: link('change', [['kind', 'add_column'], ['table', name]]) }, 'Add a column'),
      make('a', { class: 'button', href: link('change', [['kind', 'add_index'], ['table', name]]) }, 'Add an index'),
      make('a', { class: 'button', href: link('change', [['kind', 'rename_column'], ['table', name]]) }, 'Rename a column')),
    list('Refers to', table.foreign_keys.map(key => make('span', {}, make('code', {}, key.columns.join(', ')), ' → ', to(key.table), ' ', make('code', {}, key.referenced_columns.join(', ')), make('span', { class: 'soft' }, ` on delete ${key.on_delete}`)))),
    list('Referred to by', table.referenced_by.map(key => make('span', {}, to(key.table), ' ', make('code', {}, key.columns.join(', '))))),
    list('Indexes', [...table.unique.map(one => make('span', {}, make('code', {}, one.name), ` unique (${one.columns.join(', ')})`)),
      ...table.indexes.map(one => make('span', {}, make('code', {}, one.name), ` ${one.unique ? 'unique ' : ''}(${one.parts.join(', ')})${one.where ? ' where ' + one.where : ''}`))]),
    list('Checks', table.checks.map(one => make('span', {}, make('code', {}, one.name), ' ', make('code', {}, one.sql)))),
    list('Triggers', table.triggers.map(one => make('code', {}, one))));
}

// ---- query -----------------------------------------------------------------------------------

function queryPage() {
  ++shown;
  const kept = sessionStorage.getItem('dbmig-query');
  const text = make('textarea', { rows: 8, spellcheck: 'false', 'aria-label': 'SQL', placeholder: 'SELECT …', id: 'sql' });
  text.value = kept || '';
  const result = make('div', { id: 'result', 'aria-live': 'polite' });
  const buttons = [];
  async function run(path, render) {
    sessionStorage.setItem('dbmig-query', text.value);
    for (const button of buttons) button.disabled = true;
    result.replaceChildren(make('p', { class: 'soft' }, 'Asked…'));
    try {
      render(await ask(path, { sql: text.value }));
    } catch (error) {
      result.replaceChildren(errorBox(error));
    }
    for (const button of buttons) button.disabled = false;
  }
  const rows = answer => result.replaceChildren(
    make('p', { class: 'soft' }, `${count(answer.rows.length, 'row')} in ${answer.milliseconds} ms${answer.more ? `; there are more: ${count(about.rows, 'row')} are shown` : ''}`),
    answer.columns.length ? grid(answer.columns, answer.rows).element : '');
  const plan = answer => {
    if (!answer.depths) return rows(answer);
    result.replaceChildren(make('pre', {}, answer.rows.map((row, i) => '  '.repeat(answer.depths[i]) + '• ' + row[0][1]).join('\n')));
  };
  const file = async format => {
    try {
      const answer = await fetch('/api/query/file', { method: 'POST', credentials: 'same-origin',
        headers: { 'Content-Type': 'application/json', 'X-CSRF-Token': about.csrf }, body: JSON.stringify({ sql: text.value, format }) });
      if (!answer.ok) throw new Error((await answer.json()).error.message);
      download(await answer.blob(), `query.${format}`);
    } catch (error) {
      result.replaceChildren(errorBox(error));
    }
  };
  const go = () => run('/api/query', rows);
  buttons.push(make('button', { class: 'main', onclick: go, title: 'Ctrl+Enter' }, 'Run'),
    make('button', { onclick: () => run('/api/plan', plan), title: 'EXPLAIN' }, 'Plan'),
    make('button', { onclick: () => file('csv') }, 'CSV'), make('button', { onclick: () => file('json') }, 'JSON'));
  text.addEventListener('keydown', event => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) { event.preventDefault(); go(); }
    // Tab indents; Esc first lets it leave the field.
    if (event.key === 'Escape') text.blur();
  });
  show(make('div', { class: 'head' }, make('h1', {}, 'Query'),
    make('span', { class: 'soft' }, `Reads only; at most ${about.seconds} s and ${count(about.rows, 'row')}`)),
    text, make('div', { class: 'tools' }, buttons), result);
  text.focus();
}

// ---- revisions -------------------------------------------------------------------------------

const needsProject = () => show(make('h1', {}, 'No project'), make('p', { class: 'soft' },
  'dbmig serve was started outside of a project: it shows the database alone. Start it in the folder with dbmig.yaml, or with -C, to see revisions and to prepare changes.'));

const failed = result => make('div', { class: 'error' }, `${result.command}\n${result.errors || (result.document && result.document.error ? result.document.error.message : '')}`.trim());

async function revisionsPage() {
  const turn = ++shown;
  if (!about.project) return needsProject();
  show(make('h1', {}, 'Revisions'), make('p', { class: 'soft' }, 'Reading…'));
  const [status, history, pending, check] = await Promise.all(['status', 'history', 'pending', 'check'].map(name => ask(`/api/command?name=${name}`)));
  if (turn !== shown) return;
  const parts = [make('h1', {}, 'Revisions')];
  if (status.document && !status.document.error) {
    const s = status.document;
    parts.push(make('dl', { class: 'facts' },
      make('dt', {}, 'Database at'), make('dd', { class: 'mono' }, (s.current || []).join(', ') || 'base'),
      make('dt', {}, 'History ends at'), make('dd', { class: 'mono' }, s.heads.join(', ') || 'base'),
      make('dt', {}, 'Pending'), make('dd', {}, count((s.pending || []).length, 'revision')),
      s.changes_without_revision.length ? [make('dt', {}, 'Not in a revision'), make('dd', {}, s.changes_without_revision.join('; '))] : null,
      s.next ? [make('dt', {}, 'Next'), make('dd', {}, make('code', {}, typeof s.next === 'string' ? s.next : JSON.stringify(s.next)))] : null));
  } else parts.push(failed(status));

  const drift = Array.isArray(check.document) ? check.document.filter(finding => finding.kind !== 'pending') : null;
  parts.push(make('h2', {}, 'Check'));
  if (drift === null) parts.push(failed(check));
  else if (!drift.length) parts.push(make('p', { class: 'soft' }, 'The database is what its revisions say.'));
  else parts.push(...drift.map(finding => make('div', { class: 'warning' }, `${finding.kind === 'drift' ? 'Changed by hand' : finding.kind}: ${finding.subject || ''}\n${finding.message || ''}`)));

  parts.push(make('h2', {}, 'Pending'));
  if (!Array.isArray(pending.document)) parts.push(failed(pending));
  else if (!pending.document.length) parts.push(make('p', { class: 'soft' }, 'Nothing to apply.'));
  else {
    if (about.allow_upgrade) parts.push(make('div', { class: 'tools' }, make('button', { class: 'main', id: 'upgrade', onclick: upgrade }, `Apply ${count(pending.document.length, 'revision')}`),
      make('span', { class: 'soft' }, 'runs dbmig upgrade')));
    else parts.push(make('p', { class: 'soft' }, 'Apply with ', make('code', {}, 'dbmig upgrade'), ', or start dbmig serve with --allow-upgrade.'));
    for (const one of pending.document) {
      const costs = (one.costs || []).map(cost => cost ? `${cost.algorithm || ''} LOCK=${cost.lock || ''}${cost.rows ? `, ${count(cost.rows, 'row')}` : ''}` : '');
      parts.push(make('div', { class: 'card' }, make('strong', { class: 'mono' }, one.revision), ` ${one.message} `,
        one.losses.map(loss => make('div', { class: 'warning' }, loss)),
        make('ul', {}, one.operations.map(operation => make('li', {}, operation.description))),
        one.statements.map((sql, i) => [make('pre', {}, sql + ';'), costs[i] ? make('p', { class: 'soft' }, costs[i]) : null])));
    }
  }

  parts.push(make('h2', {}, 'History'));
  if (!Array.isArray(history.document)) parts.push(failed(history));
  else if (!history.document.length) parts.push(make('p', { class: 'soft' }, 'No revision yet.'));
  else parts.push(...history.document.map(one => {
    const detail = make('div');
    return make('div', { class: one.is_current ? 'card current' : 'card' },
      make('div', { class: 'tools' }, make('strong', { class: 'mono' }, one.revision), one.message,
        one.is_current ? make('span', { class: 'tag good' }, 'database') : null, one.is_head ? make('span', { class: 'tag' }, 'head') : null,
        one.labels.map(label => make('span', { class: 'tag' }, label)), make('span', { class: 'space' }),
        make('span', { class: 'soft' }, one.applied_at ? `applied ${one.applied_at.slice(0, 16).replace('T', ' ')}` : 'not applied'),
        make('button', { class: 'quiet', onclick: () => showRevision(one.revision, detail) }, 'Show')), detail);
  }));
  show(parts);
}

async function showRevision(revision, where) {
  if (where.firstChild) return where.replaceChildren();
  try {
    const result = await ask(`/api/command?${parameters([['name', 'show'], ['revision', revision]])}`);
    const document = Array.isArray(result.document) ? result.document[0] : result.document;
    where.replaceChildren(result.code === 0 && document ? make('pre', {}, 'upgrade:\n' + (document.upgrade_text || '  nothing') + '\ndowngrade:\n' + (document.downgrade_text || '  nothing')) : failed(result));
  } catch (error) {
    where.replaceChildren(errorBox(error));
  }
}

async function upgrade() {
  const button = byId('upgrade');
  button.disabled = true;
  button.textContent = 'Applying…';
  try {
    const result = await ask('/api/upgrade', {});
    await revisionsPage();
    main.prepend(result.code === 0 ? make('div', { class: 'good', role: 'status' }, `Applied ${count((result.document || []).length, 'revision')}.`) : failed(result));
    readTables();
  } catch (error) {
    main.prepend(errorBox(error));
    button.disabled = false;
  }
}

// ---- server ----------------------------------------------------------------------------------

async function serverPage() {
  const turn = ++shown;
  const sections = await ask('/api/server');
  if (turn !== shown) return;
  const cell = columns => (value, i) => value !== null && value[0] === 'i' && /bytes$/.test(columns[i]) ? make('span', { title: value[1] }, size(Number(value[1])))
    : valueOf(value, () => openValue(columns[i], new Blob([value[1]]), columns[i]));
  show(make('div', { class: 'head' }, make('h1', {}, about.dialect === 'mariadb' ? 'Server' : 'File'), make('span', { class: 'mono' }, about.server),
    make('span', { class: 'space' }), make('button', { onclick: route, title: 'r' }, 'Read again')),
    sections.map(section => [make('h2', {}, section.title), section.note ? make('p', { class: 'soft' }, section.note) : null,
      section.rows.length ? grid(section.columns, section.rows, { cell: cell(section.columns) }).element : make('p', { class: 'soft' }, 'None.')]));
}

// ---- changes ---------------------------------------------------------------------------------

const changeKinds = [['create_table', 'New table'], ['add_column', 'Add a column'], ['add_index', 'Add an index'], ['rename_table', 'Rename a table'],
                     ['rename_column', 'Rename a column'], ['drop_column', 'Drop a column'], ['drop_index', 'Drop an index'], ['drop_table', 'Drop a table']];
const typeNames = ['integer', 'bigint', 'varchar(64)', 'varchar(200)', 'text', 'boolean', 'decimal(10,2)', 'double', 'date', 'datetime', 'json', 'blob', 'uuid'];

async function changePage(query) {
  const turn = ++shown;
  if (!about.project) return needsProject();
  const kind = query.get('kind') || 'create_table';
  const chosen = query.get('table') || (tables.find(one => one.kind === 'table') || { name: '' }).name;
  let table = null;
  if (kind !== 'create_table' && chosen) {
    try { table = await ask(`/api/table?${parameters([['name', chosen]])}`); } catch (error) { table = null; }
  }
  if (turn !== shown) return;
  const go = pairs => { location.hash = link('change', [['kind', kind], ['table', chosen], ...pairs]); };
  const kindSelect = make('select', { id: 'kind', onchange: () => { location.hash = link('change', [['kind', kindSelect.value], ['table', query.get('table')]]); } },
    changeKinds.map(([value, label]) => make('option', { value, selected: value === kind }, label)));
  const fields = [];
  const field = (label, input) => { const id = input.id; fields.push(make('label', { for: id }, label), input); return input; };
  const text = (id, placeholder, value = '') => make('input', { id, placeholder, value, autocomplete: 'off', spellcheck: 'false' });
  const select = (id, options) => make('select', { id }, options.map(one => make('option', { value: one }, one)));
  const types = make('datalist', { id: 'types' }, typeNames.map(one => make('option', { value: one })));
  let collect;
  if (kind !== 'create_table') {
    const tableSelect = make('select', { id: 'table', onchange: () => { location.hash = link('change', [['kind', kind], ['table', tableSelect.value]]); } },
      tables.filter(one => one.kind === 'table').map(one => make('option', { value: one.name, selected: one.name === chosen }, one.name)));
    field('Table', tableSelect);
  }
  const columnNames = table ? table.columns.map(one => one.name) : [];
  if (kind === 'create_table') {
    const name = field('Name', text('name', 'orders'));
    const rows = make('div', { class: 'columns-form' }, ['Column', 'Type', 'NULL', 'Key', ''].map(one => make('span', { class: 'soft' }, one)));
    const lines = [];
    const addLine = (one = '', type = '', key = false) => {
      const line = { name: text('', 'name', one), type: text('', 'type', type), nullable: make('input', { type: 'checkbox', checked: !key, 'aria-label': 'may be NULL' }), key: make('input', { type: 'checkbox', checked: key, 'aria-label': 'part of the key' }) };
      line.name.setAttribute('aria-label', 'Column'); line.type.setAttribute('aria-label', 'Type'); line.type.setAttribute('list', 'types');
      const cells = [line.name, line.type, line.nullable, line.key];
      const remove = make('button', { type: 'button', class: 'quiet', 'aria-label': 'Remove', onclick: () => { lines.splice(lines.indexOf(line), 1); for (const cell of [...cells, remove]) cell.remove(); } }, '×');
      lines.push(line);
      rows.append(...cells, remove);
      return line;
    };
    addLine('id', 'integer', true);
    addLine();
    fields.push(make('div', { class: 'wide' }, rows, make('div', { class: 'tools' }, make('button', { type: 'button', onclick: () => addLine().name.focus() }, 'Another column'))));
    collect = () => ({ name: name.value, columns: lines.filter(line => line.name.value !== '').map(line => ({ name: line.name.value, type: line.type.value, nullable: line.nullable.checked && !line.key.checked, key: line.key.checked })) });
  } else if (kind === 'add_column') {
    const name = field('Column', text('name', 'email'));
    const type = field('Type', text('type', 'varchar(120)'));
    type.setAttribute('list', 'types');
    const nullable = field('May be NULL', make('input', { id: 'nullable', type: 'checkbox', checked: true }));
    const value = field('Default', text('default', 'none'));
    collect = () => ({ name: name.value, type: type.value, nullable: nullable.checked, default: value.value });
  } else if (kind === 'add_index') {
    const columns = field('Columns', make('select', { id: 'columns', multiple: true, size: Math.min(8, Math.max(3, columnNames.length)) }, columnNames.map(one => make('option', { value: one }, one))));
    const unique = field('Unique', make('input', { id: 'unique', type: 'checkbox' }));
    collect = () => ({ columns: [...columns.selectedOptions].map(one => one.value), unique: unique.checked });
  } else if (kind === 'rename_table') {
    const to = field('New name', text('to', ''));
    collect = () => ({ to: to.value });
  } else if (kind === 'rename_column' || kind === 'drop_column') {
    const column = field('Column', select('column', columnNames));
    const to = kind === 'rename_column' ? field('New name', text('to', '')) : null;
    collect = () => ({ column: column.value, to: to ? to.value : undefined });
  } else if (kind === 'drop_index') {
    const index = field('Index', select('index', table ? table.indexes.map(one => one.name) : []));
    collect = () => ({ index: index.value });
  } else collect = () => ({});
  const drops = kind.startsWith('drop_table') || kind.startsWith('drop_column');
  const message = field('Message', text('message', 'made from the change when empty'));
  const consent = drops ? field('The rows may go', make('input', { id: 'consent', type: 'checkbox' })) : null;
  const result = make('div', { 'aria-live': 'polite' });
  const submit = make('button', { class: 'main' }, 'Write the revision');
  const form = make('form', { onsubmit: async event => {
    event.preventDefault();
    submit.disabled = true;
    result.replaceChildren(make('p', { class: 'soft' }, 'Writing and proving: up, down and up again on scratch databases…'));
    try {
      const answer = await ask('/api/change', { kind, table: kind === 'create_table' ? undefined : chosen, message: message.value, allow_destructive: consent ? consent.checked : false, ...collect() });
      result.replaceChildren(review(answer, result));
    } catch (error) {
      result.replaceChildren(errorBox(error.all && error.all.length > 1 ? { message: error.all.join('\n') } : error));
    }
    submit.disabled = false;
  } }, types, make('div', { class: 'form' }, fields), make('div', { class: 'tools' }, submit));
  show(make('div', { class: 'head' }, make('h1', {}, 'Change the schema'), make('span', { class: 'soft' },
    'writes the model and a revision to review, proved like any other; the database stays as it is until an upgrade')),
    make('div', { class: 'form' }, make('label', { for: 'kind' }, 'Change'), kindSelect), form, result);
}

function review(answer, where) {
  const revision = answer.revision;
  return make('div', { class: 'card', id: 'review' },
    make('div', { class: 'tools' }, make('strong', { class: 'mono' }, revision.revision), revision.message, make('span', { class: 'tag good' }, 'proved')),
    make('p', {}, 'Written: ', answer.files.map((file, i) => [i ? ', ' : '', make('code', {}, file)])),
    make('pre', {}, revision.text),
    make('h3', {}, 'In the model'), make('pre', {}, answer.difference),
    (revision.proofs || []).map(proof => make('p', { class: 'soft' }, `Proved on ${proof.server}: up, down and up again with ${count(proof.rows, 'row')}` +
      (proof.costs || []).map(cost => `; ${cost.table}: ${cost.algorithm}, LOCK=${cost.lock}`).join(''))),
    make('div', { class: 'tools' }, make('a', { class: 'button', href: '#/revisions' }, 'See what is pending'),
      make('button', { class: 'danger', onclick: async () => {
        try {
          await ask('/api/discard', { revision: revision.revision });
          where.replaceChildren(make('div', { class: 'good', role: 'status' }, 'Discarded: the model is as it was before, and the revision is gone.'));
        } catch (error) {
          where.prepend(errorBox(error));
        }
      } }, 'Discard')));
}

// ---- frame -----------------------------------------------------------------------------------

function diagramPage() {
  ++shown;
  main.classList.add('full');
  main.replaceChildren(make('iframe', { src: '/diagram', title: 'Diagram' }));
}

const pages = { diagram: diagramPage, rows: rowsPage, structure: structurePage, query: queryPage, revisions: revisionsPage, change: changePage, server: serverPage };

async function route() {
  const [, name, query] = location.hash.match(/^#\/(\w+)(?:\?(.*))?$/) || [null, 'diagram', ''];
  const search = new URLSearchParams(query || '');
  document.body.classList.remove('menu-open');
  for (const anchor of document.querySelectorAll('#pages a')) {
    if (anchor.getAttribute('href') === `#/${name}`) anchor.setAttribute('aria-current', 'page'); else anchor.removeAttribute('aria-current');
  }
  const table = name === 'rows' || name === 'structure' ? search.get('table') : null;
  for (const anchor of byId('tables').querySelectorAll('a')) {
    if (anchor.dataset.table === table) { anchor.setAttribute('aria-current', 'page'); anchor.scrollIntoView({ block: 'nearest' }); } else anchor.removeAttribute('aria-current');
  }
  document.title = table ? `${table} · dbmig` : `${name} · dbmig`;
  try {
    await (pages[name] || diagramPage)(search);
  } catch (error) {
    show(errorBox(error));
  }
}

function paintTables() {
  const wanted = byId('search').value.trim().toLowerCase();
  // dbmig's own tables come last.
  const isOwn = one => one.name.startsWith('dbmig_');
  const fit = tables.filter(one => one.name.toLowerCase().includes(wanted)).sort((a, b) => isOwn(a) - isOwn(b));
  byId('tables').replaceChildren(...fit.map(one => make('li', {}, make('a', { href: link('rows', [['table', one.name]]), 'data-table': one.name, title: one.comment || one.name },
    make('span', { class: 'name' }, one.name), one.kind === 'view' || isOwn(one) ? make('span', { class: 'kind' }, isOwn(one) ? 'history' : 'view') : null))));
  if (!fit.length) byId('tables').append(make('li', { class: 'soft' }, tables.length ? 'No table has that name.' : 'No tables yet.'));
}

async function readTables() {
  const answer = await ask('/api/tables');
  tables = answer.tables;
  paintTables();
}

function setTheme(theme) {
  document.documentElement.dataset.theme = theme;
  try { localStorage.setItem('dbmig-theme', theme); } catch (error) { /* then for this page only */ }
}

function listen() {
  byId('search').addEventListener('input', paintTables);
  byId('search').addEventListener('keydown', event => {
    const first = byId('tables').querySelector('a');
    if (event.key === 'Enter' && first) first.click();
    if (event.key === 'ArrowDown' && first) { event.preventDefault(); first.focus(); }
    if (event.key === 'Escape') { byId('search').value = ''; paintTables(); main.focus(); }
  });
  byId('tables').addEventListener('keydown', event => {
    const item = document.activeElement.closest('li');
    if (!item || (event.key !== 'ArrowDown' && event.key !== 'ArrowUp')) return;
    event.preventDefault();
    const next = event.key === 'ArrowDown' ? item.nextElementSibling : item.previousElementSibling;
    (next && next.querySelector('a') || byId('search')).focus();
  });
  byId('menu').addEventListener('click', () => document.body.classList.toggle('menu-open'));
  const otherTheme = () => {
    setTheme(document.documentElement.dataset.theme === 'dark' ? 'light' : 'dark');
    const frame = main.querySelector('iframe');
    if (frame) frame.contentDocument.documentElement.dataset.theme = document.documentElement.dataset.theme;
  };
  byId('theme').addEventListener('click', otherTheme);
  byId('help-button').addEventListener('click', () => byId('help').showModal());
  document.addEventListener('keydown', event => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest('input, textarea, select, dialog')) return;
    const keys = { '/': () => byId('search').focus(), f: () => byId('filter-column') && byId('filter-column').focus(), d: () => { location.hash = '#/diagram'; }, q: () => { location.hash = '#/query'; },
                   v: () => { location.hash = '#/revisions'; }, s: () => { location.hash = '#/server'; }, r: () => { readTables(); route(); },
                   t: otherTheme, '?': () => byId('help').showModal() };
    if (keys[event.key]) { event.preventDefault(); keys[event.key](); }
  });
  window.addEventListener('hashchange', route);
}

async function start() {
  let theme = null;
  try { theme = localStorage.getItem('dbmig-theme'); } catch (error) { theme = null; }
  document.documentElement.dataset.theme = theme || (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light');
  listen();
  try {
    about = await ask('/api/about');
    byId('database').textContent = `${about.database} · ${about.server}`;
    byId('database').title = about.database;
    if (about.dialect === 'sqlite') byId('server-link').textContent = 'File';
    for (const page of ['revisions', 'change']) document.querySelector(`#pages a[href="#/${page}"]`).hidden = !about.project;
    await readTables();
  } catch (error) {
    return show(errorBox(error));
  }
  route();
}

start();
})();

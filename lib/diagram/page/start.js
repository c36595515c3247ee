// ---- the page is given its JSON

/** #table=NAME, #focus=NAME, #revision=ID: what a link to the page leads to. */
function fromHash() {
  const wanted = new URLSearchParams(location.hash.slice(1));
  const revision = data.revisions.findIndex(one => wanted.get('revision') && one.id.startsWith(wanted.get('revision')));
  if (revision >= 0) { byId('history').hidden = false; setRevision(revision); }
  if (wanted.get('focus') !== null && shownTables().has(wanted.get('focus'))) setFocus(wanted.get('focus'));
  if (wanted.get('table') !== null) open(wanted.get('table'));
}

/** Shows `json`, also when another was shown before; the view stays where it is then. */
function load(json) {
  const isFirst = data === null;
  data = json;
  tableCache.clear();
  for (const detail of Object.keys(state.pinned)) {
    if (isFirst && data.pinned.detail === detail) Object.assign(state.pinned[detail], data.pinned.tables);
  }
  if (isFirst) {
    state.detail = data.detail;
    state.against = !!data.against;
    setUp();
    listen();
  } else {
    state.revision = null;
    clear(byId('history'));
  }
  byId('title').textContent = data.title;
  byId('subject').textContent = data.subject + (!data.against ? ''
    : data.against.origin ? `, changed by hand since ${data.against.label}` : ` beside ${data.against.label}`);
  byId('compare-button').textContent = data.against && data.against.origin ? 'Drift' : 'Differences';
  refresh(!isFirst);
  paintPanel();
  paintHistory();
  if (isFirst) fromHash();
}

async function reload() {
  const answer = await fetch(document.body.dataset.live, { credentials: 'same-origin' });
  if (!answer.ok) throw new Error(`${answer.status} ${answer.statusText}`);
  load(await answer.json());
}

/** For the live page: the table in sight, parts added to a table's panel, buttons in the bar. */
window.dbmigPage = {
  make, select, open, reload, load,
  get data() { return data; },
  get selected() { return state.selected; },
  /** `part(table, entry)` gives an element for the panel of a table, or nothing. */
  addToPanel(part) { panelExtras.push(part); if (data) paintPanel(); },
  addButton(label, title, action) {
    const button = make('button', { title, onclick: action }, label);
    byId('tools').prepend(button);
    return button;
  },
};

startTheme();
if (document.body.dataset.live) {
  reload().catch(error => { byId('empty').hidden = false; byId('empty').textContent = `The schema cannot be read: ${error.message}`; });
} else {
  load(JSON.parse(byId('data').textContent));
}

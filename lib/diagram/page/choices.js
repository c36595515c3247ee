// ---- focus, detail, pins

function setFocus(name) {
  state.focus = name;
  if (name !== null) { state.selected = name; paintPanel(); }
  refresh();
  if (name === null && state.selected !== null) goTo(state.selected);
}
function setHops(step) {
  if (!state.focus) return;
  state.hops = Math.max(1, Math.min(9, state.hops + step));
  refresh();
}
function setDetail(detail) {
  state.detail = detail;
  refresh();
  if (state.selected !== null) { paintPanel(); goTo(state.selected); }
}
function unpin(name) {
  delete state.pinned[state.detail][name];
  state.dirty = true;
  refresh(true);
  paintPanel();
}

/** A text as YAML takes it on one line. */
function yamlText(text) { return JSON.stringify(text).replace(/[\u007f-\u009f\u2028\u2029\ufeff]/g, c => '\\u' + c.charCodeAt(0).toString(16).padStart(4, '0')); }

function layoutFile() {
  const lines = ['# The layout of the diagram; read by `dbmig docs --layout FILE`.', `detail: ${state.detail}`];
  const groups = data.pinned.groups;
  if (groups.length) {
    lines.push('groups:');
    for (const [name, tables] of groups) lines.push(`  ${yamlText(name)}: [${tables.map(yamlText).join(', ')}]`);
  }
  const pinned = state.pinned[state.detail];
  const names = Object.keys(pinned).sort();
  lines.push(names.length ? 'tables:' : 'tables: {}');
  for (const name of names) lines.push(`  ${yamlText(name)}: [${pinned[name].join(', ')}]`);
  return lines.join('\n') + '\n';
}
function saveLayout() {
  const link = make('a', { href: URL.createObjectURL(new Blob([layoutFile()], { type: 'text/yaml' })), download: 'schema.layout.yaml' });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  state.dirty = false;
  paintBar();
}

// ---- theme and help

function setTheme(theme) {
  document.documentElement.dataset.theme = theme;
  try { localStorage.setItem('dbmig-theme', theme); } catch (error) { /* a page from a file may not keep anything */ }
}
function startTheme() {
  let theme = null;
  try { theme = localStorage.getItem('dbmig-theme'); } catch (error) { theme = null; }
  const wanted = new URLSearchParams(location.search).get('theme');
  theme = wanted || theme || (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light');
  document.documentElement.dataset.theme = theme === 'dark' ? 'dark' : 'light';
}
const keys = [
  ['/', 'search tables, columns and comments'], ['1 2 3', 'names, keys, all columns'], ['0', 'show everything'],
  ['+ −', 'nearer, farther'], ['← ↑ → ↓', 'move (in history: ← → go to the revision before and after)'],
  ['f', 'focus on the selected table and its neighbours'], ['[ ]', 'fewer or more steps around it'],
  ['h', 'history'], ['d', 'differences'], ['n p', 'next and previous table'], ['s', 'download the layout'], ['t', 'dark or light'], ['Esc', 'back'],
];
function paintHelp() {
  const help = clear(byId('help'));
  help.append(make('h3', {}, 'Keys'), make('table', {}, keys.map(([key, text]) => make('tr', {},
    make('td', {}, key.split(' ').flatMap(one => [make('kbd', {}, one), ' '])), make('td', {}, text)))),
    make('p', {}, 'Drag a table to pin it where you want it; double-click one to focus on it. Wheel or pinch to zoom.'),
    make('p', { class: 'soft' }, 'A line begins at a foreign key (crow’s foot: many rows; bar: at most one) and ends at what it refers to (ring: may refer to nothing).'),
    make('button', { onclick: () => help.close() }, 'Close'));
  help.showModal();
}

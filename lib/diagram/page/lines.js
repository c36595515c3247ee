// ---- foreign keys as lines

function portOf(node, column) {
  const i = node.rows.findIndex(row => row.name === column);
  return node.y + (i < 0 ? HEADER / 2 : HEADER + ROW * (i + 0.5) + 2);
}

function findLinks(shown) {
  const homes = new Map();
  data.links.forEach(([from, to, key, flags], i) => {
    homes.set(data.places[from] + '\0' + key, { to: data.places[to], path: data.layouts[state.detail].links[i], flags });
  });
  links = [];
  const add = (from, key, change) => {
    if (!nodes.has(from) || !nodes.has(key.table) || !key.columns.length) return;
    const home = homes.get(from + '\0' + key.name);
    links.push({ from, to: key.table, key, change,
      home: home && home.to === key.table ? home.path : null });
  };
  for (const [name, entry] of shown) {
    const same = key => entry.before.foreign_keys.find(other => JSON.stringify(other) === JSON.stringify(key));
    for (const key of entry.table.foreign_keys) {
      const change = entry.change === 'changed' ? (same(key) ? '' : 'added') : entry.change;
      add(name, key, change);
    }
    if (entry.change === 'changed') {
      for (const key of entry.before.foreign_keys) {
        if (!entry.table.foreign_keys.some(other => other.name === key.name)) add(name, key, 'removed');
      }
    }
  }
  routeLinks();
}

/** A line from one side of a box to one side of another. */
function straightRoute(link) {
  const a = nodes.get(link.from), b = nodes.get(link.to);
  let y1 = portOf(a, link.key.columns[0]);
  const y2 = portOf(b, link.key.referenced[0]);
  if (a === b) {
    const x = a.x + a.w;
    if (y1 === y2) y1 += 5;
    return { path: `M${x} ${y1}C${x + 26} ${y1} ${x + 26} ${y2} ${x} ${y2}`, a: [x, y1, 1], b: [x, y2, 1] };
  }
  let out, into;
  if (b.x >= a.x + a.w + 16) { out = 1; into = -1; }
  else if (b.x + b.w + 16 <= a.x) { out = -1; into = 1; }
  else { out = into = Math.abs(a.x + a.w - b.x - b.w) <= Math.abs(a.x - b.x) ? 1 : -1; }
  const x1 = out > 0 ? a.x + a.w : a.x, x2 = into > 0 ? b.x + b.w : b.x;
  let c1, c2;
  if (out === into) {
    const reach = Math.max(24, Math.min(80, Math.abs(y2 - y1) / 4));
    c1 = c2 = out > 0 ? Math.max(x1, x2) + reach : Math.min(x1, x2) - reach;
  } else {
    const half = Math.abs(x2 - x1) / 2;
    c1 = x1 + out * half; c2 = x2 + into * half;
  }
  return { path: `M${x1} ${y1}C${c1} ${y1} ${c2} ${y2} ${x2} ${y2}`, a: [x1, y1, out], b: [x2, y2, into] };
}

/** Where a drawn path begins and ends, and the side of each end. */
function endsOf(path) {
  const numbers = path.match(/-?\d+/g).map(Number);
  const steps = path.match(/[HC][^HC]*/g);
  const first = [numbers[0], numbers[1]];
  let at = first.slice(), before = first;
  for (const step of steps) {
    const values = step.slice(1).split(' ').map(Number);
    if (step[0] === 'H') { before = at; at = [values[0], at[1]]; }
    else { before = [values[2], values[3]]; at = [values[4], values[5]]; }
  }
  const second = steps[0][0] === 'H' ? Number(steps[0].slice(1)) : Number(steps[0].slice(1).split(' ')[0]);
  return { a: [first[0], first[1], second >= first[0] ? 1 : -1],
           b: [at[0], at[1], before[0] >= at[0] ? 1 : -1] };
}

function routeLinks() {
  for (const link of links) {
    const a = nodes.get(link.from), b = nodes.get(link.to);
    const home = link.home && a.home && b.home && !state.focus ? endsOf(link.home) : null;
    // The page's own line, unless a column that it is fastened to has moved in its box.
    const fits = home && (a === b || (Math.abs(home.a[1] - portOf(a, link.key.columns[0])) < 1 &&
      Math.abs(home.b[1] - portOf(b, link.key.referenced[0])) < 1));
    link.route = fits ? Object.assign({ path: link.home }, home) : straightRoute(link);
  }
}

function isKey(table, columns) {
  const wanted = [...columns].sort().join('\0');
  return [table.primary_key, ...table.uniques.map(u => u.columns),
    ...table.indexes.filter(i => i.unique && !i.where).map(i => i.columns)]
    .some(key => [...key].sort().join('\0') === wanted);
}

// The page of `dbmig docs`, opened from a file in a real Chromium.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { chromium } from 'playwright-core';

const root = path.resolve(import.meta.dirname, '../..');
const home = fs.mkdtempSync(path.join(os.tmpdir(), 'dbmig-docs-'));
let browser;

function run(folder, ...words) {
  const result = spawnSync(process.env.DBMIG, words, { cwd: folder, encoding: 'utf8', env: { ...process.env, DBMIG_SCRATCH: 'off' } });
  assert.equal(result.status, 0, `dbmig ${words.join(' ')}\n${result.stderr}`);
  return result.stdout;
}

function project(name, model) {
  const folder = path.join(home, name);
  fs.mkdirSync(path.join(folder, 'schemas'), { recursive: true });
  fs.mkdirSync(path.join(folder, 'migrations'));
  fs.writeFileSync(path.join(folder, 'dbmig.yaml'), 'database: sqlite:///app.db\ndialects: [sqlite]\n');
  fs.writeFileSync(path.join(folder, 'schemas', 'app.yaml'), model);
  return folder;
}

/** The page; what the browser complains about, the network asked for included, fails the test. */
async function open(file, hash = '') {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  page.setDefaultTimeout(8000);
  page.complaints = [];
  page.on('pageerror', error => page.complaints.push(String(error)));
  page.on('console', message => { if (message.type() === 'error') page.complaints.push(message.text()); });
  page.on('request', request => { if (!request.url().startsWith('file:') && !request.url().startsWith('blob:')) page.complaints.push(request.url()); });
  await page.goto(`file://${file}${hash}`);
  await page.locator('.box').first().waitFor();
  return page;
}
async function close(page) {
  assert.deepEqual(page.complaints, []);
  await page.close();
}
/// What `read` gives, as soon as `holds` says so or after five seconds: the page draws in its own time.
async function settled(read, holds) {
  for (let left = 100; ; --left) {
    const value = await read();
    if (left === 0 || holds(value)) return value;
    await new Promise(resume => setTimeout(resume, 50));
  }
}
const boxes = page => page.locator('.box').evaluateAll(all => all.map(box => box.dataset.name).sort());
const drawn = (page, count) => settled(() => boxes(page), all => all.length === count);
const text = (page, where) => page.locator(where).textContent();

let shop;
before(async () => {
  browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu'] });
  shop = path.join(home, 'shop');
  fs.cpSync(path.join(root, 'examples/shop'), shop, { recursive: true });
  run(shop, 'docs');
});
after(async () => {
  if (browser) await browser.close();
  fs.rmSync(home, { recursive: true, force: true });
});

test('the keyboard: search, focus and its steps, detail, dark and light', async () => {
  const page = await open(path.join(shop, 'schema.html'));
  await page.keyboard.press('/');
  await page.keyboard.type('order_l');
  await page.keyboard.press('Enter');
  assert.equal(await text(page, '#panel h2'), 'order_line');
  await page.keyboard.press('f');
  assert.deepEqual(await drawn(page, 3), ['order_line', 'orders', 'product']);
  await page.keyboard.press(']');
  assert.deepEqual(await drawn(page, 9), ['address', 'category', 'customer', 'order_line', 'orders', 'payment', 'product', 'review', 'stock']);
  await page.keyboard.press('[');
  assert.equal((await drawn(page, 3)).length, 3);
  await page.keyboard.press('Escape');
  await page.keyboard.press('0');
  const widest = () => page.locator('#svg').evaluate(svg => svg.querySelectorAll('.column').length);
  await page.keyboard.press('3');
  await page.keyboard.press('0');
  const all = await settled(widest, count => count > 0);
  await page.keyboard.press('2');
  const keys = await settled(widest, count => count > 0 && count < all);
  await page.keyboard.press('1');
  assert.equal(await settled(widest, count => count === 0), 0);
  assert.ok(all > keys && keys > 0, `${all} ${keys}`);
  const theme = () => page.evaluate(() => document.documentElement.dataset.theme);
  const first = await theme();
  await page.keyboard.press('t');
  assert.notEqual(await theme(), first);
  await close(page);
});

test('a clicked table stays in sight beside its panel', async () => {
  const page = await open(path.join(shop, 'schema.html'));
  await page.locator('.box[data-name="order_line"]').click();
  await page.locator('#panel h2:has-text("order_line")').waitFor();
  await page.waitForTimeout(100);
  const box = await page.locator('.box[data-name="order_line"] .frame').boundingBox();
  const panel = await page.locator('#panel').boundingBox();
  assert.ok(box.x + box.width <= panel.x, `${box.x + box.width} is behind the panel at ${panel.x}`);
  await close(page);
});

test('the slider shows the schema at every revision, and what each changes', async () => {
  const page = await open(path.join(shop, 'schema.html'));
  await page.keyboard.press('h');
  const expected = [['5c1f02a9d3e7', 4, 4, 0], ['8e40b7c6120d', 7, 3, 0], ['a91d33f0784c', 11, 4, 0], ['d4772e51b9c0', 11, 0, 2]];
  const shown = async () => [await page.locator('#history .what b').textContent(), (await boxes(page)).length,
    await page.locator('.box.added').count(), await page.locator('.box.changed').count()];
  for (const revision of expected.reverse()) {
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('0');
    assert.deepEqual(await settled(shown, value => String(value) === String(revision)), revision);
  }
  await close(page);
});

test('a dragged table is pinned, in the layout that is saved, and stays there in the next page', async () => {
  const page = await open(path.join(shop, 'schema.html'));
  const box = await page.locator('.box[data-name="setting"] .head').boundingBox();
  await page.mouse.move(box.x + 20, box.y + 8);
  await page.mouse.down();
  await page.mouse.move(box.x + 320, box.y - 40, { steps: 5 });
  await page.mouse.up();
  const [file] = await Promise.all([page.waitForEvent('download'), page.click('#save-layout')]);
  const layout = path.join(shop, 'schema.layout.yaml');
  await file.saveAs(layout);
  const place = fs.readFileSync(layout, 'utf8').match(/"?setting"?: \[(-?\d+), (-?\d+)\]/);
  assert.ok(place, fs.readFileSync(layout, 'utf8'));
  await close(page);
  run(shop, 'docs');
  const bytes = fs.readFileSync(path.join(shop, 'schema.html'));
  run(shop, 'docs', '-o', 'again.html', '--layout', 'schema.layout.yaml');
  assert.ok(bytes.equals(fs.readFileSync(path.join(shop, 'again.html'))), 'the same bytes');
  const next = await open(path.join(shop, 'schema.html'));
  assert.equal(await next.locator('.box[data-name="setting"]').getAttribute('transform'), `translate(${place[1]} ${place[2]})`);
  await close(next);
  fs.rmSync(layout);
});

test('names are text, never markup', async () => {
  const nasty = '<script>window.pwned = 1</script>', odd = `'"--</script><img src=x onerror=window.pwned=1>`;
  const key = JSON.stringify(nasty);
  const folder = project('nasty', `tables:\n  ${key}:\n    comment: ${JSON.stringify(odd)}\n    columns:\n      id: integer\n      ${JSON.stringify(odd)}: text\n    primary_key: [id]\n` +
    `  child:\n    columns: {id: integer, p: integer}\n    primary_key: [id]\n    foreign_keys:\n      fk: {columns: [p], references: {table: ${key}, columns: [id]}}\n`);
  run(folder, 'docs');
  const page = await open(path.join(folder, 'schema.html'), '#table=' + encodeURIComponent(nasty));
  assert.equal(await text(page, '#panel h2'), nasty);
  assert.ok((await text(page, '#panel')).includes(odd));
  assert.equal(await page.evaluate(() => window.pwned), undefined);
  assert.equal(await page.locator('script').count(), 2, 'the data and the script of the page');
  await close(page);
});

test('a thousand tables: opened in a second, and a squashed history walked through', async () => {
  const count = 1000;
  const folder = project('many', 'tables:\n' + Array.from({ length: count }, (_, i) =>
    `  t${i}:\n    columns: {id: integer, other: integer, name: varchar(40)}\n    primary_key: [id]\n` +
    (i % 3 ? `    foreign_keys:\n      fk_t${i}: {columns: [other], references: t${Math.floor(i / 3)}(id)}\n` : '')).join(''));
  const revision = (id, parent, body) => fs.writeFileSync(path.join(folder, 'migrations', `${id}_r.yaml`),
    `revision: ${id}\nparents: [${parent}]\nmessage: ${id}\ncreated: 2026-01-01T00:00:00Z\nupgrade:\n${body}`);
  revision('r000', '', '  - create_table:\n      t0:\n        columns: {id: integer}\n        primary_key: [id]\n');
  for (let i = 1; i < 300; ++i) revision(`r${String(i).padStart(3, '0')}`, `r${String(i - 1).padStart(3, '0')}`, `  - add_column: {table: t0, name: c${i}, type: integer}\n`);
  run(folder, 'squash', 'r010..r200', '-m', 'the first year', '--rev-id', 'squash01');
  run(folder, 'docs');
  const start = Date.now();
  const page = await open(path.join(folder, 'schema.html'));
  const took = Date.now() - start;
  // Under a second where nothing else runs.
  assert.ok(took < 4000, `opened in ${took} ms`);
  assert.equal((await drawn(page, count)).length, count);
  await page.locator('#history-button').click();
  assert.equal(await page.locator('#history circle').count(), 300 - 191 + 1);
  await page.locator('#history circle').nth(10).click();
  assert.match(await text(page, '#history .what'), /squash01.*replaces 191 revisions/);
  assert.match(await text(page, '#list'), /t0/);
  await close(page);
});

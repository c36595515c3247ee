// `dbmig serve` as people see it: a real Chromium on real projects.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { chromium } from 'playwright-core';

const dbmig = process.env.DBMIG;
const pictures = process.env.DBMIG_SCREENSHOTS;
const mariadb = process.env.DBMIG_TEST_MARIADB_URL;
const home = fs.mkdtempSync(path.join(os.tmpdir(), 'dbmig-browser-'));
const servers = [];
let browser;
const nasty = '<script>window.pwned = 1</script>';
const odd = `'"--</script>`;

function run(folder, ...words) {
  const result = spawnSync(dbmig, words, { cwd: folder, encoding: 'utf8', env: { ...process.env, DBMIG_SCRATCH: 'off' } });
  assert.equal(result.status, 0, `dbmig ${words.join(' ')}\n${result.stderr}`);
  return result.stdout;
}

/** A project with its database made. */
function project(name, model, rows = '', url = '') {
  const folder = path.join(home, name);
  fs.mkdirSync(path.join(folder, 'schemas'), { recursive: true });
  fs.mkdirSync(path.join(folder, 'migrations'));
  fs.writeFileSync(path.join(folder, 'dbmig.yaml'), url ? `database: ${JSON.stringify(url)}\ndialects: [mariadb]\n` : 'database: sqlite:///app.db\ndialects: [sqlite]\n');
  fs.writeFileSync(path.join(folder, 'schemas', 'app.yaml'), model);
  run(folder, 'migrate', '-m', 'first', '--no-proof');
  run(folder, 'upgrade');
  for (const [table, csv] of Object.entries(rows || {})) {
    const file = path.join(folder, 'rows.csv');
    fs.writeFileSync(file, csv);
    run(folder, 'import', file, '--table', table, '--binary', 'hex');
  }
  return folder;
}

/** Starts the server and gives its address once it is printed. */
function serve(folder, ...words) {
  const child = spawn(dbmig, ['serve', '--port', '0', ...words], { cwd: folder, env: { ...process.env, DBMIG_SCRATCH: 'off' } });
  servers.push(child);
  return new Promise((resolve, reject) => {
    let out = '';
    let err = '';
    child.stderr.on('data', data => { err += data; });
    child.stdout.on('data', data => {
      out += data;
      const address = out.match(/http:\S+/);
      if (address) resolve({ url: address[0], origin: new URL(address[0]).origin, child, said: () => out + err });
    });
    child.on('exit', code => reject(new Error(`dbmig serve ended with ${code}\n${err}`)));
  });
}

/** A new page in a context of its own; what the browser complains about fails the test. */
async function open(url, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
  context.setDefaultTimeout(8000);
  const page = await context.newPage();
  page.complaints = [];
  page.on('pageerror', error => page.complaints.push(String(error)));
  page.on('console', message => { if (message.type() === 'error') page.complaints.push(message.text()); });
  page.on('dialog', dialog => { page.complaints.push(`dialog ${dialog.message()}`); dialog.dismiss(); });
  await page.goto(url);
  // The token's page leads on by itself.
  if (url.includes('token=') && !/0{64}/.test(url)) await page.waitForSelector('#tables li', { state: 'attached' });
  return page;
}

/** Waits until `look`, run in the page, gives something true. (Playwright's own way needs eval, which the page's policy forbids.) */
async function until(page, look, argument) {
  for (const end = Date.now() + 8000; Date.now() < end; await page.waitForTimeout(50)) {
    if (await page.evaluate(look, argument).catch(() => false)) return;
  }
  assert.fail(`never: ${look}`);
}

async function picture(page, name) {
  if (!pictures) return;
  await page.waitForTimeout(250);
  await page.screenshot({ path: path.join(pictures, `${name}.png`) });
}

async function close(page) {
  assert.deepEqual(page.complaints, []);
  await page.context().close();
}

/** A request as a program sends it, with any headers: {status, headers, body}. */
function request(url, headers = {}, method = 'GET', body = undefined) {
  return new Promise((resolve, reject) => {
    const sent = http.request(url, { method, headers }, answer => {
      let text = '';
      answer.on('data', data => { text += data; });
      answer.on('end', () => resolve({ status: answer.statusCode, headers: answer.headers, body: text }));
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

const shopModel = `# The shop; this comment stays.
tables:
  customer:
    comment: People who buy
    columns:
      id: {type: integer, autoincrement: true}
      name: {type: varchar(64), nullable: false}
      settings: json
      photo: blob
      balance: {type: "decimal(10,2)", nullable: false, default: 0}
    primary_key: [id]
  orders:
    columns:
      id: {type: integer, autoincrement: true}
      customer_id: {type: integer, nullable: false}
      placed: {type: date, nullable: false}
    primary_key: [id]
    indexes: {ix_orders_placed: [placed]}
    foreign_keys:
      fk_orders_customer: {columns: [customer_id], references: customer(id)}
`;
const png = '89504e470d0a1a0a0000000d4948445200000001000000010806000000' + '1f15c4890000000d49444154789c6360f8cfc000000301010018dd8db00000000049454e44ae426082';
const customers = 'id,name,settings,photo,balance\n' + Array.from({ length: 12 }, (_, i) =>
  `${i + 1},Customer ${i + 1},"{""theme"":""dark"",""big"":12345678901234567890}",0x${png},${i * 3}.50`).join('\n') + `\n13,"${nasty}",,,1\n`;
const orders = 'id,customer_id,placed\n' + Array.from({ length: 250 }, (_, i) => `${i + 1},${i % 12 + 1},2026-01-${String(i % 28 + 1).padStart(2, '0')}`).join('\n') + '\n';

let shop;
let shopFolder;

before(async () => {
  browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu'] });
  shopFolder = project('shop', shopModel, { customer: customers, orders });
  shop = await serve(shopFolder, '--allow-upgrade');
});

after(async () => {
  if (browser) await browser.close();
  for (const child of servers) { child.removeAllListeners('exit'); child.kill('SIGKILL'); }
  fs.rmSync(home, { recursive: true, force: true });
});

test('opens with the token, lists tables, searches by keyboard', async () => {
  const page = await open(shop.url);
  await page.waitForSelector('#tables a');
  assert.ok(!page.url().includes('token'), 'the token is not left in the address');
  assert.deepEqual(await page.locator('#tables .name').allTextContents().then(all => all.filter(one => !one.startsWith('dbmig_'))), ['customer', 'orders']);
  await page.locator('#main').focus();
  await page.keyboard.press('/');
  await page.keyboard.type('ord');
  await page.keyboard.press('Enter');
  await page.waitForSelector('h1:has-text("orders")');
  assert.equal(await page.evaluate(() => document.cookie), '', 'no script sees the cookie');
  await picture(page, 'rows');
  await close(page);
});

test('rows: reads on, sorts, filters, follows a key, shows JSON and pictures', async () => {
  const page = await open(shop.url);
  await page.click('#tables a:has-text("orders")');
  await page.waitForSelector('tbody tr >> nth=99');
  await page.click('button:has-text("More rows")');
  await page.waitForSelector('tbody tr >> nth=150');
  await page.click('th:has-text("placed") button');
  await page.waitForSelector('th:has-text("↑")');
  await page.click('th:has-text("placed") button');
  await until(page, () => document.querySelector('tbody td:nth-child(3)').textContent === '2026-01-28');
  await page.selectOption('#filter-column', 'id');
  await page.fill('input[aria-label="Value"]', '17');
  await page.click('button:has-text("Filter")');
  await until(page, () => document.querySelectorAll('tbody tr').length === 1);
  await page.click('td a.go');
  await page.waitForSelector('h1:has-text("customer")');
  await until(page, () => document.querySelectorAll('tbody tr').length === 1);
  assert.match(await page.locator('tbody tr').textContent(), /Customer 5/);
  await page.click('td button:has-text("theme")');
  await page.waitForSelector('dialog pre');
  assert.match(await page.locator('dialog pre').textContent(), /"big": 12345678901234567890/);
  await picture(page, 'json');
  await page.keyboard.press('Escape');
  await page.click('td button:has-text("PNG")');
  await until(page, () => { const image = document.querySelector('dialog img'); return image && image.naturalWidth === 1; });
  await page.keyboard.press('Escape');
  const [file] = await Promise.all([page.waitForEvent('download'), page.click('a:has-text("CSV")')]);
  assert.match(fs.readFileSync(await file.path(), 'utf8'), /^id,name,settings,photo,balance\r?\n5,Customer 5,/);
  await page.click('text=Structure');
  await page.waitForSelector('h2:has-text("Referred to by")');
  await picture(page, 'structure');
  await close(page);
});

test('a query reads, its plan is shown, and nothing else runs', async () => {
  const page = await open(shop.url);
  await page.goto(shop.origin + '/#/query');
  await page.fill('#sql', 'SELECT customer_id, count(*) AS n FROM orders GROUP BY customer_id ORDER BY customer_id;');
  await page.keyboard.press('Control+Enter');
  await page.waitForSelector('#result tbody tr >> nth=11');
  await picture(page, 'query');
  await page.click('button:has-text("Plan")');
  await page.waitForSelector('#result pre:has-text("orders")');
  for (const sql of ['DELETE FROM orders', "ATTACH 'x.db' AS x", 'PRAGMA query_only = 0']) {
    await page.fill('#sql', sql);
    await page.keyboard.press('Control+Enter');
    await page.waitForSelector('#result .error:has-text("only reading")');
  }
  page.complaints = page.complaints.filter(one => !/40[03]/.test(one));  // the browser's own line for each refusal
  await close(page);
});

test('names and values from the database are text, never markup', async () => {
  const folder = path.join(home, 'nasty');
  fs.mkdirSync(folder);
  const sql = name => `"${name.replaceAll('"', '""')}"`;
  const script = `CREATE TABLE ${sql(nasty)} (id INTEGER PRIMARY KEY, ${sql(odd)} TEXT, ${sql('<img src=x onerror=window.pwned=1>')} TEXT);
    INSERT INTO ${sql(nasty)} VALUES (1, '</script><img src=x onerror="window.pwned=1">', '${nasty}'), (2, '''"--', NULL);
    CREATE TABLE child (id INTEGER PRIMARY KEY, p INTEGER REFERENCES ${sql(nasty)} (id)); INSERT INTO child VALUES (7, 2);`;
  const made = spawnSync('sqlite3', [path.join(folder, 'nasty.db')], { input: script, encoding: 'utf8' });
  assert.equal(made.status, 0, made.stderr);
  const server = await serve(folder, '--url', 'sqlite:///nasty.db');
  const page = await open(server.url);
  await page.waitForSelector('#tables a');
  await page.waitForTimeout(300);
  await page.locator('#tables a').filter({ hasText: nasty }).click();
  await page.waitForSelector('tbody tr >> nth=1');
  assert.equal(await page.locator('h1').textContent(), nasty);
  const text = await page.locator('table').textContent();
  assert.ok(text.includes(odd) && text.includes('</script><img src=x onerror="window.pwned=1">'), text);
  await page.click(`th:has-text("--") button`);
  await page.waitForSelector('th:has-text("↑")');
  await page.selectOption('#filter-column', odd);
  await page.fill('input[aria-label="Value"]', `'"--`);
  await page.click('button:has-text("Filter")');
  await until(page, () => document.querySelectorAll('tbody tr').length === 1);
  await page.click('text=Structure');
  await page.waitForSelector('td:has-text("onerror")');
  await page.goto(server.origin + '/#/rows?table=child');
  await page.click('td a.go');
  await until(page, name => document.querySelector('h1').textContent === name, nasty);
  await page.goto(server.origin + '/#/query');
  await page.fill('#sql', `SELECT '${nasty}' AS "${nasty}"`);
  await page.keyboard.press('Control+Enter');
  await page.waitForSelector('#result th');
  assert.equal(await page.evaluate(() => window.pwned), undefined);
  assert.equal(await page.locator('main script').count(), 0);
  await close(page);
});

test('a change becomes a revision to review, can be discarded, and is applied by the button', async () => {
  const model = path.join(shopFolder, 'schemas', 'app.yaml');
  const revisions = path.join(shopFolder, 'migrations');
  const before = fs.readFileSync(model, 'utf8');
  const count = () => fs.readdirSync(revisions).filter(name => name.endsWith('.yaml')).length;
  const page = await open(shop.url);
  await page.waitForSelector('#tables a');
  await page.goto(shop.origin + '/#/change?kind=add_column&table=customer');
  await page.fill('#name', 'email');
  await page.fill('#type', 'varchar(120)');
  await page.click('button:has-text("Write the revision")');
  await page.waitForSelector('#review');
  assert.match(await page.locator('#review').textContent(), /add_column: \{table: customer, name: email/);
  await picture(page, 'change');
  assert.equal(count(), 2);
  assert.match(fs.readFileSync(model, 'utf8'), /^# The shop; this comment stays\.\n[^]*\n {6}email: varchar\(120\)\n {4}primary_key/);
  await page.click('button:has-text("Discard")');
  await page.waitForSelector('text=Discarded');
  assert.equal(fs.readFileSync(model, 'utf8'), before);
  assert.equal(count(), 1);

  await page.goto(shop.origin + '/#/change?kind=drop_column&table=customer');
  await page.selectOption('#column', 'settings');
  await page.click('button:has-text("Write the revision")');
  await page.waitForSelector('.error');
  assert.equal(fs.readFileSync(model, 'utf8'), before, 'a refused change leaves the model as it was');
  await page.goto(shop.origin + '/#/change?kind=create_table');
  await page.waitForSelector('.columns-form');
  await page.fill('#name', 'city');
  await page.locator('.columns-form input[placeholder="name"]').nth(1).fill('title');
  await page.locator('.columns-form input[placeholder="type"]').nth(1).fill('varchar(80)');
  await page.click('button:has-text("Write the revision")');
  await page.waitForSelector('#review');
  assert.ok(fs.existsSync(path.join(shopFolder, 'schemas', 'city.yaml')));
  await page.click('text=See what is pending');
  await page.waitForSelector('#upgrade');
  await picture(page, 'revisions');
  await page.click('#upgrade');
  await page.waitForSelector('text=Applied 1 revision');
  await page.waitForSelector('#tables a:has-text("city")');
  page.complaints = page.complaints.filter(one => !/40[03]/.test(one));
  await close(page);
});

/** Changes a project's database by hand, and looks at the diagram of it. */
async function lookAtDrift(folder, url, change) {
  change();
  const server = await serve(folder, ...(url ? ['--url', url] : []));
  const page = await open(server.url);
  const frame = page.frameLocator('iframe');
  await frame.locator('.box.changed[data-name="customer"]').waitFor();
  assert.equal(await frame.locator('.box[data-name="tag"]').getAttribute('class'), 'box removed');
  assert.deepEqual(await frame.locator('.box.changed .column.added').allTextContents(), ['by_hand']);
  assert.deepEqual(await frame.locator('.box.changed .column.changed').allTextContents(), []);
  assert.match(await frame.locator('#legend').textContent(), /made by hand \(0\)dropped by hand \(1\)changed by hand \(2\)/);
  await frame.locator('.box[data-name="orders"]').click();
  const panel = frame.locator('#panel');
  assert.match(await panel.textContent(), /Changed by hand since revision/);
  assert.deepEqual(await panel.locator('li.removed').allTextContents(), ['ix_orders_placed (placed)']);
  // A table's section has what lint says of the revisions that made it, and a link to its rows.
  // (MariaDB makes an index for every foreign key: nothing to find there.)
  assert.equal(await panel.locator('h3:has-text("Lint findings") + ul li:has-text("FK701")').count(), url ? 0 : 1);
  await panel.locator('a.to-rows').waitFor();
  await picture(page, url ? 'drift-mariadb' : 'drift');
  // Without the overlay it is the database alone.
  await frame.locator('#compare-button').click();
  assert.equal(await frame.locator('.box.changed, .box.removed').count(), 0);
  assert.equal(await frame.locator('.box[data-name="tag"]').count(), 0);
  await close(page);
}
const driftModel = shopModel + '  tag:\n    columns: {name: varchar(40)}\n    primary_key: [name]\n';
const byHand = 'ALTER TABLE customer ADD COLUMN by_hand integer; DROP TABLE tag; CREATE TABLE strange (x integer);';

test('what was changed by hand is laid over the diagram, and lint speaks in a table\'s section', async () => {
  const folder = project('drift', driftModel);
  await lookAtDrift(folder, '', () => {
    const made = spawnSync('sqlite3', [path.join(folder, 'app.db')], { input: byHand + 'DROP INDEX ix_orders_placed', encoding: 'utf8' });
    assert.equal(made.status, 0, made.stderr);
  });
});

test('and on MariaDB', { skip: mariadb ? false : 'no MariaDB server: set DBMIG_TEST_MARIADB_URL' }, async () => {
  const name = `browser_drift_${process.pid}`;
  const sql = text => {
    const socket = new URL(mariadb.replace(/^mariadb:/, 'http:')).searchParams.get('socket');
    const made = spawnSync('mariadb', ['--no-defaults', '-u', 'root', '-S', socket], { input: text, encoding: 'utf8' });
    assert.equal(made.status, 0, made.stderr);
  };
  const url = mariadb.replace(/\/(\?|$)/, `/${name}$1`);
  sql(`CREATE DATABASE ${name}`);
  try {
    const folder = project('drift-mariadb', driftModel, null, url);
    await lookAtDrift(folder, url, () => sql(`USE ${name}; ${byHand} ALTER TABLE orders DROP INDEX ix_orders_placed`));
  } finally {
    sql(`DROP DATABASE ${name}`);
  }
});

test('wrong token, wrong Host, another page: nothing', async () => {
  const page = await open(shop.origin + '/?token=' + '0'.repeat(64));
  assert.match(await page.locator('h1').textContent(), /Wrong token/);
  await picture(page, 'door');
  await page.goto(shop.origin + '/');
  assert.match(await page.locator('h1').textContent(), /No session/);
  await page.context().close();
  const cookie = (await request(shop.url)).headers['set-cookie'][0].split(';')[0];
  assert.equal((await request(shop.origin + '/api/tables', { Cookie: cookie })).status, 200);
  assert.equal((await request(shop.origin + '/api/tables')).status, 401);
  for (const host of ['evil.example', `evil.example:${new URL(shop.origin).port}`, 'localhost:1']) {
    assert.equal((await request(shop.origin + '/api/tables', { Cookie: cookie, Host: host })).status, 400, host);
    assert.equal((await request(shop.url, { Host: host })).status, 400, host);
  }
  const about = JSON.parse((await request(shop.origin + '/api/about', { Cookie: cookie })).body);
  const right = { Cookie: cookie, Origin: shop.origin, 'X-CSRF-Token': about.csrf, 'Content-Type': 'application/json' };
  const ask = headers => request(shop.origin + '/api/query', headers, 'POST', '{"sql":"SELECT 1"}');
  assert.equal((await ask(right)).status, 200);
  for (const [name, value] of [['Cookie', 'x=1'], ['Origin', 'http://evil.example'], ['X-CSRF-Token', 'x'], ['Content-Type', 'text/plain']]) {
    assert.ok((await ask({ ...right, [name]: value })).status >= 400, name);
  }
  assert.equal((await request(shop.origin + '/api/query', right, 'POST', 'x'.repeat(2 << 20)).catch(() => ({ status: 413 }))).status, 413);
  // A page from elsewhere, in a browser that has the cookie.
  const evil = http.createServer((_, answer) => answer.setHeader('Content-Type', 'text/html').end('<h1>evil</h1>')).listen(0, '127.0.0.1');
  const victim = await open(shop.url);
  await victim.waitForSelector('#tables a');
  await victim.goto(`http://127.0.0.1:${evil.address().port}/`);
  const got = await victim.evaluate(async origin => {
    const outcome = [];
    for (const how of [{ credentials: 'include' }, { credentials: 'include', mode: 'no-cors' }, { method: 'POST', credentials: 'include', body: '{}' }]) {
      outcome.push(await fetch(origin + '/api/tables', how).then(answer => answer.text(), () => ''));
    }
    return outcome.join('');
  }, shop.origin);
  assert.equal(got, '');
  await victim.context().close();
  evil.close();
});

test('a password is asked for', async () => {
  process.env.DBMIG_SERVE_PASSWORD = 'correct horse';
  const server = await serve(shopFolder, '--password');
  delete process.env.DBMIG_SERVE_PASSWORD;
  const page = await (await browser.newContext()).newPage();
  await page.goto(server.url);
  await page.fill('input[type="password"]', 'wrong horse');
  await page.click('button');
  await page.waitForSelector('text=The password is wrong');
  await picture(page, 'password');
  await page.fill('input[type="password"]', 'correct horse');
  await page.click('button');
  await page.waitForSelector('#tables a');
  assert.ok(!server.said().includes('horse'));
  await page.context().close();
});

test('three hundred tables: quick, searched, drawn, zoomed', async () => {
  const model = 'tables:\n' + Array.from({ length: 300 }, (_, i) =>
    `  t${i}:\n    columns:\n      id: {type: integer, autoincrement: true}\n      other: integer\n    primary_key: [id]\n` +
    (i % 3 ? `    foreign_keys:\n      fk_t${i}: {columns: [other], references: t${Math.floor(i / 3)}(id)}\n` : '')).join('');
  const server = await serve(project('many', model));
  const start = Date.now();
  const page = await open(server.url);
  await page.waitForSelector('#tables a[data-table="t299"]');
  const frame = page.frameLocator('iframe');
  await frame.locator('svg#svg text').first().waitFor();
  assert.ok(Date.now() - start < 8000, `opened in ${Date.now() - start} ms`);
  await picture(page, 'diagram');
  const view = () => frame.locator('#svg').evaluate(svg => svg.getAttribute('viewBox') + [...svg.querySelectorAll('[transform]')].slice(0, 2).map(one => one.getAttribute('transform')));
  const first = await view();
  await page.mouse.move(700, 400);
  await page.mouse.wheel(0, -400);
  await page.waitForTimeout(300);
  assert.notEqual(await view(), first, 'the wheel zooms');
  await page.fill('#search', 't29');
  assert.equal(await page.locator('#tables a').count(), 11);
  await close(page);
});

test('dark, narrow, keyboard help', async () => {
  const page = await open(shop.url, { viewport: { width: 420, height: 760 }, colorScheme: 'dark' });
  await page.waitForSelector('#tables a', { state: 'attached' });
  await page.goto(shop.origin + '/#/rows?table=customer');
  await page.waitForSelector('tbody tr');
  await picture(page, 'narrow-dark');
  await page.click('#menu');
  await page.waitForSelector('#tables a:has-text("orders")');
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'nothing is wider than the window');
  await close(page);
});

test('MariaDB: sessions, sizes and rights, and no password', { skip: mariadb ? false : 'no MariaDB server: set DBMIG_TEST_MARIADB_URL' }, async () => {
  const server = await serve(home, '--url', mariadb.replace(/\/(\?|$)/, '/information_schema$1'));
  const page = await open(server.url);
  await page.waitForSelector('#tables li');
  await page.goto(server.origin + '/#/server');
  await page.waitForSelector('h2:has-text("Grants")');
  for (const title of ['Sessions', 'Locks that are waited for', 'Databases', 'Users']) await page.waitForSelector(`h2:has-text("${title}")`);
  assert.ok(!/\*[0-9A-F]{40}/.test(await page.locator('main').textContent()));
  await picture(page, 'server');
  await close(page);
});

test('ends by Ctrl-C with 0, and a taken port is told', async () => {
  const taken = spawnSync(dbmig, ['serve', '--port', new URL(shop.origin).port], { cwd: shopFolder, encoding: 'utf8' });
  assert.equal(taken.status, 1);
  assert.match(taken.stderr, /port \d+ of 127\.0\.0\.1 is in use; .*--port 0/);
  shop.child.removeAllListeners('exit');
  const ended = new Promise(resolve => shop.child.on('exit', (code, signal) => resolve([code, signal])));
  shop.child.kill('SIGINT');
  assert.deepEqual(await ended, [0, null]);
});

// The pictures of README are what the pages look like: taken again and compared, roughly, for fonts differ between
// machines. `tests/browser/pictures.sh DBMIG` takes them anew.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { chromium } from 'playwright-core';

const dbmig = process.env.DBMIG;
const root = path.resolve(import.meta.dirname, '../..');
const home = fs.mkdtempSync(path.join(os.tmpdir(), 'dbmig-pictures-'));
const shop = path.join(home, 'shop');
const size = { width: 1200, height: 720 };
let browser, server;

function run(...words) {
  const result = spawnSync(dbmig, words, { cwd: shop, encoding: 'utf8', env: { ...process.env, DBMIG_SCRATCH: 'off' } });
  assert.equal(result.status, 0, `dbmig ${words.join(' ')}\n${result.stderr}`);
}

before(async () => {
  fs.cpSync(path.join(root, 'examples/shop'), shop, { recursive: true });
  fs.writeFileSync(path.join(shop, 'dbmig.yaml'), 'database: sqlite:///shop.db\ndialects: [sqlite]\n');
  browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu'] });
});
after(async () => {
  if (browser) await browser.close();
  if (server) server.kill('SIGKILL');
  fs.rmSync(home, { recursive: true, force: true });
});

/** The picture as the file in lib/docs/pictures has it, or written there. */
async function compare(page, name) {
  await page.waitForTimeout(300);
  const taken = await page.screenshot();
  const file = path.join(root, 'lib/docs/pictures', name);
  if (process.env.DBMIG_PICTURES === 'write') return fs.writeFileSync(file, taken);
  const blank = await browser.newPage();
  // The mean brightness of each of 40 × 24 fields.
  const fields = png => blank.evaluate(async data => {
    const image = new Image();
    image.src = data;
    await image.decode();
    const canvas = document.createElement('canvas');
    [canvas.width, canvas.height] = [image.width, image.height];
    const context = canvas.getContext('2d');
    context.drawImage(image, 0, 0);
    const { data: pixels } = context.getImageData(0, 0, image.width, image.height);
    const sums = new Array(40 * 24).fill(0);
    for (let y = 0; y < image.height; ++y) {
      for (let x = 0; x < image.width; ++x) {
        const at = (y * image.width + x) * 4;
        sums[Math.floor(y * 24 / image.height) * 40 + Math.floor(x * 40 / image.width)] += (pixels[at] + pixels[at + 1] + pixels[at + 2]) / 3;
      }
    }
    return sums.map(sum => sum / (image.width * image.height / sums.length));
  }, 'data:image/png;base64,' + png.toString('base64'));
  const [one, other] = [await fields(fs.readFileSync(file)), await fields(taken)];
  const differences = one.map((value, i) => Math.abs(value - other[i]));
  const mean = differences.reduce((sum, value) => sum + value, 0) / differences.length;
  const advice = `lib/docs/pictures/${name} is out of date: take it anew with tests/browser/pictures.sh DBMIG`;
  assert.ok(mean < 3 && Math.max(...differences) < 60, `${advice} (differs by ${mean.toFixed(1)}, at most ${Math.max(...differences).toFixed(0)})`);
  await blank.close();
}

test('what a revision changes, on the page of dbmig docs', async () => {
  run('docs', '-o', 'page.html');
  const page = await browser.newPage({ viewport: size });
  await page.goto(`file://${shop}/page.html#revision=d4772e51b9c0&table=product`);
  await page.locator('.box.changed[data-name="product"]').waitFor();
  await compare(page, 'history.png');
  await page.close();
});

test('drift, on the page of dbmig serve', async () => {
  run('upgrade');
  const changed = spawnSync('sqlite3', [path.join(shop, 'shop.db')], { input: 'ALTER TABLE product ADD COLUMN weight integer; DROP INDEX ix_orders_ship_to; DROP TABLE setting' });
  assert.equal(changed.status, 0);
  server = spawn(dbmig, ['serve', '--port', '0'], { cwd: shop, env: { ...process.env, DBMIG_SCRATCH: 'off' } });
  const url = await new Promise((resolve, reject) => {
    let out = '';
    server.stdout.on('data', data => { out += data; const found = out.match(/http:\S+/); if (found) resolve(found[0]); });
    server.on('exit', () => reject(new Error('dbmig serve ended')));
  });
  const page = await browser.newPage({ viewport: size });
  await page.goto(url);
  const frame = page.frameLocator('iframe');
  await frame.locator('.box.changed[data-name="product"]').click();
  // Where the file of this run stands is nobody's business.
  await page.evaluate(() => { document.getElementById('database').textContent = 'sqlite:///shop.db'; });
  await compare(page, 'serve.png');
  server.removeAllListeners('exit');
  await page.close();
});

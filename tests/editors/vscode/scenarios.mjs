// What a programmer does, one function a check. A check throws when the editor does not show what it must.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';

const ORDERS = 'backend/orders.py';
const PRODUCTS = 'backend/products.py';
const MODEL_NAME = /claude_4_sonnet|gpt_4_turbo|codellama_70b|\w+_specialist/;
/** At least as long as the slow model of the set-up takes: by then an answer that was not cancelled has come. */
const SLOW_ANSWER_MS = 4000;
const { KEY } = process.env;

function lineOf(workspace, file, needle) {
  const index = fs.readFileSync(path.join(workspace, file), 'utf8').split('\n').findIndex((line) => line.includes(needle));
  assert.notEqual(index, -1, `${file} has no line with ${needle}`);
  return index + 1;
}

/** Type the head of a new handler at the end of products.py, as its neighbours have it. */
async function typeHandler(bench) {
  await bench.openFile(PRODUCTS);
  await bench.press('Control+End');
  await bench.type('\n\n@router.get("/{product_id}/stock")\ndef get_stock(product_id: int, session: Session = Depends(get_session)) -> int:\n');
}

/** Take the ghost text with Tab; `shot` is the screenshot that shows it before. */
async function acceptGhost(bench, ghost, shot) {
  // Room below the cursor, for the lines that a ghost may add.
  for (let line = 0; line < 8; line += 1) await bench.press('Control+ArrowDown');
  await bench.shot(shot);
  await bench.press('Tab');
  const first = ghost.trim();
  // Ghost text is part of the line on the screen: accepted means that the ghost is gone and its text still there.
  await bench.until(`the accepted text ${first}`, async () => !(await bench.ghostText()).includes(first) && (await bench.text()).includes(first));
  await bench.revert();
  return first;
}

/** The status bar's tooltip, as a person reads it. */
async function hoverStatus(bench) {
  await bench.status().hover();
  const tip = bench.page.locator('.workbench-hover-container .hover-contents, .workbench-hover .hover-contents').first();
  await tip.waitFor();
  return (await tip.textContent()).replaceAll('\u00a0', ' ');
}

async function quiet(bench, { logs }) {
  const files = fs.readdirSync(logs, { recursive: true }).map((name) => path.join(logs, name)).filter((name) => fs.statSync(name).isFile());
  const lines = files.flatMap((file) => fs.readFileSync(file, 'utf8').split('\n').map((line) => `${path.basename(file)}: ${line}`));
  assert.ok(lines.some((line) => line.startsWith('Pointsman.log')), 'the extension wrote its log');
  assert.deepEqual(lines.filter((line) => line.includes(KEY)), [], 'no log shows a key');
  assert.deepEqual(lines.filter((line) => /^Pointsman\.log.*\[error\]/.test(line)), [], 'no error in the log of Pointsman');
  assert.deepEqual(lines.filter((line) => /exthost\.log.*\[error\].*pointsman/i.test(line)), [], 'no error of Pointsman in the extension host');
  assert.deepEqual(bench.consoleErrors.filter((line) => /pointsman/i.test(line)), [], 'no error of Pointsman in the console');
  assert.deepEqual(bench.outside.filter((address) => /evil|pointsman/i.test(address)), [], 'nothing shown was fetched');
}

const shared = {
  async diagnostics(bench, { workspace }) {
    await bench.openFile(ORDERS);
    await bench.goto(lineOf(workspace, ORDERS, 'def find_orders'));
    await bench.until('a squiggle', () => bench.squiggles(), 60_000);
    const rows = await bench.problems();
    assert.ok(rows.some((row) => /complexity/i.test(row)), `the complexity of price_order is reported: ${rows.join(' | ')}`);
    await bench.shot('diagnostics');
    await bench.closePanel();
    return `${rows.length - 1} findings`;
  },

  async code_lens(bench, { workspace }) {
    await bench.openFile(ORDERS);
    await bench.goto(lineOf(workspace, ORDERS, 'def price_order'));
    const lens = await bench.until('a lens with a score', async () => (await bench.lenses()).find((text) => /complexity/i.test(text) && /\d/.test(text)));
    return lens;
  },
};

/** No key, no network: everything still gives something, and says that it is degraded. */
export const offline = {
  ...shared,

  async hover(bench, { workspace }) {
    const line = lineOf(workspace, ORDERS, 'def price_order');
    await bench.openFile(ORDERS);
    await bench.goto(line, 6);
    await bench.command('Show or Focus Hover');
    const hover = bench.page.locator('.monaco-editor .monaco-hover:not(.hidden)').first();
    await hover.waitFor();
    const text = await bench.until('a hover that names complexity and domain', async () => {
      const shown = await hover.textContent();
      return /complexity/i.test(shown) && /backend/i.test(shown) && shown;
    });
    assert.equal(await hover.locator('img, a[data-href^="http"], a[data-href^="command:pointsman"]').count(), 0, 'nothing to fetch or follow');
    await bench.shot('hover');
    await bench.press('Escape');
    return text;
  },

  async complexity_breakdown(bench, { workspace }) {
    await bench.openFile(ORDERS);
    await bench.goto(lineOf(workspace, ORDERS, 'def price_order'));
    const rows = bench.page.locator('.quick-input-list .monaco-list-row');
    await bench.until('the breakdown', async () => {
      const lens = await bench.lensAbove('def price_order');
      if (!lens) return 0;
      await bench.page.mouse.click(lens.x + 20, lens.y + lens.height / 2);
      return rows.first().waitFor({ timeout: 3000 }).then(() => rows.count(), () => 0);
    });
    const text = (await rows.allTextContents()).join(' ');
    assert.match(text, /cognitive|nest|line/i);
    await bench.shot('complexity');
    await bench.press('Escape');
  },

  async quick_fix(bench, { workspace }) {
    const line = lineOf(workspace, ORDERS, 'coupon != None');
    await bench.openFile(ORDERS);
    await bench.goto(line, 'if order.coupon != None'.indexOf('!=') + 5);
    await bench.codeAction(/is not/);
    await bench.shot('quick-fix');
    await bench.press('Enter');
    await bench.until('the fix', async () => (await bench.text()).includes('order.coupon is not None'));
    await bench.revert();
  },

  async ghost_text(bench) {
    await typeHandler(bench);
    // Without a model only what the workspace repeats is shown: somewhere in such a handler it must be sure.
    const pieces = ['row = session.execute(', 'text("SELECT * FROM ', 'products WHERE ', 'id = :id"), ', '{"id": product_id})', '.first()\n', 'if row ', 'is None:\n', 'raise HTTP'];
    for (const piece of pieces) {
      await bench.type(piece);
      const ghost = await bench.until('ghost text', () => bench.ghostText(), 1200).catch(() => '');
      if (ghost.trim()) return acceptGhost(bench, ghost, 'ghost-offline');
    }
    throw new Error('no ghost text anywhere in a handler like its neighbours');
  },

  async status_says_offline(bench) {
    const text = await bench.until('an offline status', async () => /offline/i.test(await bench.statusText()) && bench.statusText());
    const tip = await hoverStatus(bench);
    assert.match(tip, /offline/i, 'the tooltip names the service level');
    assert.match(tip, /\$0/, 'the tooltip names the cost');
    await bench.shot('status-offline');
    await bench.rest();
    return text;
  },

  async explanation_is_labelled(bench, { workspace }) {
    await bench.openFile(ORDERS);
    const line = lineOf(workspace, ORDERS, 'def find_orders');
    await bench.select(line, line + 4);
    await bench.command('Pointsman: Explain Selection');
    const text = await bench.preview('Explanation of orders.py', /\w{3}/);
    assert.match(text, /offline|no model|without a model/i, 'the answer says that no model gave it');
    await bench.shot('explain-offline');
    await bench.command('View: Close All Editors');
  },

  async review_says_degraded(bench) {
    await bench.openFile(ORDERS);
    await bench.command('Pointsman: Review File');
    const text = await bench.toast(/offline|no model|without a model|rules/i);
    await bench.until('the progress is gone', async () => (await bench.toasts().filter({ hasText: 'Reviewing' }).count()) === 0);
    await bench.shot('review-offline');
    await bench.dismissToasts();
    return text;
  },

  quiet,
};

/** A local server that speaks the vendors' API stands in for the model. */
export const model = {
  ...shared,

  async key_from_the_secret_store(bench) {
    await bench.command('Pointsman: Set API Key…');
    await bench.quickInput('OpenAI', 'OpenAI');
    await bench.press('Enter');
    const box = bench.page.locator('.quick-input-widget input[type="password"]');
    await box.waitFor();
    await box.fill(KEY);
    await bench.press('Enter');
    await bench.toasts().filter({ hasText: 'key is stored' }).waitFor();
    await bench.dismissToasts();
  },

  async ghost_text(bench) {
    await typeHandler(bench);
    const ghost = await bench.until('ghost text of the model', async () => {
      const text = await bench.ghostText();
      return text.includes('SELECT stock') && text;
    });
    assert.match(await bench.ghostBlock(), /return row\.stock/, 'the whole block is suggested');
    return acceptGhost(bench, ghost, 'ghost');
  },

  async status_names_model_and_cost(bench) {
    const text = await bench.until('a model in the status bar', async () => /\w+_\w+ · \$\d/.test(await bench.statusText()) && bench.statusText());
    const tip = await hoverStatus(bench);
    assert.match(tip, /service/i, 'the tooltip names the service level');
    assert.match(tip, /session.*today/i, 'the tooltip names what was spent');
    await bench.shot('status');
    await bench.rest();
    return text;
  },

  async action_resolves_lazily(bench, { workspace }) {
    const line = lineOf(workspace, ORDERS, 'def delete_order');
    await bench.openFile(ORDERS);
    await bench.select(line, line + 4);
    await bench.codeAction(/document/i);
    await bench.shot('code-actions');
    const before = await bench.text();
    const row = bench.page.locator('.action-widget .monaco-list-row', { hasText: /document/i }).first();
    await row.click();
    await bench.until('the documentation', async () => (await bench.text()) !== before);
    await bench.shot('documented');
    await bench.revert();
  },

  async explanation(bench, { workspace }) {
    await bench.openFile(ORDERS);
    const line = lineOf(workspace, ORDERS, 'def price_order');
    await bench.select(line, line + 8);
    await bench.command('Pointsman: Explain Selection');
    const text = await bench.preview('Explanation of orders.py', /\w{3}/);
    await bench.shot('explain');
    await bench.command('View: Close All Editors');
    return text.slice(0, 80);
  },

  async review_can_be_cancelled(bench) {
    await bench.openFile('backend/customers.py');
    await bench.command('Pointsman: Review File');
    const toast = bench.toasts().filter({ hasText: 'Reviewing customers.py' }).first();
    await toast.waitFor();
    await bench.shot('review-progress');
    await toast.getByRole('button', { name: 'Cancel' }).click();
    await bench.until('the progress is gone', async () => (await toast.count()) === 0, 5000);
    await bench.page.waitForTimeout(SLOW_ANSWER_MS);
    assert.equal(await bench.toasts().count(), 0, 'a cancelled review says nothing');
    const rows = await bench.problems();
    assert.deepEqual(rows.filter((row) => MODEL_NAME.test(row)), [], 'a cancelled review finds nothing');
    await bench.closePanel();
  },

  async review(bench, { workspace }) {
    await bench.command('View: Close All Editors');
    await bench.openFile(ORDERS);
    await bench.goto(lineOf(workspace, ORDERS, 'def find_orders'));
    await bench.command('Pointsman: Review File');
    const message = await bench.toast(/finding/i, 30_000);
    await bench.dismissToasts();
    const rows = await bench.problems();
    const found = rows.filter((row) => /backend/i.test(row) && MODEL_NAME.test(row));
    assert.ok(found.length > 0, `a finding names its agent and model: ${rows.join(' | ')}`);
    await bench.shot('review');
    await bench.closePanel();
    return message;
  },

  async last_route(bench) {
    await bench.status().click();
    const rows = bench.page.locator('.quick-input-list .monaco-list-row');
    await rows.first().waitFor();
    const text = (await rows.allTextContents()).join('\n');
    assert.match(text, /\$\d/, 'the route names the cost');
    await bench.shot('route');
    await bench.press('Escape');
    return text;
  },

  async findings_are_cleared(bench) {
    await bench.openFile(ORDERS);
    await bench.command('Pointsman: Clear Review Findings');
    await bench.until('no finding of a review', async () => !(await bench.problems()).some((row) => MODEL_NAME.test(row)));
    await bench.closePanel();
  },

  quiet,
};

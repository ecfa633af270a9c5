// VS Code's window as a person uses it: keys, mouse, and what can be read on the screen.
import fs from 'node:fs';
import path from 'node:path';
import { createRequire } from 'node:module';

const { chromium } = createRequire(import.meta.url)(process.env.POINTSMAN_TEST_PLAYWRIGHT);

export class Workbench {
  static async open(url, artifacts) {
    const browser = await chromium.launch({
      executablePath: process.env.POINTSMAN_TEST_CHROMIUM,
      args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
        '--disable-component-update', '--disable-sync', '--force-color-profile=srgb'],
    });
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 }, reducedMotion: 'reduce' });
    page.setDefaultTimeout(15_000);
    const bench = new Workbench(browser, page, artifacts);
    page.on('console', (message) => { if (message.type() === 'error') bench.consoleErrors.push(message.text()); });
    page.on('pageerror', (error) => bench.consoleErrors.push(String(error)));
    // No network: whatever is not this server fails at once, and is noted.
    await page.route((address) => address.hostname !== '127.0.0.1', (route) => {
      bench.outside.push(route.request().url());
      return route.abort();
    });
    await page.goto(url);
    await page.locator('.monaco-workbench').waitFor({ timeout: 60_000 });
    await page.locator('.explorer-folders-view .monaco-list-row').first().waitFor({ timeout: 60_000 });
    // Not ours, and only in a browser: gone from the pictures.
    for (const other of ['status.forwardedPorts', 'status.workbench.keyboardLayout']) await bench.hideStatus(other);
    return bench;
  }

  constructor(browser, page, artifacts) {
    Object.assign(this, { browser, page, artifacts, consoleErrors: [], outside: [] });
    fs.mkdirSync(artifacts, { recursive: true });
  }

  close() { return this.browser.close(); }

  async shot(name) {
    await this.page.waitForTimeout(300); // what fades in has arrived
    await this.page.screenshot({ path: path.join(this.artifacts, `${name}.png`) });
  }

  async until(what, probe, ms = 20_000) {
    const end = Date.now() + ms;
    let last;
    for (;;) {
      const value = await probe();
      if (value) return value;
      last = value;
      if (Date.now() > end) throw new Error(`waited ${ms / 1000} s for: ${what} (last: ${JSON.stringify(last) ?? 'nothing'})`);
      await this.page.waitForTimeout(50);
    }
  }

  // --- the keyboard -------------------------------------------------------------------------------------------------

  press(...keys) { return keys.reduce((before, key) => before.then(() => this.page.keyboard.press(key)), Promise.resolve()); }

  type(text) { return this.page.keyboard.type(text, { delay: 25 }); }

  /** Press a key that opens the box at the top. A rendered answer that was just closed can swallow the first one. */
  async openBox(key) {
    const input = this.page.locator('.quick-input-widget input.input');
    await this.until(`the box of ${key}`, async () => {
      await this.press(key);
      if (await input.waitFor({ timeout: 2000 }).then(() => true, () => false)) return true;
      await this.page.locator('.part.sidebar .title-label').click({ timeout: 1000 }).catch(() => this.press('Escape'));
      return false;
    });
  }

  async quickInput(text, row) {
    const input = this.page.locator('.quick-input-widget input.input');
    await input.waitFor();
    await input.fill(text);
    // Only the focused row counts: Enter takes that one, and an older list may still be on the screen.
    if (row) await this.page.locator('.quick-input-list .monaco-list-row.focused').filter({ hasText: row }).first().waitFor();
  }

  async command(title) {
    await this.openBox('F1');
    await this.quickInput(`>${title}`, title);
    await this.press('Enter');
  }

  /** Open a file by its path in the workspace; the editor has the focus afterwards. */
  async openFile(file) {
    const name = path.posix.basename(file);
    await this.openBox('Control+p');
    await this.quickInput(file, name);
    await this.press('Enter');
    await this.page.locator('.tab.active', { hasText: name }).first().waitFor();
    await this.page.locator('.monaco-editor .view-lines').first().waitFor();
  }

  async goto(line, column = 1) {
    await this.openBox('Control+g');
    await this.quickInput(`:${line}:${column}`);
    await this.press('Enter');
    await this.until('the cursor moved', async () => (await this.cursor()).line === line);
    await this.until('the box is gone', async () => !(await this.page.locator('.quick-input-widget').isVisible()));
  }

  /** Select from one place to another, both one-based. */
  async select(fromLine, toLine) {
    await this.goto(fromLine);
    for (let line = fromLine; line < toLine; line += 1) await this.press('Shift+ArrowDown');
    await this.press('Shift+End');
  }

  // --- the screen ---------------------------------------------------------------------------------------------------

  async cursor() {
    const text = await this.page.locator('.statusbar-item', { hasText: /^Ln \d+/ }).first().textContent().catch(() => '');
    const [, line, column] = /Ln (\d+), Col (\d+)/.exec(text) ?? [];
    return { line: Number(line), column: Number(column) };
  }

  editor() { return this.page.locator('.editor-instance .monaco-editor').first(); }

  /** The lines that the editor shows now. */
  text() {
    return this.editor().locator('.view-lines').first().evaluate((element) =>
      [...element.querySelectorAll('.view-line')]
        .sort((a, b) => a.offsetTop - b.offsetTop)
        .map((line) => line.textContent.replaceAll('\u00a0', ' '))
        .join('\n'));
  }

  lenses() { return this.page.locator('.codelens-decoration').allTextContents(); }

  /** Where the lens over a line of code is, if it is on the screen. */
  async lensAbove(code) {
    const line = await this.editor().locator('.view-line').filter({ hasText: code.replaceAll(' ', '\u00a0') }).first().boundingBox();
    for (const lens of await this.page.locator('.codelens-decoration').all()) {
      const box = await lens.boundingBox();
      if (box && line && box.y < line.y && line.y - box.y < 30 && box.width > 40) return box;
    }
    return undefined;
  }

  squiggles() { return this.page.locator('.monaco-editor .squiggly-warning, .monaco-editor .squiggly-error, .monaco-editor .squiggly-info').count(); }

  /** The ghost text of the cursor's line; more lines of it stand in a zone of their own below. */
  async ghostText() {
    const parts = await this.page.locator('.monaco-editor .view-lines .ghost-text-decoration').allTextContents();
    return parts.join('').replaceAll('\u00a0', ' ');
  }

  async ghostBlock() {
    const lines = await this.page.locator('.monaco-editor .view-zones .ghost-text-decoration, .monaco-editor .view-zones .view-line, .monaco-editor .suggest-preview-text').allTextContents();
    return lines.join('\n').replaceAll('\u00a0', ' ');
  }

  status() { return this.page.locator('.statusbar-item[id="pointsman.pointsman.pointsman"]'); }

  /** Hide another's item of the status bar, as a person does. For the pictures only: what goes wrong here is no failure. */
  async hideStatus(id) {
    const item = this.page.locator(`.statusbar-item[id="${id}"]`);
    const menu = this.page.locator('.monaco-menu-container');
    await item.click({ button: 'right', timeout: 3000 }).catch(() => undefined); // it comes late, or not at all
    const hide = menu.locator('.action-label', { hasText: /^Hide '/ }).first();
    await hide.click({ timeout: 3000 }).catch(() => undefined);
    await this.until('the menu is gone', async () => !(await menu.isVisible()) || this.press('Escape').then(() => false));
  }

  async statusText() { return ((await this.status().textContent()) ?? '').replaceAll('\u00a0', ' ').trim(); }

  /** Put the mouse where it touches nothing, so that no tooltip stays. */
  async rest() {
    await this.press('Escape');
    await this.page.mouse.move(900, 20);
    await this.until('no tooltip', async () => !(await this.page.locator('.workbench-hover').first().isVisible()));
  }

  /** The rendered markdown in a tab whose title has `title`, once it matches. */
  async preview(title, pattern) {
    await this.page.locator('.tab', { hasText: title }).first().waitFor();
    return this.until(`the rendered text of ${title}`, async () => {
      for (const frame of this.page.frames()) {
        const text = await frame.locator('body.vscode-body').innerText({ timeout: 500 }).catch(() => '');
        if (pattern.test(text)) return text;
      }
      return '';
    });
  }

  /** The text of a notification that matches. */
  async toast(pattern, timeout = 15_000) {
    const message = this.toasts().locator('.notification-list-item-message').filter({ hasText: pattern }).first();
    await message.waitFor({ timeout });
    return message.innerText();
  }

  toasts() { return this.page.locator('.notifications-toasts .notification-toast'); }

  /** The rows of the Problems view; opens it. */
  async problems() {
    const panel = this.page.locator('.markers-panel');
    if (!(await panel.isVisible())) {
      await this.press('Control+Shift+m');
      await panel.waitFor();
    }
    return (await panel.locator('.monaco-list-row').allTextContents()).map((row) => row.replaceAll('\u00a0', ' '));
  }

  async closePanel() {
    if (await this.page.locator('.part.panel').isVisible()) await this.press('Control+j');
  }

  async dismissToasts() {
    await this.command('Notifications: Clear All Notifications');
    await this.until('no toasts', async () => (await this.toasts().count()) === 0);
  }

  /** Pick a code action at the cursor by its title. */
  async codeAction(title) {
    const row = this.page.locator('.action-widget .monaco-list-row', { hasText: title }).first();
    // The light bulb's answer is for the text as it was; ask anew until the server has seen the latest.
    await this.until(`code action ${title}`, async () => {
      await this.press('Control+.');
      return row.waitFor({ timeout: 4000 }).then(() => true, () => this.press('Escape').then(() => false));
    });
    return row;
  }

  /** Revert the file to what is on disk, so that the next check starts from a known text. */
  async revert() {
    await this.command('File: Revert File');
    await this.until('the file is clean', async () => (await this.page.locator('.tab.active.dirty').count()) === 0);
  }
}

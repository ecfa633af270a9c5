// What happens when the server is not there, comes, and dies.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';

const { ROOT, POINTSMAN_TEST_SERVER } = process.env;

/** The language servers that this very profile started: they carry its folder in their environment. */
function servers() {
  return fs.readdirSync('/proc').filter((pid) => /^\d+$/.test(pid)).map(Number).filter((pid) => {
    try {
      const words = fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
      return words.includes('serve') && fs.readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').includes(`ROOT=${ROOT}`);
    } catch {
      return false; // it ended meanwhile
    }
  });
}

export const recovery = {
  async missing_server_is_said_once(bench) {
    await bench.openFile('backend/orders.py');
    const text = await bench.toast(/pip install pointsman/, 60_000);
    assert.equal(await bench.toasts().count(), 1);
    assert.equal(await bench.toasts().getByRole('button', { name: 'Open Settings' }).count(), 1);
    assert.equal(await bench.statusText(), 'Pointsman');
    await bench.shot('missing-server');
    await bench.dismissToasts();
    return text;
  },

  async a_path_in_the_settings_starts_it(bench) {
    const file = path.join(ROOT, 'user', 'Machine', 'settings.json');
    fs.writeFileSync(file, JSON.stringify({ 'pointsman.server.path': POINTSMAN_TEST_SERVER }));
    await bench.until('findings', async () => (await bench.problems()).length > 0, 60_000);
    await bench.closePanel();
  },

  async a_crash_restarts_it(bench) {
    const before = await bench.until('a server process', servers);
    for (const pid of before) process.kill(pid, 'SIGKILL');
    await bench.until('another server process', () => servers().some((pid) => !before.includes(pid)), 30_000);
    await bench.until('findings again', async () => (await bench.problems()).length > 0, 30_000);
    await bench.closePanel();
    assert.equal(await bench.toasts().count(), 0, 'one crash is no reason to disturb');
  },

  async it_ends_with_the_window(bench) {
    assert.ok(servers().length > 0);
    await bench.page.goto('about:blank');
    await bench.until('no server process', () => servers().length === 0, 30_000);
  },
};

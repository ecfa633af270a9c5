// Runs the checks of one scenario in a real VS Code and prints one JSON document a line for each.
//   node drive.mjs offline|model|recovery
// Everything it needs comes in the environment; test_vscode.py sets it.
import fs from 'node:fs';
import path from 'node:path';
import { startCodeServer } from './code_server.mjs';
import { recovery } from './recovery.mjs';
import { model, offline } from './scenarios.mjs';
import { Workbench } from './workbench.mjs';

const scenarios = { offline, model, recovery };
const scenario = process.argv[2];
const { POINTSMAN_TEST_CODE_SERVER, POINTSMAN_TEST_VSIX, POINTSMAN_TEST_SERVER, WORKSPACE, ROOT, ARTIFACTS } = process.env;

const say = (record) => console.log(JSON.stringify(record));
const server = await startCodeServer({
  program: fs.realpathSync(POINTSMAN_TEST_CODE_SERVER),
  vsix: POINTSMAN_TEST_VSIX,
  root: ROOT,
  workspace: WORKSPACE,
  settings: scenario === 'recovery' ? {} : { 'pointsman.server.path': POINTSMAN_TEST_SERVER },
  logFile: path.join(ARTIFACTS, `code-server-${scenario}.log`),
});
let bench;
process.once('SIGTERM', async () => {
  await server.stop();
  process.exit(1);
});
try {
  bench = await Workbench.open(server.url, ARTIFACTS);
  for (const [name, check] of Object.entries(scenarios[scenario])) {
    const began = Date.now();
    try {
      const detail = await check(bench, { workspace: WORKSPACE, logs: server.logs });
      say({ check: name, ok: true, ms: Date.now() - began, detail: detail ?? '' });
    } catch (error) {
      await bench.shot(`failed-${scenario}-${name}`);
      say({ check: name, ok: false, ms: Date.now() - began, detail: String(error.stack ?? error) });
      // The next check starts from a calm window, whatever was open.
      await bench.press('Escape', 'Escape', 'Escape');
    }
  }
} finally {
  await bench?.close();
  await server.stop();
}

// Starts a real VS Code (code-server) of its own: fresh profile, only our extension, nothing outside the loopback.
import { execFileSync, spawn } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';

const SETTINGS = {
  'editor.inlineSuggest.enabled': true,
  'editor.inlineSuggest.minShowDelay': 0,
  'editor.quickSuggestions': { other: 'off', comments: 'off', strings: 'off' },
  'editor.suggestOnTriggerCharacters': false,
  'editor.minimap.enabled': false,
  'editor.fontFamily': "'DejaVu Sans Mono'",
  'editor.fontSize': 13,
  'editor.lineHeight': 1.55,
  'editor.stickyScroll.enabled': false,
  'editor.hover.delay': 200,
  'breadcrumbs.enabled': false,
  'workbench.reduceMotion': 'on',
  'workbench.colorTheme': 'Dark Modern',
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.layoutControl.enabled': false,
  'workbench.enableExperiments': false,
  'window.commandCenter': false,
  'window.menuBarVisibility': 'compact',
  'chat.disableAIFeatures': true,
  'security.workspace.trust.enabled': false,
  'extensions.autoUpdate': false,
  'extensions.autoCheckUpdates': false,
  'extensions.ignoreRecommendations': true,
  'update.mode': 'none',
  'telemetry.telemetryLevel': 'off',
  'files.autoSave': 'off',
  'files.exclude': { '**/.vscode': true },
  'files.simpleDialog.enable': true,
  'git.enabled': false,
  'remote.autoForwardPorts': false,
  'window.dialogStyle': 'custom',
};

/** `root` is an empty folder for the profile; `settings` are added to the test's own. Resolves when it answers. */
export async function startCodeServer({ program, vsix, root, workspace, settings, env, logFile }) {
  const user = path.join(root, 'user');
  fs.mkdirSync(path.join(user, 'User'), { recursive: true });
  fs.mkdirSync(path.join(user, 'Machine'), { recursive: true });
  fs.writeFileSync(path.join(user, 'User', 'settings.json'), JSON.stringify(SETTINGS));
  // Machine settings of a remote: where a setting of scope "machine" is read from, here as on a real remote host.
  fs.writeFileSync(path.join(user, 'Machine', 'settings.json'), JSON.stringify(settings));
  const config = path.join(root, 'config.yaml');
  fs.writeFileSync(config, 'auth: none\n');
  const common = ['--user-data-dir', user, '--extensions-dir', path.join(root, 'extensions'), '--config', config];
  const whole = { ...process.env, ...env, EXTENSIONS_GALLERY: '{"serviceUrl":""}' };
  execFileSync(process.execPath, [program, ...common, '--install-extension', vsix], { stdio: 'pipe', env: whole });

  const port = await freePort();
  const log = fs.openSync(logFile, 'w');
  const child = spawn(
    process.execPath,
    [program, ...common, '--auth', 'none', '--bind-addr', `127.0.0.1:${port}`, '--disable-telemetry', '--disable-update-check',
      '--disable-workspace-trust', '--disable-getting-started-override', workspace],
    { detached: true, env: whole, stdio: ['ignore', log, log] },
  );
  const stop = async () => {
    // Its own process group, so that the extension hosts and the language server go with it.
    try { process.kill(-child.pid, 'SIGTERM'); } catch {}
    if (child.exitCode === null && child.signalCode === null) {
      await Promise.race([new Promise((done) => child.once('exit', done)), sleep(5000)]);
    }
    try { process.kill(-child.pid, 'SIGKILL'); } catch {}
  };
  const end = Date.now() + 60_000;
  for (;;) {
    try { if ((await fetch(`http://127.0.0.1:${port}/healthz`)).ok) break; } catch {}
    if (Date.now() > end) { await stop(); throw new Error('code-server did not start'); }
    await sleep(100);
  }
  return { url: `http://127.0.0.1:${port}/?folder=${workspace}`, stop, logs: path.join(user, 'logs') };
}

export const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

function freePort() {
  return new Promise((resolve) => {
    const probe = net.createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}

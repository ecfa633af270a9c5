import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import * as vscode from 'vscode';
import type { Executable } from 'vscode-languageclient/node';

/** How to start the server, or why that cannot be. Both settings are of the machine: no repository can choose the program. */
export type Program = Executable | { missing: string };

export function serverProgram(): Program {
  const settings = vscode.workspace.getConfiguration('pointsman');
  const chosen = settings.get<string>('server.path', '').trim();
  if (chosen) {
    return isProgram(expanded(chosen))
      ? started(expanded(chosen), ['serve'])
      : { missing: `The program of the setting pointsman.server.path does not exist: ${chosen}` };
  }
  const found = onPath('pointsman');
  if (found) return started(found, ['serve']);
  const python = settings.get<string>('python', '').trim();
  if (python) {
    return isProgram(expanded(python))
      ? // -P: nothing in the folder where it starts can pose as a module of the server.
        started(expanded(python), ['-P', '-m', 'pointsman', 'serve'])
      : { missing: `The Python of the setting pointsman.python does not exist: ${python}` };
  }
  return { missing: 'The Pointsman server is not installed. Install it with: pip install pointsman' };
}

// The home folder, never the workspace: a repository's files must not lie where the server starts.
function started(command: string, args: string[]): Executable {
  return { command, args, options: { cwd: os.homedir() } };
}

function expanded(name: string): string {
  return name.startsWith('~/') ? path.join(os.homedir(), name.slice(2)) : name;
}

function onPath(name: string): string | undefined {
  const endings = process.platform === 'win32' ? ['.exe'] : [''];
  for (const folder of (process.env['PATH'] ?? '').split(path.delimiter)) {
    // A relative entry means whatever folder happens to be the current one.
    if (!path.isAbsolute(folder)) continue;
    for (const ending of endings) {
      const file = path.join(folder, name + ending);
      if (isProgram(file)) return file;
    }
  }
  return undefined;
}

function isProgram(file: string): boolean {
  try {
    if (!path.isAbsolute(file) || !fs.statSync(file).isFile()) return false;
    fs.accessSync(file, fs.constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

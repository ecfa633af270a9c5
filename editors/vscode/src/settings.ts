import * as vscode from 'vscode';

/** Settings that the server may see, nested as their names are. What decides which program runs stays here. */
const SHARED = [
  'inlineCompletion.enabled',
  'inlineCompletion.delayMs',
  'completion.enabled',
  'codeLens.enabled',
  'diagnostics.enabled',
  'complexity.limit',
  'cost',
  'experience',
  'style',
  'model',
  'rules.disabled',
] as const;

/** Settings whose change needs another server process. */
export const OF_THE_PROCESS = ['pointsman.server.path', 'pointsman.python'] as const;

export type Settings = Record<string, unknown>;

/** The user's settings in the server's shape; what was not set and has no default is left out. */
export function settings(): Settings {
  const all = vscode.workspace.getConfiguration('pointsman');
  const result: Settings = {};
  for (const name of SHARED) {
    const value = all.get<unknown>(name);
    if (value !== undefined && value !== null && value !== '') put(result, name, value);
  }
  put(result, 'local.only', localOnly(all));
  put(result, 'exclude', excluded(all));
  return result;
}

// A repository's own settings may forbid that code leaves the machine; they must not allow what the user forbade.
function localOnly(all: vscode.WorkspaceConfiguration): boolean {
  const set = all.inspect<boolean>('local.only');
  return [set?.globalValue, set?.workspaceValue, set?.workspaceFolderValue].includes(true);
}

// For the same reason a workspace adds to the user's list: VS Code would put its own in the place of it.
function excluded(all: vscode.WorkspaceConfiguration): string[] {
  const set = all.inspect<unknown>('exclude');
  const lists = [set?.globalValue, set?.workspaceValue, set?.workspaceFolderValue].filter(Array.isArray);
  return [...new Set(lists.flat().filter((pattern): pattern is string => typeof pattern === 'string'))];
}

function put(target: Settings, name: string, value: unknown): void {
  const [first = '', ...rest] = name.split('.');
  if (rest.length === 0) {
    target[first] = value;
    return;
  }
  const inner = (target[first] ??= {}) as Settings;
  put(inner, rest.join('.'), value);
}

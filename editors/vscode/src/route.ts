import * as vscode from 'vscode';
import type { Status } from './contract.ts';
import type { Server } from './server.ts';
import { account, headline, level, reasons } from './status_text.ts';

interface Row extends vscode.QuickPickItem {
  run?: () => unknown;
}

/** The latest status, kept for whoever asks later: the server sends each one once. */
let latest: Status | undefined;

export function remember(status: Status | undefined): void {
  latest = status;
}

/** Why this model: one quiet list, with the full record and the next steps at its end. */
export async function showRoute(server: Server, wholeRecord: () => Promise<void>): Promise<void> {
  const choice = await vscode.window.showQuickPick(rows(latest, server, wholeRecord), {
    title: 'Pointsman: Last Route',
    placeHolder: latest?.last ? 'Who answered, why, and what it cost' : 'Nothing was asked yet in this session',
    matchOnDescription: true,
  });
  await choice?.run?.();
}

function rows(status: Status | undefined, server: Server, wholeRecord: () => Promise<void>): Row[] {
  const result: Row[] = [];
  const last = status?.last;
  if (status && last) {
    result.push(
      separator('Answer'),
      { label: `$(git-branch) ${headline(last)}`, description: last.task.replaceAll('_', ' ') },
      separator('Why'),
      ...reasons(last).map((reason) => ({ label: `$(chevron-right) ${reason}` })),
    );
  }
  if (status) {
    result.push(
      separator('Service and cost'),
      { label: `$(pulse) ${level(status.serviceLevel)}` },
      { label: `$(credit-card) ${account(status)}` },
    );
  }
  result.push(
    separator('Next'),
    ...(last ? [{ label: '$(list-tree) Open the whole record', run: wholeRecord }] : []),
    { label: '$(key) Set API Key…', run: () => vscode.commands.executeCommand('pointsman.keys.set') },
    { label: '$(settings-gear) Settings', run: () => vscode.commands.executeCommand('workbench.action.openSettings', '@ext:pointsman.pointsman') },
    { label: '$(output) Show Output', run: () => server.log.show() },
  );
  return result;
}

function separator(label: string): Row {
  return { label, kind: vscode.QuickPickItemKind.Separator };
}

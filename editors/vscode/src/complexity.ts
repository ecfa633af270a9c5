import * as vscode from 'vscode';
import type { Position, Range } from 'vscode-languageclient/node';

interface Row extends vscode.QuickPickItem {
  line?: number;
}

/** What a click on a complexity lens opens: the breakdown as a list; a row that names a line leads there. */
export function registerComplexity(): vscode.Disposable {
  return vscode.commands.registerCommand(
    'pointsman.client.showComplexity',
    async (uri: string, where: Position | Range, title: string, markdown: string) => {
      const chosen = await vscode.window.showQuickPick(rows(markdown), { title, placeHolder: 'Why the lens says so' });
      if (!chosen) return;
      const start = 'start' in where ? where.start : where;
      await reveal(vscode.Uri.parse(uri), chosen.line === undefined ? start.line : chosen.line - 1);
    },
  );
}

function rows(markdown: string): Row[] {
  return markdown
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !/^-{3,}$/.test(line))
    .map((line): Row => {
      const text = line.replace(/^(?:[-*]|#+)\s+/, '').replace(/\*\*|`/g, '');
      if (line.startsWith('#')) return { label: text, kind: vscode.QuickPickItemKind.Separator };
      const named = /\bline (\d+)\b/i.exec(text)?.[1];
      return named ? { label: text, line: Number(named) } : { label: text };
    });
}

async function reveal(uri: vscode.Uri, line: number): Promise<void> {
  const editor = await vscode.window.showTextDocument(uri);
  const position = new vscode.Position(Math.min(line, editor.document.lineCount - 1), 0);
  editor.selection = new vscode.Selection(position, position);
  editor.revealRange(new vscode.Range(position, position), vscode.TextEditorRevealType.InCenterIfOutsideViewport);
}

import * as path from 'node:path';
import * as vscode from 'vscode';
import type { Answers } from './answers.ts';
import { CLEAR_FINDINGS, EXPLAIN, LAST_ROUTE, REVIEW, type Place } from './contract.ts';
import { askForKey, type Keys } from './keys.ts';
import { showRoute } from './route.ts';
import type { Server } from './server.ts';

/** Palette commands. Their ids differ from the server's: these know the editor, and add what it points at. */
export function registerCommands(server: Server, answers: Answers, keys: Keys): vscode.Disposable {
  const ask = new Asking(server, answers);
  // Commands in code actions and lenses of the server: the same way, with the same progress.
  server.intercept = (command, argument) => {
    if (command === REVIEW) return ask.review(argument as Place);
    if (command === EXPLAIN) return ask.explain(argument as Place);
    return undefined;
  };
  const commands: Record<string, (...args: never[]) => unknown> = {
    'pointsman.review.file': () => withEditor((editor) => ask.review(place(editor))),
    'pointsman.review.selection': () => withEditor((editor) => ask.review(place(editor, editor.selection))),
    'pointsman.review.clear': () => ask.clear(),
    'pointsman.explain.selection': () => withEditor((editor) => ask.explain(place(editor, editor.selection))),
    'pointsman.client.explain': (argument: Place) => ask.explain(argument),
    'pointsman.route.show': () => showRoute(server, () => ask.route()),
    'pointsman.keys.set': () => askForKey(keys),
    'pointsman.keys.clear': () => keys.clear(),
    'pointsman.restart': () => server.restart(),
    'pointsman.output': () => server.log.show(),
  };
  return vscode.Disposable.from(...Object.entries(commands).map(([id, run]) => vscode.commands.registerCommand(id, run)));
}

const LONG: vscode.ProgressLocation = vscode.ProgressLocation.Notification;
const BRIEF: vscode.ProgressLocation = vscode.ProgressLocation.Window;

class Asking {
  constructor(
    private readonly server: Server,
    private readonly answers: Answers,
  ) {}

  /** Findings arrive as diagnostics; here comes only how many, and from whom. */
  async review(where: Place): Promise<void> {
    const result = await this.run<{ findings: number; message: string }>(`Reviewing ${basename(where)}`, REVIEW, where);
    if (!result) return;
    const buttons = result.findings > 0 ? ['Show Problems'] : [];
    const choice = await vscode.window.showInformationMessage(result.message, ...buttons);
    if (choice) await vscode.commands.executeCommand('workbench.actions.view.problems');
  }

  async explain(where: Place): Promise<void> {
    const result = await this.run<{ markdown: string; message: string }>(`Explaining ${basename(where)}`, EXPLAIN, where);
    if (!result) return;
    // The message says what is wrong with the answer, such as that no model gave it: it goes first.
    const text = [result.message && `> ${result.message}`, result.markdown].filter(Boolean).join('\n\n');
    if (text) await this.answers.show(`Explanation of ${basename(where)}`, text);
  }

  async route(): Promise<void> {
    const result = await this.run<{ markdown: string }>('Reading the last route', LAST_ROUTE, undefined, BRIEF);
    if (result?.markdown) await this.answers.show('Last route', result.markdown);
  }

  async clear(): Promise<void> {
    await this.run('Clearing the findings', CLEAR_FINDINGS, {}, BRIEF);
  }

  /** Ask the server, under a notification with a Cancel button unless it is brief. Undefined when it was cancelled, or failed and said so. */
  private async run<T>(title: string, command: string, argument: unknown, location = LONG): Promise<T | undefined> {
    try {
      return await vscode.window.withProgress(
        { location, title: `Pointsman: ${title}`, cancellable: true },
        (progress, token) => this.server.execute<T>(command, argument, token, (message) => progress.report({ message })),
      );
    } catch (error) {
      this.server.log.error(error as Error);
      void vscode.window.showErrorMessage(`Pointsman: ${(error as Error).message}`);
      return undefined;
    }
  }
}

function withEditor(use: (editor: vscode.TextEditor) => Promise<unknown>): Promise<unknown> | undefined {
  const editor = vscode.window.activeTextEditor;
  if (editor) return use(editor);
  void vscode.window.showInformationMessage('Pointsman: open a file first.');
  return undefined;
}

function place(editor: vscode.TextEditor, selection?: vscode.Selection): Place {
  const uri = editor.document.uri.toString();
  if (!selection || selection.isEmpty) return { uri };
  const { start, end } = selection;
  return { uri, range: { start: { line: start.line, character: start.character }, end: { line: end.line, character: end.character } } };
}

function basename(where: Place): string {
  return path.posix.basename(vscode.Uri.parse(where.uri).path);
}

import * as vscode from 'vscode';
import { withoutLinks } from './plain_markdown.ts';

const SCHEME = 'pointsman-answer';

/** Answers as read-only documents beside the code. */
export class Answers implements vscode.TextDocumentContentProvider, vscode.Disposable {
  private readonly texts = new Map<string, string>();
  private readonly subscription: vscode.Disposable;
  private count = 0;

  constructor() {
    this.subscription = vscode.Disposable.from(
      vscode.workspace.registerTextDocumentContentProvider(SCHEME, this),
      vscode.workspace.onDidCloseTextDocument((document) => this.texts.delete(document.uri.toString())),
    );
  }

  async show(title: string, markdown: string): Promise<void> {
    this.count += 1;
    // The ending makes the editor colour it as markdown; the number makes each answer a document of its own.
    const uri = vscode.Uri.from({ scheme: SCHEME, path: `/${title}.md`, query: String(this.count) });
    this.texts.set(uri.toString(), withoutLinks(markdown));
    const document = await vscode.workspace.openTextDocument(uri);
    await vscode.window.showTextDocument(document, { viewColumn: vscode.ViewColumn.Beside, preview: true, preserveFocus: true });
  }

  provideTextDocumentContent(uri: vscode.Uri): string {
    return this.texts.get(uri.toString()) ?? '';
  }

  dispose(): void {
    this.subscription.dispose();
  }
}

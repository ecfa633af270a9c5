import * as vscode from 'vscode';
import { withoutLinks } from './plain_markdown.ts';

const SCHEME = 'pointsman-answer';
const KEPT = 20;

/** Answers as read-only documents, rendered beside the code. */
export class Answers implements vscode.TextDocumentContentProvider, vscode.Disposable {
  // A preview asks for the text again whenever it likes, also when its document is closed: the last few are kept.
  private readonly texts = new Map<string, string>();
  private readonly subscription: vscode.Disposable;
  private count = 0;

  constructor() {
    this.subscription = vscode.workspace.registerTextDocumentContentProvider(SCHEME, this);
  }

  async show(title: string, markdown: string): Promise<void> {
    this.count += 1;
    // The ending makes the editor colour it as markdown; the number makes each answer a document of its own.
    const uri = vscode.Uri.from({ scheme: SCHEME, path: `/${title}.md`, query: String(this.count) });
    this.texts.set(uri.toString(), withoutLinks(markdown));
    const oldest = [...this.texts.keys()][0];
    if (this.texts.size > KEPT && oldest) this.texts.delete(oldest);
    const document = await vscode.workspace.openTextDocument(uri);
    try {
      await vscode.commands.executeCommand('markdown.showPreviewToSide', uri);
    } catch {
      // The editor's own markdown extension is switched off: its source reads well enough.
      await vscode.window.showTextDocument(document, { viewColumn: vscode.ViewColumn.Beside, preview: true, preserveFocus: true });
    }
  }

  provideTextDocumentContent(uri: vscode.Uri): string {
    return this.texts.get(uri.toString()) ?? '';
  }

  dispose(): void {
    this.subscription.dispose();
  }
}

import * as vscode from 'vscode';
import type { Status } from './contract.ts';
import { remember } from './route.ts';
import type { Phase, Server } from './server.ts';
import { account, escaped, headline, label, level, reasons } from './status_text.ts';

const REASONS_SHOWN = 5;

/** One item at the right: which model answered last and what it cost; the rest is in its tooltip and behind a click. */
export class StatusBar implements vscode.Disposable {
  private readonly item = vscode.window.createStatusBarItem('pointsman', vscode.StatusBarAlignment.Right, 100);
  private readonly subscriptions: vscode.Disposable[];
  private phase: Phase = 'starting';
  private status: Status | undefined;

  constructor(server: Server) {
    this.item.name = 'Pointsman';
    this.subscriptions = [
      server.onPhase((phase) => {
        this.phase = phase;
        if (phase !== 'running') this.status = undefined;
        this.draw();
      }),
      server.onStatus((status) => {
        this.status = status;
        this.draw();
      }),
    ];
    this.draw();
    this.item.show();
  }

  dispose(): void {
    vscode.Disposable.from(this.item, ...this.subscriptions).dispose();
  }

  private draw(): void {
    remember(this.status);
    this.item.backgroundColor = undefined;
    if (this.phase === 'starting') {
      this.set('$(loading~spin) Pointsman', 'Pointsman is starting', 'pointsman.output');
    } else if (this.phase === 'stopped') {
      this.set('$(circle-slash) Pointsman', 'The Pointsman server is not running. Click to restart it.', 'pointsman.restart');
    } else {
      this.set(label(this.status), this.status ? tooltip(this.status) : 'Pointsman', 'pointsman.route.show');
      if (this.status?.serviceLevel === 'emergency_mode') {
        this.item.backgroundColor = new vscode.ThemeColor('statusBarItem.warningBackground');
      }
    }
  }

  private set(text: string, tip: string | vscode.MarkdownString, command: string): void {
    this.item.text = text;
    this.item.tooltip = tip;
    this.item.accessibilityInformation = { label: `Pointsman: ${text.replace(/\$\([^)]*\)\s*/g, '')}`, role: 'button' };
    this.item.command = command;
  }
}

// Every value is escaped: a model's name or reason is never read as markdown.
function tooltip(status: Status): vscode.MarkdownString {
  const { last } = status;
  const rows = last
    ? [`**${escaped(headline(last))}**`, reasons(last).slice(0, REASONS_SHOWN).map((reason) => `- ${escaped(reason)}`).join('\n')]
    : ['**Pointsman** is ready'];
  rows.push('---', `$(pulse) ${escaped(level(status.serviceLevel))}`, `$(credit-card) ${escaped(account(status))}`);
  if (status.notice) rows.push(`$(info) ${escaped(status.notice)}`);
  const tip = new vscode.MarkdownString(rows.filter(Boolean).join('\n\n'), true);
  tip.isTrusted = false;
  tip.supportHtml = false;
  return tip;
}

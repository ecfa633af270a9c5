import * as vscode from 'vscode';
import { Answers } from './answers.ts';
import { registerCommands } from './commands.ts';
import { registerComplexity } from './complexity.ts';
import { Keys } from './keys.ts';
import { redacting } from './redacting_log.ts';
import { Server } from './server.ts';
import { StatusBar } from './status_bar.ts';

let server: Server | undefined;

/** Never throws: an editor without a working server is still an editor. */
export async function activate(context: vscode.ExtensionContext): Promise<void> {
  const keys = new Keys(context.secrets);
  const channel = vscode.window.createOutputChannel('Pointsman', { log: true });
  const log = redacting(channel, () => keys.known());
  server = new Server(log, keys);
  const answers = new Answers();
  context.subscriptions.push(
    channel,
    server,
    answers,
    new StatusBar(server),
    registerCommands(server, answers, keys),
    registerComplexity(),
  );
  await server.start();
}

export async function deactivate(): Promise<void> {
  await server?.stop();
}

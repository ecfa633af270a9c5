import { randomUUID } from 'node:crypto';
import * as vscode from 'vscode';
import {
  CloseAction,
  DidChangeConfigurationNotification,
  ErrorAction,
  ExecuteCommandRequest,
  LanguageClient,
  LSPErrorCodes,
  ResponseError,
  RevealOutputChannelOn,
  State,
  WorkDoneProgress,
  type Executable,
  type LanguageClientOptions,
} from 'vscode-languageclient/node';
import { SET_SECRETS, SET_TRUST, STATUS, type Status } from './contract.ts';
import type { Keys } from './keys.ts';
import { LANGUAGES } from './languages.ts';
import { middleware } from './middleware.ts';
import { serverProgram } from './server_program.ts';
import { OF_THE_PROCESS, settings } from './settings.ts';

const RESTARTS = 3;
const RESTART_WINDOW_MS = 180_000;

export type Phase = 'starting' | 'running' | 'stopped';

/** The one server process of this window: starts it, ends it, tells it what changed, and asks it. */
export class Server implements vscode.Disposable {
  private client: LanguageClient | undefined;
  private readonly phaseChanged = new vscode.EventEmitter<Phase>();
  private readonly statusChanged = new vscode.EventEmitter<Status>();
  private readonly subscriptions: vscode.Disposable[];
  private readonly crashes: number[] = [];
  private turn: Promise<void> = Promise.resolve();

  readonly onPhase = this.phaseChanged.event;
  readonly onStatus = this.statusChanged.event;

  /** Takes a command that came out of a code action or lens; set by those who know what to do with it. */
  intercept: (command: string, argument: unknown) => Promise<unknown> | undefined = () => undefined;

  constructor(
    readonly log: vscode.LogOutputChannel,
    private readonly keys: Keys,
  ) {
    this.subscriptions = [
      keys,
      keys.onDidChange(() => this.handOverKeys()),
      vscode.workspace.onDidGrantWorkspaceTrust(() => this.tell(SET_TRUST, { trusted: true })),
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (OF_THE_PROCESS.some((name) => event.affectsConfiguration(name))) void this.restart();
        else if (event.affectsConfiguration('pointsman')) {
          this.tell(DidChangeConfigurationNotification.method, { settings: { pointsman: settings() } });
        }
      }),
    ];
  }

  async start(): Promise<void> {
    const program = serverProgram();
    if ('missing' in program) {
      this.phaseChanged.fire('stopped');
      void this.offer(program.missing, 'Open Settings');
      return;
    }
    this.log.info(`Starting ${[program.command, ...(program.args ?? [])].join(' ')}`);
    this.phaseChanged.fire('starting');
    const client = (this.client = this.newClient(program));
    client.onNotification(STATUS, (status: Status) => this.statusChanged.fire(status));
    client.onDidChangeState(({ newState }) => {
      if (client !== this.client) return;
      if (newState === State.Running) void this.handOverKeys();
      this.phaseChanged.fire(newState === State.Running ? 'running' : newState === State.Starting ? 'starting' : 'stopped');
    });
    try {
      await client.start();
    } catch (error) {
      this.log.error(error instanceof Error ? error.message : String(error));
      this.phaseChanged.fire('stopped');
      void this.offer('The Pointsman server did not start.', 'Show Output', 'Open Settings');
    }
  }

  async stop(): Promise<void> {
    const client = this.client;
    this.client = undefined;
    // A client that never came up has nothing to stop, and says so by throwing.
    if (client) await client.dispose().catch(() => undefined);
  }

  /** One after the other: two changed settings must not leave two servers. */
  restart(): Promise<void> {
    this.turn = this.turn.then(async () => {
      this.crashes.length = 0;
      await this.stop();
      await this.start();
    });
    return this.turn;
  }

  /**
   * Run a command of the server. `report` gets its progress; the token cancels it. Undefined when it was cancelled;
   * a failure throws an Error whose message is for people.
   */
  async execute<T>(command: string, argument: unknown, token: vscode.CancellationToken, report: (step: string) => void): Promise<T | undefined> {
    const client = this.client;
    if (!client?.isRunning()) throw new Error('the server is not running. Restart it with "Pointsman: Restart Server".');
    const workDoneToken = randomUUID();
    const progress = client.onProgress(WorkDoneProgress.type, workDoneToken, (step) => {
      if (step.kind !== 'end' && step.message) report(step.message);
    });
    try {
      const params = { command, arguments: argument === undefined ? [] : [argument], workDoneToken };
      const result = (await client.sendRequest(ExecuteCommandRequest.type, params, token)) as T;
      return token.isCancellationRequested ? undefined : result;
    } catch (error) {
      if (token.isCancellationRequested) return undefined;
      if (error instanceof ResponseError && error.code === LSPErrorCodes.RequestCancelled) return undefined;
      throw error instanceof Error ? error : new Error(String(error));
    } finally {
      progress.dispose();
    }
  }

  dispose(): void {
    void this.stop();
    vscode.Disposable.from(this.phaseChanged, this.statusChanged, ...this.subscriptions).dispose();
  }

  private newClient(program: Executable): LanguageClient {
    const options: LanguageClientOptions = {
      documentSelector: LANGUAGES.flatMap((language) => [
        { scheme: 'file', language },
        { scheme: 'untitled', language },
      ]),
      outputChannel: this.log,
      // A failed request is for the log; what a person should know comes as a status, a diagnostic or a message.
      revealOutputChannelOn: RevealOutputChannelOn.Never,
      markdown: { isTrusted: false, supportHtml: false },
      initializationOptions: () => ({ settings: settings(), trusted: vscode.workspace.isTrusted, clientCommands: true }),
      middleware: middleware((command, argument) => this.intercept(command, argument)),
      errorHandler: {
        error: (_error, _message, count) => ({ action: (count ?? 0) <= RESTARTS ? ErrorAction.Continue : ErrorAction.Shutdown, handled: true }),
        closed: () => ({ action: this.afterCrash(), handled: true }),
      },
    };
    return new QuietClient('pointsman', 'Pointsman', program, options);
  }

  private afterCrash(): CloseAction {
    if (!this.client?.initializeResult) return CloseAction.DoNotRestart;
    const now = Date.now();
    this.crashes.push(now);
    if (this.crashes.filter((then) => now - then < RESTART_WINDOW_MS).length <= RESTARTS) return CloseAction.Restart;
    void this.offer('The Pointsman server stopped again and again.', 'Restart', 'Show Output');
    return CloseAction.DoNotRestart;
  }

  private async handOverKeys(): Promise<void> {
    const ring = await this.keys.all();
    if (!this.client?.isRunning()) return;
    await this.client.sendRequest(SET_SECRETS, ring).catch((error: unknown) => this.log.warn(`The keys were not taken: ${String(error)}`));
  }

  private tell(method: string, params: object): void {
    if (this.client?.isRunning()) void this.client.sendNotification(method, params);
  }

  private async offer(message: string, ...buttons: ('Open Settings' | 'Show Output' | 'Restart')[]): Promise<void> {
    const choice = await vscode.window.showErrorMessage(message, ...buttons);
    if (choice === 'Open Settings') await vscode.commands.executeCommand('workbench.action.openSettings', 'pointsman.server');
    if (choice === 'Show Output') this.log.show();
    if (choice === 'Restart') await this.restart();
  }
}

/** The client's own pop-ups speak of connections and requests; the Server says what to do instead. */
class QuietClient extends LanguageClient {
  override error(message: string, data?: unknown): void {
    super.error(message, data, false);
  }
}

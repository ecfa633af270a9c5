import * as vscode from 'vscode';

export const VENDORS = { anthropic: 'Anthropic', openai: 'OpenAI' } as const;
export type Vendor = keyof typeof VENDORS;
/** Empty where there is no key: the server then forgets the one that it had. */
export type KeyRing = Record<Vendor, string>;

/** API keys in the editor's secret store. They reach the server in one request of their own, and nothing else. */
export class Keys implements vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<void>();
  private readonly subscription: vscode.Disposable;
  private readonly seen = new Set<string>();

  /** Fires also when another window of the same user changed a key. */
  readonly onDidChange = this.changed.event;

  constructor(private readonly store: vscode.SecretStorage) {
    this.subscription = store.onDidChange((event) => {
      if (event.key.startsWith('pointsman.key.')) this.changed.fire();
    });
  }

  async all(): Promise<KeyRing> {
    const ring: KeyRing = { anthropic: '', openai: '' };
    for (const vendor of Object.keys(ring) as Vendor[]) {
      const key = (await this.store.get(name(vendor))) ?? '';
      if (key) this.seen.add(key);
      ring[vendor] = key;
    }
    return ring;
  }

  /** Every key that this session has held, so that the log can hide it. */
  known(): Iterable<string> {
    return this.seen;
  }

  async set(vendor: Vendor, key: string): Promise<void> {
    this.seen.add(key);
    await this.store.store(name(vendor), key);
  }

  async clear(): Promise<void> {
    for (const vendor of Object.keys(VENDORS) as Vendor[]) await this.store.delete(name(vendor));
  }

  dispose(): void {
    this.subscription.dispose();
    this.changed.dispose();
  }
}

function name(vendor: Vendor): string {
  return `pointsman.key.${vendor}`;
}

/** Ask for a vendor and its key; nothing changes if the person leaves either box. */
export async function askForKey(keys: Keys): Promise<void> {
  const vendors = (Object.keys(VENDORS) as Vendor[]).map((vendor) => ({ label: VENDORS[vendor], vendor }));
  const choice = await vscode.window.showQuickPick(vendors, { title: 'Set API Key', placeHolder: 'Whose key?' });
  if (!choice) return;
  const key = await vscode.window.showInputBox({
    title: `${choice.label} API key`,
    prompt: 'Kept in the secret store of the editor. It is sent to this vendor and to nobody else.',
    password: true,
    ignoreFocusOut: true,
    validateInput: (value) => (/\s/.test(value.trim()) ? 'A key has no spaces or line breaks.' : undefined),
  });
  if (!key?.trim()) return;
  await keys.set(choice.vendor, key.trim());
  void vscode.window.showInformationMessage(`Pointsman: the ${choice.label} key is stored.`);
}

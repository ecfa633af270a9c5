import type { LogOutputChannel } from 'vscode';

/**
 * A log channel that never shows a secret. Everything the language client writes passes here: the server's stderr, its log
 * messages, and the trace of every message if a user turns that on.
 */
export function redacting(channel: LogOutputChannel, secrets: () => Iterable<string>): LogOutputChannel {
  const clean = (value: unknown): unknown => {
    if (value instanceof Error) return clean(value.stack ?? value.message);
    if (typeof value !== 'string') return value;
    let text = value;
    for (const secret of secrets()) text = text.replaceAll(secret, '••••');
    return text;
  };
  return new Proxy({} as LogOutputChannel, {
    get: (_, name) => {
      const member: unknown = Reflect.get(channel, name, channel);
      if (typeof member !== 'function') return member;
      if (name === 'onDidChangeLogLevel') return member.bind(channel);
      return (...args: unknown[]): unknown => member.apply(channel, args.map(clean));
    },
  });
}

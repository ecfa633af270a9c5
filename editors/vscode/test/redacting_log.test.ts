import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LogOutputChannel } from 'vscode';
import { redacting } from '../src/redacting_log.ts';

test('no member of the log shows a secret', () => {
  const written: unknown[] = [];
  const write = (...args: unknown[]): number => written.push(...args);
  const channel = Object.freeze({ logLevel: 1, appendLine: write, trace: write, error: write }) as unknown as LogOutputChannel;
  const log = redacting(channel, () => ['sk-canary']);
  log.appendLine('key sk-canary, again sk-canary');
  log.trace('{"anthropic":"sk-canary"}', 7);
  log.error(new Error('bad key sk-canary'));
  assert.equal(log.logLevel, 1);
  assert.equal(written.length, 4);
  assert.ok(!JSON.stringify(written).includes('sk-canary'));
  assert.equal(written[0], 'key ••••, again ••••');
});

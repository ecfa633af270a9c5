import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Last, Status } from '../src/contract.ts';
import { dollars, escaped, headline, label, reasons } from '../src/status_text.ts';

const last: Last = {
  id: '1', task: 'code_review', model: 'claude_4_sonnet', source: 'model', reasons: ['backend code'],
  costMicroDollars: 4200, elapsedMs: 1240, degraded: false,
};
const status = (part: Partial<Status>, answer: Partial<Last> | null = {}): Status => ({
  serviceLevel: 'full_service', last: answer && { ...last, ...answer }, sessionMicroDollars: 0, todayMicroDollars: 0, ...part,
});

test('money shows as many digits as say something', () => {
  assert.deepEqual([0, 12, 4200, 99_000, 310_000, 12_400_000].map(dollars), ['$0', '<$0.0001', '$0.0042', '$0.0990', '$0.31', '$12.40']);
});

test('the bar names the model and its price, or says what helped out instead', () => {
  assert.equal(label(undefined), '$(git-branch) Pointsman');
  assert.equal(label(status({})), '$(git-branch) claude_4_sonnet · $0.0042');
  assert.equal(label(status({}, { degraded: true, model: 'gpt_4_turbo' })), '$(arrow-down) gpt_4_turbo · $0.0042');
  assert.equal(label(status({}, { source: 'cache' })), '$(history) claude_4_sonnet · cached');
  assert.equal(label(status({ serviceLevel: 'emergency_mode' }, { source: 'workspace', degraded: true })), '$(debug-disconnect) offline: workspace');
  assert.equal(label(status({ serviceLevel: 'reduced_service' }, { source: 'rule', degraded: true })), '$(arrow-down) degraded: rules');
  assert.equal(label(status({ serviceLevel: 'emergency_mode' }, null)), '$(debug-disconnect) Pointsman: offline');
});

test('the headline says who, how fast and for how much', () => {
  assert.equal(headline(last), 'claude_4_sonnet in 1.2 s for $0.0042');
  assert.equal(headline({ ...last, source: 'template', elapsedMs: 3 }), 'No model: template, in 3 ms');
});

test('what went wrong comes before the reasons, once', () => {
  assert.deepEqual(reasons({ ...last, message: 'no key' }), ['no key', 'backend code']);
  assert.deepEqual(reasons({ ...last, message: 'backend code' }), ['backend code']);
});

test('a keystroke without a suggestion is no news', () => {
  const none = { source: 'none', degraded: true, task: 'inline_completion' } as const;
  assert.equal(label(status({}, none)), '$(git-branch) Pointsman');
  assert.equal(label(status({ serviceLevel: 'emergency_mode' }, none)), '$(debug-disconnect) Pointsman: offline');
  assert.equal(label(status({}, { ...none, task: 'review_file' })), '$(circle-slash) no answer');
});

test('escaped text stays text', () => {
  assert.equal(escaped('![x](https://a.example) $(gear)\n# <b>'), '\\!\\[x\\]\\(https\\://a\\.example\\) $ \\(gear\\) \\# \\<b\\>');
});

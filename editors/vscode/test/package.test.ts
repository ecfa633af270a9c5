import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { LANGUAGES } from '../src/languages.ts';

const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));

test('the extension wakes for exactly the languages that it serves', () => {
  assert.deepEqual(manifest.activationEvents, LANGUAGES.map((language) => `onLanguage:${language}`));
});

test('no repository chooses the program that runs', () => {
  for (const name of ['pointsman.server.path', 'pointsman.python']) {
    assert.equal(manifest.contributes.configuration.properties[name].scope, 'machine');
    assert.ok(manifest.capabilities.untrustedWorkspaces.restrictedConfigurations.includes(name));
  }
});

test('every menu entry and keybinding names a declared command', () => {
  const declared = new Set(manifest.contributes.commands.map((entry: { command: string }) => entry.command));
  const menus = Object.values(manifest.contributes.menus).flat() as { command?: string }[];
  for (const { command } of menus) if (command) assert.ok(declared.has(command), command);
});

test('the lock file names no registry', () => {
  const lock = readFileSync(new URL('../package-lock.json', import.meta.url), 'utf8');
  assert.ok(!lock.includes('"resolved"'));
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withoutLinks } from '../src/plain_markdown.ts';

test('images and links become their own text', () => {
  assert.equal(withoutLinks('![x](https://a.example/?q=code)'), '!\\[x]\\(https\\://a.example/?q=code)');
  assert.equal(withoutLinks('[more](command:evil)'), '[more]\\(command:evil)');
  assert.equal(withoutLinks('![x][1]\n\n[1]: https://a.example'), '!\\[x]\\[1]\n\n\\[1]: https\\://a.example');
  assert.equal(withoutLinks('<img src="https://a.example">'), '\\<img src="https\\://a.example">');
});

test('a bare address is no link either', () => {
  assert.equal(withoutLinks('see https://a.example or www.a.example'), 'see https\\://a.example or www\\.a.example');
});

test('code and plain text stay as they are', () => {
  const text = 'a < b, see `vec![0](1)`\n\n```rust\nlet v = vec![a](b);\n<div>\n```\n\n**bold** and a [note]';
  assert.equal(withoutLinks(text), text);
});

import * as vscode from 'vscode';
import type { Middleware } from 'vscode-languageclient/node';
import { withoutLinks } from './plain_markdown.ts';
import { settings } from './settings.ts';

/** What stands between the server and the editor: texts are made harmless, settings are sifted. */
export function middleware(execute: (command: string, argument: unknown) => Promise<unknown> | undefined): Middleware {
  return {
    provideHover: async (document, position, token, next) => {
      const hover = await next(document, position, token);
      hover?.contents.forEach(clean);
      return hover;
    },
    resolveCompletionItem: async (item, token, next) => {
      const resolved = await next(item, token);
      clean(resolved?.documentation);
      return resolved;
    },
    // A command in a code action or lens takes the same way as one from the palette, so that it can be cancelled, too.
    executeCommand: (command, args, next) => execute(command, args[0]) ?? next(command, args),
    workspace: {
      // The server may ask for settings; it gets the shared ones only.
      configuration: (params, _token, next) =>
        params.items.every((item) => item.section === 'pointsman') ? params.items.map(settings) : next(params, _token),
    },
  };
}

function clean(content: unknown): void {
  if (!(content instanceof vscode.MarkdownString)) return;
  content.value = withoutLinks(content.value);
  content.isTrusted = false;
  content.supportHtml = false;
}

/**
 * Markdown that fetches nothing and leads nowhere: images and links become their own source text.
 *
 * An untrusted MarkdownString still loads remote images, and a model's words can carry one whose address holds the user's
 * code. The server cleans its texts already; this is the second lock. Code keeps every character.
 */
export function withoutLinks(markdown: string): string {
  let fence: string | undefined;
  return markdown
    .split('\n')
    .map((line) => {
      const mark = /^\s*(`{3,}|~{3,})/.exec(line)?.[1];
      if (fence === undefined && mark) {
        fence = mark;
        return line;
      }
      if (fence !== undefined) {
        if (mark?.startsWith(fence)) fence = undefined;
        return line;
      }
      return line
        .split(/(`+[^`]*`+)/)
        .map((part, index) => (index % 2 === 1 ? part : plain(part)))
        .join('');
    })
    .join('\n');
}

function plain(text: string): string {
  return text
    .replace(/\]\(/g, ']\\(')
    .replace(/\]\[/g, ']\\[')
    .replace(/^(\s*)\[([^\]]*)\]:/, '$1\\[$2]:')
    .replace(/!\[/g, '!\\[')
    .replace(/:\/\//g, '\\://')
    .replace(/\bwww\./gi, 'www\\.')
    .replace(/<(?=[a-z!/])/gi, '\\<');
}

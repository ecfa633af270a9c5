/** The editor's names of the languages that the server knows. Every one is an activation event of package.json. */
export const LANGUAGES = [
  'python', 'javascript', 'javascriptreact', 'typescript', 'typescriptreact', 'vue', 'svelte', 'html', 'css', 'scss', 'less',
  'go', 'rust', 'java', 'kotlin', 'swift', 'objective-c', 'dart', 'c', 'cpp', 'csharp', 'ruby', 'php', 'sql', 'shellscript',
  'yaml', 'json', 'jsonc', 'toml', 'dockerfile', 'terraform', 'markdown',
];

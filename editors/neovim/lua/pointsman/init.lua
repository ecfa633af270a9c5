--- Pointsman for Neovim: starts the server, shows ghost text, lenses, reviews and which model answered.
local M = {}

---@class pointsman.Options
---@field cmd? string[] How to start the server; default: the one that `pointsman install neovim` noted, else `pointsman serve`.
---@field settings? table The server's settings, for example `{ cost = 'balanced', local = { only = true } }`.
---@field inline_completion? boolean Ghost text while typing (Neovim 0.12); default true.
---@field code_lens? boolean Lenses with complexity and domain; default true.
---@field accept_key? string|false Accepts ghost text; default '<Tab>', which keeps its own meaning where there is none.
---@field filetypes? string[]

---@type pointsman.Options
local defaults = {
  settings = {},
  inline_completion = true,
  code_lens = true,
  accept_key = '<Tab>',
}

local language_ids = { sh = 'shellscript', bash = 'shellscript', cs = 'csharp', objc = 'objective-c', tf = 'terraform' }

M.filetypes = {
  'python', 'javascript', 'javascriptreact', 'typescript', 'typescriptreact', 'vue', 'svelte', 'html', 'css', 'scss', 'less', 'go',
  'rust', 'java', 'kotlin', 'swift', 'objc', 'dart', 'c', 'cpp', 'cs', 'ruby', 'php', 'sql', 'sh', 'bash', 'yaml', 'json', 'jsonc',
  'toml', 'dockerfile', 'terraform', 'hcl', 'markdown',
}

---@type pointsman.Options
M.options = vim.deepcopy(defaults)

---@return string[]
function M.command()
  if M.options.cmd then
    return M.options.cmd
  end
  local ok, installed = pcall(require, 'pointsman.installed')
  if ok and vim.fn.executable(installed.cmd[1]) == 1 then
    return installed.cmd
  end
  return { 'pointsman', 'serve' }
end

--- A workspace may hold a `.pointsman.toml`; whether it has a say is decided by Neovim's own trust database.
local function trusted(root)
  local file = root and vim.fs.joinpath(root, '.pointsman.toml')
  if not file or not vim.uv.fs_stat(file) then
    return true
  end
  return vim.secure.read(file) ~= nil
end

--- The configuration for `vim.lsp.config`; also what `lsp/pointsman.lua` returns.
---@return vim.lsp.Config
function M.config()
  return {
    cmd = M.command(),
    cmd_cwd = vim.fn.stdpath('data'),
    filetypes = M.options.filetypes or M.filetypes,
    root_markers = { '.git', 'pyproject.toml', 'package.json', 'go.mod', 'Cargo.toml', 'Package.swift', 'settings.gradle.kts' },
    get_language_id = function(_, filetype)
      return language_ids[filetype] or filetype
    end,
    before_init = function(params, config)
      params.initializationOptions = {
        settings = M.options.settings,
        trusted = trusted(config.root_dir),
        clientCommands = true,
      }
    end,
    settings = { pointsman = M.options.settings },
    handlers = require('pointsman.status').handlers,
    on_attach = M.on_attach,
  }
end

---@param client vim.lsp.Client
---@param buffer integer
function M.on_attach(client, buffer)
  if M.options.inline_completion and vim.lsp.inline_completion and client:supports_method('textDocument/inlineCompletion', buffer) then
    vim.lsp.inline_completion.enable(true, { client_id = client.id })
    require('pointsman.ghost').map(M.options.accept_key, buffer)
  end
  if M.options.code_lens then
    require('pointsman.lens').attach(client, buffer)
  end
end

---@param options? pointsman.Options
function M.setup(options)
  M.options = vim.tbl_deep_extend('force', defaults, options or {})
  vim.lsp.config('pointsman', M.config())
  require('pointsman.commands').create()
  vim.lsp.enable('pointsman')
end

--- For your statusline: `%{%v:lua.require'pointsman'.statusline()%}`.
---@return string
function M.statusline()
  return require('pointsman.status').text()
end

return M

--- Pointsman for Neovim: starts the server, shows ghost text, lenses, reviews and which model answered.
local M = {}

---@class pointsman.Keys
---@field accept? string|false Accepts ghost text; default '<Tab>', which keeps its own meaning where there is none.
---@field accept_word? string|false Accepts the next word of it; default none.
---@field accept_line? string|false Accepts the next line of it; default none.
---@field next? string|false Shows the next suggestion; default none.
---@field previous? string|false Shows the previous suggestion; default none.

---@class pointsman.Options
---@field cmd? string[] How to start the server; default: the one that `pointsman install neovim` noted, else `pointsman serve`.
---@field settings? table The server's settings, for example `{ cost = 'balanced', ['local'] = { only = true } }`.
---@field filetypes? string[] Where to run.
---@field inline_completion? boolean Ghost text while typing (Neovim 0.12); default true.
---@field completion? boolean A completion menu as you type; default true where there is no ghost text.
---@field code_lens? boolean Lenses with complexity and domain; default true.
---@field statusline? boolean Adds itself to the statusline while that is Neovim's own; default true.
---@field keys? pointsman.Keys In insert mode.

---@type pointsman.Options
local defaults = {
  inline_completion = true,
  code_lens = true,
  statusline = true,
  keys = { accept = '<Tab>' },
}

---@type pointsman.Options
M.options = vim.deepcopy(defaults)

local started = false

--- Changes what you want changed. Call it in your init.lua; without it, everything has its default.
---@param options? pointsman.Options
function M.setup(options)
  M.options = vim.tbl_deep_extend('force', defaults, options or {})
  started = false
  vim.lsp.config('pointsman', require('pointsman.client').config())
  M.start()
end

--- Enables the server for its filetypes. The second call does nothing.
function M.start()
  if started then
    return
  end
  started = true
  local group = vim.api.nvim_create_augroup('pointsman', {})
  -- Not `on_attach` in the configuration: a user's own would take its place.
  vim.api.nvim_create_autocmd('LspAttach', {
    group = group,
    callback = function(event)
      local client = vim.lsp.get_client_by_id(event.data.client_id)
      if client and client.name == 'pointsman' then
        require('pointsman.client').attached(client, event.buf)
      end
    end,
  })
  require('pointsman.status').start(group)
  local client = require('pointsman.client')
  if vim.fn.executable(client.command()[1]) == 0 then
    -- Neovim would complain at every file.
    client.miss(group)
    return
  end
  vim.lsp.enable('pointsman')
end

--- For your statusline: `%{%v:lua.require'pointsman'.statusline()%}`. Empty where Pointsman does not run.
---@return string
function M.statusline()
  return require('pointsman.status').text()
end

return M

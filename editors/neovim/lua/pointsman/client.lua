--- The client of the server: how it is started, what it is told, and what a buffer gets when it is attached.
local M = {}

local filetypes = {
  'python', 'javascript', 'javascriptreact', 'typescript', 'typescriptreact', 'vue', 'svelte', 'html', 'css', 'scss', 'less',
  'go', 'rust', 'java', 'kotlin', 'swift', 'objc', 'dart', 'c', 'cpp', 'cs', 'ruby', 'php', 'sql', 'sh', 'bash', 'yaml', 'json',
  'jsonc', 'toml', 'dockerfile', 'terraform', 'hcl', 'markdown',
}

local language_ids = { sh = 'shellscript', bash = 'shellscript', cs = 'csharp', objc = 'objective-c' }

---@return pointsman.Options
local function options()
  return require('pointsman').options
end

--- How the server is started.
---@return string[]
function M.command()
  if options().cmd then
    return options().cmd
  end
  local ok, installed = pcall(require, 'pointsman.installed')
  if ok and vim.fn.executable(installed.cmd[1]) == 1 then
    return installed.cmd
  end
  return { 'pointsman', 'serve' }
end

--- A folder to run in that is not the workspace: Python must never find a module there.
---@return string
function M.folder()
  local folder = vim.fn.stdpath('data') --[[@as string]]
  vim.fn.mkdir(folder, 'p')
  return folder
end

--- Whether there is ghost text in this Neovim, and it is wanted.
---@return boolean
function M.has_ghost_text()
  return vim.lsp.inline_completion ~= nil and options().inline_completion ~= false
end

--- Whether the workspace's own `.pointsman.toml` may have a say: Neovim's trust database decides, and asks at the first time.
---@param root? string
local function trusted(root)
  local file = root and vim.fs.joinpath(root, '.pointsman.toml')
  return file ~= nil and vim.uv.fs_stat(file) ~= nil and vim.secure.read(file) ~= nil
end

--- For `vim.lsp.config`.
---@return vim.lsp.Config
function M.config()
  return {
    cmd = M.command(),
    cmd_cwd = M.folder(),
    filetypes = options().filetypes or filetypes,
    root_markers = { '.git', 'pyproject.toml', 'package.json', 'go.mod', 'Cargo.toml', 'Package.swift', 'settings.gradle.kts' },
    get_language_id = function(_, filetype)
      return language_ids[filetype] or filetype
    end,
    settings = { pointsman = options().settings or vim.empty_dict() },
    before_init = function(params, config)
      if not M.has_ghost_text() then
        -- The server then puts the rest of the line into the completion menu.
        params.capabilities = vim.deepcopy(params.capabilities)
        params.capabilities.textDocument.inlineCompletion = nil
      end
      params.initializationOptions = {
        -- Not `options().settings`: who prefers `vim.lsp.config('pointsman', { settings = ... })` is heard too.
        settings = (config.settings or {}).pointsman or vim.empty_dict(),
        trusted = trusted(config.root_dir),
        clientCommands = true,
      }
    end,
    handlers = require('pointsman.status').handlers,
    commands = require('pointsman.commands').client,
    on_exit = function(code, signal, client_id)
      vim.schedule(function()
        require('pointsman.status').forget(client_id)
        require('pointsman.commands').forget(client_id)
        -- 15 is how Neovim ends a server that takes too long to go.
        if (code ~= 0 or signal ~= 0) and signal ~= 15 and vim.v.exiting == vim.NIL then
          M.revive()
        end
      end)
    end,
  }
end

---@param client vim.lsp.Client
---@param buffer integer
function M.attached(client, buffer)
  local ghost = M.has_ghost_text() and client:supports_method('textDocument/inlineCompletion', buffer)
  if ghost and vim.b[buffer].pointsman_ghost_text ~= false then
    vim.lsp.inline_completion.enable(true, { bufnr = buffer })
  end
  if ghost then
    require('pointsman.ghost').map(options().keys or {}, buffer)
  end
  local menu = options().completion
  if menu == nil then
    menu = not ghost
  end
  if menu and client:supports_method('textDocument/completion', buffer) then
    vim.lsp.completion.enable(true, client.id, buffer, { autotrigger = true })
  end
  if options().code_lens ~= false and client:supports_method('textDocument/codeLens', buffer) then
    require('pointsman.lens').attach(client, buffer)
  end
end

--- The client of a buffer.
---@param buffer? integer Default: the current one.
---@return vim.lsp.Client?
function M.of(buffer)
  return vim.lsp.get_clients({ name = 'pointsman', bufnr = buffer or 0 })[1]
end

---@type integer[] When servers died, in milliseconds.
local deaths = {}

--- Starts the server again after a crash, but not one that crashes again and again.
function M.revive()
  local now = vim.uv.now()
  deaths = vim.tbl_filter(function(at)
    return now - at < 3 * 60 * 1000
  end, deaths)
  deaths[#deaths + 1] = now
  if #deaths > 3 then
    require('pointsman.notice').show('the server ended again and again; `:Pointsman restart` tries once more', vim.log.levels.ERROR)
    return
  end
  vim.defer_fn(function()
    vim.lsp.enable('pointsman')
  end, 200)
end

--- Says once that there is no server, at the first file that it would be for.
---@param group integer
function M.miss(group)
  vim.api.nvim_create_autocmd('FileType', {
    group = group,
    pattern = options().filetypes or filetypes,
    once = true,
    callback = function()
      local text = ('`%s` was not found; `:checkhealth pointsman` says how to mend that'):format(M.command()[1])
      require('pointsman.notice').show(text, vim.log.levels.WARN)
    end,
  })
end

--- Ends all servers, and starts them again when they are gone.
function M.restart()
  deaths = {}
  local clients = vim.lsp.get_clients({ name = 'pointsman' })
  for _, client in ipairs(clients) do
    client:stop()
  end
  local waited = 0
  local timer = assert(vim.uv.new_timer())
  timer:start(20, 20, vim.schedule_wrap(function()
    if timer:is_closing() then
      return
    end
    waited = waited + 20
    local left = vim.tbl_filter(function(client)
      return not client:is_stopped()
    end, clients)
    if #left > 0 and waited < 3000 then
      return
    end
    timer:close()
    for _, client in ipairs(left) do
      client:stop(true)
    end
    vim.lsp.enable('pointsman')
  end))
end

return M

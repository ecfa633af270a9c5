--- `:Pointsman`, and what the server asks the editor to show.
local M = {}

---@class pointsman.Running
---@field request integer
---@field name string

---@type table<integer, pointsman.Running> By client.
local running = {}

local token = 0

---@param text string
---@param level? integer
local function notice(text, level)
  require('pointsman.notice').show(text, level)
end

---@return vim.lsp.Client?
local function client_here()
  local client = require('pointsman.client').of(0)
  if not client then
    notice('not running in this buffer; `:checkhealth pointsman` says why', vim.log.levels.WARN)
  end
  return client
end

--- Has the server execute a command. Only one that shows progress at a time, so that it is clear what `cancel` ends.
---@param name string
---@param argument table
---@param done fun(result: table)
---@param long? boolean It may take a while.
local function ask(name, argument, done, long)
  local client = client_here()
  if not client then
    return
  end
  local params = { command = 'pointsman.server.' .. name, arguments = { argument } }
  if long then
    if running[client.id] then
      notice(('the %s still runs; `:Pointsman cancel` ends it'):format(running[client.id].name))
      return
    end
    token = token + 1
    params.workDoneToken = ('pointsman-%d'):format(token)
  end
  local ok, request = client:request('workspace/executeCommand', params, function(err, result, context)
    if running[client.id] and running[client.id].request == context.request_id then
      running[client.id] = nil
    end
    if err then
      notice(err.message, vim.log.levels.WARN)
    elseif result and result ~= vim.NIL then
      done(result)
    end
  end, 0)
  if ok and long then
    running[client.id] = { request = request, name = name }
  end
end

---@param first integer One-based.
---@param last integer One-based, inclusive.
---@return lsp.Range
local function lines(first, last)
  return { start = { line = first - 1, character = 0 }, ['end'] = { line = last, character = 0 } }
end

---@param request { uri: string, range: lsp.Range }
local function explain(request)
  ask('explain', request, function(result)
    require('pointsman.float').show('Explanation', result.markdown, result.degraded and result.message or nil)
  end, true)
end

--- Explains the function around the cursor. Which one that is, the server knows best: its code action says it.
local function explain_here()
  local client = client_here()
  if not client then
    return
  end
  local params = vim.lsp.util.make_range_params(0, client.offset_encoding)
  params.context = { diagnostics = {}, only = { 'refactor' } }
  client:request('textDocument/codeAction', params, function(_, actions)
    for _, action in ipairs(actions or {}) do
      if type(action.command) == 'table' and action.command.command == 'pointsman.client.explain' then
        explain(action.command.arguments[1])
        return
      end
    end
    notice('there is no function here to explain; mark some lines')
  end, 0)
end

--- Takes a key for this session. It goes to the server's memory and nowhere else, also not into Neovim's own log.
local function take_key()
  local client = client_here()
  if not client then
    return
  end
  vim.ui.select({ 'anthropic', 'openai' }, { prompt = 'Key of' }, function(vendor)
    if not vendor then
      return
    end
    local secret = vim.fn.inputsecret(('%s key (kept until Neovim ends): '):format(vendor))
    if secret == '' then
      return
    end
    local log = vim.lsp.log
    local level = log.get_level()
    log.set_level(vim.log.levels.OFF)
    client:request('pointsman/setSecrets', { [vendor] = secret }, function(err)
      vim.schedule(function()
        log.set_level(level)
      end)
      if err then
        notice(err.message, vim.log.levels.WARN)
      else
        notice(('the key of %s is in use until Neovim ends'):format(vendor))
      end
    end, 0)
  end)
end

---@type table<string, fun(call: vim.api.keyset.create_user_command.command_args)>
local actions = {
  review = function(call)
    local request = { uri = vim.uri_from_bufnr(0) }
    if call.range > 0 then
      request.range = lines(call.line1, call.line2)
    end
    ask('review', request, function(result)
      notice(result.message)
    end, true)
  end,
  explain = function(call)
    if call.range > 0 then
      explain({ uri = vim.uri_from_bufnr(0), range = lines(call.line1, call.line2) })
    else
      explain_here()
    end
  end,
  cancel = function()
    M.cancel()
  end,
  route = function()
    ask('lastRoute', vim.empty_dict(), function(result)
      require('pointsman.float').show('Last route', result.markdown)
    end)
  end,
  clear = function()
    ask('clearFindings', { uri = vim.uri_from_bufnr(0) }, function() end)
  end,
  toggle = function()
    if not vim.lsp.inline_completion then
      notice('ghost text needs Neovim 0.12', vim.log.levels.WARN)
      return
    end
    local on = not vim.lsp.inline_completion.is_enabled({ bufnr = 0 })
    vim.lsp.inline_completion.enable(on, { bufnr = 0 })
    -- A restart keeps to it.
    vim.b.pointsman_ghost_text = on
    notice('ghost text is ' .. (on and 'on' or 'off') .. ' in this buffer')
  end,
  key = take_key,
  restart = function()
    require('pointsman.client').restart()
  end,
}

--- Ends the review or explanation that runs, and says whether there was one.
---@return boolean
function M.cancel()
  local client = client_here()
  local one = client and running[client.id]
  if not client or not one then
    notice('nothing runs that could be cancelled')
    return false
  end
  running[client.id] = nil
  client:cancel_request(one.request)
  notice(('the %s was cancelled'):format(one.name))
  return true
end

--- What runs in a client's server and can be cancelled.
---@param client_id integer
---@return string?
function M.running(client_id)
  return running[client_id] and running[client_id].name
end

--- A server ended, and with it what it did.
---@param client_id integer
function M.forget(client_id)
  running[client_id] = nil
end

---@return string[]
local function names()
  local all = vim.tbl_keys(actions)
  table.sort(all)
  return all
end

---@param call vim.api.keyset.create_user_command.command_args
function M.run(call)
  local action = actions[call.args]
  if action then
    action(call)
  else
    notice('`:Pointsman` knows ' .. table.concat(names(), ', '), vim.log.levels.WARN)
  end
end

---@param start string
---@return string[]
function M.complete(start)
  return vim.tbl_filter(function(name)
    return vim.startswith(name, start)
  end, names())
end

--- Commands that the server's lenses and code actions have this editor execute.
---@type table<string, fun(command: lsp.Command, context: table)>
M.client = {
  ['pointsman.client.explain'] = function(command)
    explain(command.arguments[1])
  end,
  ['pointsman.client.showComplexity'] = function(command)
    require('pointsman.float').show(command.arguments[3], command.arguments[4])
  end,
}

return M

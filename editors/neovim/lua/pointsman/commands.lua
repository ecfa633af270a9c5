--- `:Pointsman review|explain|route|clear|restart`, and what the server asks the editor to show.
local M = {}

---@param buffer integer
---@return vim.lsp.Client?
local function client_of(buffer)
  local client = vim.lsp.get_clients({ name = 'pointsman', bufnr = buffer })[1]
  if not client then
    vim.notify('Pointsman is not running in this buffer; `:checkhealth pointsman` says why', vim.log.levels.WARN)
  end
  return client
end

---@param title string
---@param markdown string
local function show(title, markdown)
  local lines = vim.split(markdown, '\n')
  vim.lsp.util.open_floating_preview(lines, 'markdown', {
    title = ' ' .. title .. ' ',
    border = 'rounded',
    focus_id = 'pointsman',
    max_width = 88,
    wrap = true,
  })
end

---@param name string
---@param arguments table
---@param done fun(result: table)
local function ask(name, arguments, done)
  local buffer = vim.api.nvim_get_current_buf()
  local client = client_of(buffer)
  if not client then
    return
  end
  local command = { title = name, command = 'pointsman.server.' .. name, arguments = arguments }
  client:exec_cmd(command, { bufnr = buffer }, function(err, result)
    if err then
      vim.notify('Pointsman: ' .. err.message, vim.log.levels.WARN)
    elseif result and result ~= vim.NIL then
      done(result)
    end
  end)
end

---@param first integer One-based.
---@param last integer One-based, inclusive.
local function lines_of(first, last)
  local text = vim.api.nvim_buf_get_lines(0, last - 1, last, false)[1] or ''
  local client = client_of(0)
  local column = client and vim.str_utfindex(text, client.offset_encoding) or #text
  return { start = { line = first - 1, character = 0 }, ['end'] = { line = last - 1, character = column } }
end

---@type table<string, fun(opts: vim.api.keyset.create_user_command.command_args)>
local actions = {
  review = function(opts)
    local request = { uri = vim.uri_from_bufnr(0) }
    if opts.range > 0 then
      request.range = lines_of(opts.line1, opts.line2)
    end
    ask('review', { request }, function(result)
      vim.notify('Pointsman: ' .. result.message, vim.log.levels.INFO)
    end)
  end,
  explain = function(opts)
    M.explain({ uri = vim.uri_from_bufnr(0), range = lines_of(opts.line1, opts.line2) })
  end,
  route = function()
    ask('lastRoute', {}, function(result)
      show('Last route', result.markdown)
    end)
  end,
  clear = function()
    ask('clearFindings', { { uri = vim.uri_from_bufnr(0) } }, function() end)
  end,
  restart = function()
    vim.lsp.enable('pointsman', false)
    vim.defer_fn(function()
      vim.lsp.enable('pointsman', true)
    end, 300)
  end,
}

---@param request table `{ uri, range }`
function M.explain(request)
  ask('explain', { request }, function(result)
    show('Explanation', result.markdown)
  end)
end

function M.create()
  vim.api.nvim_create_user_command('Pointsman', function(opts)
    local action = actions[opts.fargs[1]]
    if action then
      action(opts)
    else
      vim.notify('Pointsman knows: ' .. table.concat(vim.tbl_keys(actions), ', '), vim.log.levels.WARN)
    end
  end, {
    nargs = 1,
    range = true,
    complete = function(start)
      return vim.tbl_filter(function(name)
        return vim.startswith(name, start)
      end, vim.fn.sort(vim.tbl_keys(actions)))
    end,
    desc = 'Review, explain, and why this model',
  })
  vim.lsp.commands['pointsman.client.explain'] = function(command)
    M.explain(command.arguments[1])
  end
  vim.lsp.commands['pointsman.client.showComplexity'] = function(command)
    show(command.arguments[3], command.arguments[4])
  end
end

return M

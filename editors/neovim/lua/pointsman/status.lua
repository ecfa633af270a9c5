--- What the servers say of their last answers and of what they are doing, and how it reads in a statusline.
local M = {}

---@class pointsman.Last
---@field task string
---@field model string
---@field source string
---@field reasons string[]
---@field costMicroDollars integer
---@field elapsedMs integer
---@field degraded boolean
---@field message? string

---@class pointsman.Status
---@field serviceLevel string
---@field last? pointsman.Last
---@field sessionMicroDollars integer
---@field todayMicroDollars integer
---@field notice? string

---@class pointsman.Doing
---@field title string
---@field message? string
---@field percentage? integer

---@type table<integer, pointsman.Status> By client.
M.current = {}

---@type table<integer, table<string|integer, pointsman.Doing>> By client and token.
local doing = {}

---@type table<integer, true> Clients whose server said that something is wrong before it said how it is.
local failed = {}

---@type integer? When the service level was last told of, in milliseconds.
local told

local quiet_ms = 10 * 60 * 1000

local levels = {
  full_service = 'full',
  reduced_service = 'reduced',
  minimal_service = 'minimal',
  emergency_mode = 'offline',
}

---@param micro integer
local function dollars(micro)
  if micro == 0 then
    return '$0'
  end
  return string.format(micro >= 100000 and '$%.2f' or '$%.4f', micro / 1e6)
end

local sources = { workspace = 'this workspace', rule = 'rules', template = 'templates', none = 'no answer' }

--- `%` means something in a statusline; in a model's name it must not.
---@param text string
local function plain(text)
  return (text:gsub('%c', ' '):gsub('%%', '%%%%'))
end

---@param text string
---@param width integer
local function short(text, width)
  return vim.fn.strchars(text) > width and vim.fn.strcharpart(text, 0, width - 1) .. '…' or text
end

---@param one pointsman.Doing
local function progress_text(one)
  local title = (one.title:gsub('^Pointsman:?%s*', ''))
  local percent = one.percentage and one.percentage > 0 and (' %d%%'):format(one.percentage) or ''
  local message = one.message and one.message ~= '' and ' · ' .. one.message or ''
  return short(('Pointsman %s%s%s'):format(title, percent, message), 60)
end

---@param status pointsman.Status
local function status_text(status)
  local parts = { 'Pointsman ' .. (levels[status.serviceLevel] or status.serviceLevel) }
  local last = type(status.last) == 'table' and status.last or nil
  if last then
    if last.source == 'cache' then
      parts[#parts + 1] = short(last.model, 40) .. ' (cache) $0'
    elseif last.source == 'model' then
      parts[#parts + 1] = short(last.model, 40) .. ' ' .. dollars(last.costMicroDollars)
    else
      parts[#parts + 1] = sources[last.source] or last.source
    end
  end
  if status.todayMicroDollars > 0 then
    parts[#parts + 1] = dollars(status.todayMicroDollars) .. ' today'
  end
  return table.concat(parts, ' · ')
end

--- The component for a statusline, of the buffer that it is drawn for. Empty where Pointsman does not run.
---@return string
function M.text()
  local client = require('pointsman.client').of(0)
  if not client then
    return ''
  end
  local _, one = next(doing[client.id] or {})
  if one then
    return plain(progress_text(one))
  end
  local status = M.current[client.id]
  if not status then
    return failed[client.id] and 'Pointsman could not start' or 'Pointsman starts'
  end
  return plain(status_text(status))
end

--- Whether a client is at work that it shows the progress of.
---@param client_id integer
---@return boolean
function M.busy(client_id)
  return next(doing[client_id] or {}) ~= nil
end

local function redraw()
  vim.api.nvim_exec_autocmds('User', { pattern = 'PointsmanStatus', modeline = false })
  vim.cmd.redrawstatus({ bang = true })
end

--- Tells of a new level in one line, and then keeps quiet for a while: the statusline shows it all the time.
---@param level string
local function tell(level)
  local now = vim.uv.now()
  if told and now - told < quiet_ms then
    return
  end
  told = now
  local text = levels[level] == 'full' and 'all models answer again'
    or levels[level] == 'offline' and 'no model can be asked; templates, rules and this workspace answer'
    or ('service is %s; `:Pointsman route` says why'):format(levels[level] or level)
  require('pointsman.notice').show(text, vim.log.levels.INFO)
end

---@type table<string, lsp.Handler>
M.handlers = {
  ---@param params pointsman.Status
  ['pointsman/status'] = function(_, params, context)
    local before = M.current[context.client_id]
    M.current[context.client_id] = params
    if before and before.serviceLevel ~= params.serviceLevel then
      tell(params.serviceLevel)
    end
    redraw()
  end,
  ---@param params lsp.ShowMessageParams
  ['window/showMessage'] = function(_, params, context)
    if params.type == vim.lsp.protocol.MessageType.Error and not M.current[context.client_id] then
      failed[context.client_id] = true
      redraw()
    end
    local severities = { vim.log.levels.ERROR, vim.log.levels.WARN, vim.log.levels.INFO, vim.log.levels.DEBUG }
    require('pointsman.notice').show(params.message, severities[params.type])
  end,
}

--- A server ended: nothing that it said holds any more.
---@param client_id integer
function M.forget(client_id)
  M.current[client_id], doing[client_id], failed[client_id] = nil, nil, nil
  redraw()
end

local function follow_progress(event)
  local id = event.data.client_id
  local client = vim.lsp.get_client_by_id(id)
  if not client or client.name ~= 'pointsman' then
    return
  end
  local token, value = event.data.params.token, event.data.params.value
  doing[id] = doing[id] or {}
  doing[id][token] = value.kind ~= 'end' and vim.tbl_extend('force', doing[id][token] or {}, value) or nil
  redraw()
end

--- A statusline that somebody made is theirs; to Neovim's own, the component is added at the right.
local function join_statusline()
  if require('pointsman').options.statusline == false then
    return
  end
  if vim.api.nvim_get_option_info2('statusline', {}).was_set then
    return
  end
  local component = "%{%v:lua.require'pointsman'.statusline()%}  "
  local default = vim.o.statusline
  if default == '' then
    default = '%<%f %h%w%m%r%=%-14.(%l,%c%V%) %P'
  end
  vim.o.statusline = (default:gsub('%%=', function(separator)
    return separator .. component
  end, 1))
end

---@param group integer
function M.start(group)
  vim.api.nvim_create_autocmd('LspProgress', { group = group, callback = follow_progress })
  join_statusline()
end

return M

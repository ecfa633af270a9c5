--- What the server says of its last answer, and how it reads in a statusline.
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

---@type pointsman.Status?
M.current = nil

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

--- `%` means something in a statusline; a model's name must not.
local function plain(text)
  return (text:gsub('[%c]', ' '):gsub('%%', '%%%%'))
end

---@return string
function M.text()
  local status = M.current
  if not status then
    return ''
  end
  local level = levels[status.serviceLevel] or status.serviceLevel
  local last = type(status.last) == 'table' and status.last or nil
  if not last then
    return plain(('Pointsman %s'):format(level))
  end
  local by = last.model ~= '' and last.model or last.source
  if last.source == 'cache' then
    by = by .. ' (cache)'
  elseif last.source == 'none' then
    by = 'no answer'
  end
  return plain(('Pointsman %s · %s · %s'):format(level, by, dollars(status.todayMicroDollars)))
end

M.handlers = {
  ---@param params pointsman.Status
  ['pointsman/status'] = function(_, params)
    local before = M.current
    M.current = params
    if before and before.serviceLevel ~= params.serviceLevel then
      vim.notify(('Pointsman: service is %s now'):format(levels[params.serviceLevel] or params.serviceLevel), vim.log.levels.INFO)
    end
    vim.api.nvim_exec_autocmds('User', { pattern = 'PointsmanStatus', modeline = false })
    vim.cmd.redrawstatus()
  end,
}

return M

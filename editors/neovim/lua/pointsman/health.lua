--- `:checkhealth pointsman`
local M = {}

local health = vim.health

local function check_neovim()
  health.start('Neovim')
  local version = tostring(vim.version())
  if vim.fn.has('nvim-0.12') == 1 then
    health.ok(version .. ': ghost text is available')
  elseif vim.fn.has('nvim-0.11') == 1 then
    health.warn(version .. ': no ghost text; the completion menu has the rest of the line', { 'Neovim 0.12 shows ghost text' })
  else
    health.error(version .. ': Neovim 0.11 or newer is needed')
  end
end

---@param command string[]
---@return boolean
local function check_server(command)
  health.start('Server')
  if vim.g.pointsman_disable then
    health.warn('`vim.g.pointsman_disable` keeps it off')
  end
  if vim.fn.executable(command[1]) == 0 then
    health.error(('`%s` was not found'):format(command[1]), { 'pip install pointsman', 'pointsman install neovim' })
    return false
  end
  health.ok('Command: ' .. table.concat(command, ' '))
  local clients = vim.lsp.get_clients({ name = 'pointsman' })
  if #clients == 0 then
    health.info('Not running: open a source file')
  end
  for _, client in ipairs(clients) do
    local buffers = vim.tbl_count(client.attached_buffers)
    health.ok(('Running in %s, %d buffer%s'):format(client.root_dir or 'single files', buffers, buffers == 1 and '' or 's'))
    local status = require('pointsman.status').current[client.id]
    if status then
      health.info('Service level: ' .. status.serviceLevel:gsub('_', ' '))
    end
  end
  return true
end

---@param command string[]
local function check_models(command)
  local doctor = vim.list_slice(command, 1, #command - 1)
  vim.list_extend(doctor, { 'doctor', '--json' })
  -- Not in the workspace: Python must find no module there.
  local run = vim.system(doctor, { text = true, timeout = 30000, cwd = require('pointsman.client').folder() }):wait()
  local ok, report = pcall(vim.json.decode, run.stdout or '')
  if not ok or type(report) ~= 'table' then
    health.error('`pointsman doctor` did not answer', { 'Run it in a shell: ' .. table.concat(doctor, ' ') })
    return
  end
  local group
  for _, check in ipairs(report.checks) do
    if check.group ~= group then
      group = check.group
      health.start(group)
    end
    local line = ('%s: %s'):format(check.name, check.detail)
    local remedy = check.remedy ~= '' and { check.remedy } or nil
    if check.state == 'ok' then
      health.ok(line)
    elseif check.state == 'broken' then
      health.error(line, remedy)
    else
      -- It works without: no cause for a warning.
      health.info(line .. (remedy and ('; ' .. remedy[1]) or ''))
    end
  end
end

function M.check()
  check_neovim()
  local command = require('pointsman.client').command()
  if check_server(command) then
    check_models(command)
  end
end

return M

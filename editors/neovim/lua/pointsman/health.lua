--- `:checkhealth pointsman`
local M = {}

function M.check()
  local health = vim.health
  health.start('Pointsman')
  if vim.fn.has('nvim-0.12') == 1 then
    health.ok('Neovim ' .. tostring(vim.version()) .. ': ghost text is available')
  elseif vim.fn.has('nvim-0.11') == 1 then
    health.warn('Neovim 0.11: no ghost text; completions come through the completion menu', { 'Neovim 0.12 shows ghost text' })
  else
    health.error('Neovim 0.11 or newer is needed')
  end

  local command = require('pointsman').command()
  if vim.fn.executable(command[1]) == 0 then
    health.error(('`%s` was not found'):format(command[1]), { 'pip install pointsman', 'pointsman install neovim' })
    return
  end
  health.ok('Server: ' .. table.concat(command, ' '))

  local clients = vim.lsp.get_clients({ name = 'pointsman' })
  if #clients == 0 then
    health.info('Not running: open a source file')
  end
  local status = require('pointsman.status').current
  if status then
    health.info('Service level: ' .. status.serviceLevel)
  end

  local doctor = vim.list_slice(command, 1, #command - 1)
  vim.list_extend(doctor, { 'doctor', '--json' })
  local run = vim.system(doctor, { text = true, timeout = 20000 }):wait()
  local ok, report = pcall(vim.json.decode, run.stdout or '')
  if not ok or type(report) ~= 'table' then
    health.error('`pointsman doctor` did not answer')
    return
  end
  for _, check in ipairs(report.checks) do
    local line = ('%s: %s'):format(check.name, check.detail)
    local remedy = check.remedy ~= '' and { check.remedy } or nil
    if check.state == 'ok' then
      health.ok(line)
    elseif check.state == 'broken' then
      health.error(line, remedy)
    else
      health.warn(line, remedy)
    end
  end
end

return M

--- One calm line for the person.
local M = {}

--- Shows `text` on one line: a longer one would stop the typing with "Press ENTER".
---@param text string
---@param level? integer One of `vim.log.levels`.
function M.show(text, level)
  text = vim.trim((text:gsub('%s+', ' '):gsub('%c', '')))
  if not vim.startswith(text, 'Pointsman') then
    text = 'Pointsman: ' .. text
  end
  local room = vim.v.echospace
  if vim.fn.strdisplaywidth(text) > room then
    text = vim.fn.strcharpart(text, 0, room - 1) .. '…'
  end
  vim.notify(text, level or vim.log.levels.INFO)
end

return M

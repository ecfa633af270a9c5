--- Accepting ghost text, without taking the key away from whoever had it.
local M = {}

---@param key string|false
---@param buffer integer
function M.map(key, buffer)
  if not key then
    return
  end
  local before = vim.fn.maparg(key, 'i', false, true)
  vim.keymap.set('i', key, function()
    if vim.fn.pumvisible() == 0 and vim.lsp.inline_completion.get() then
      return ''
    end
    if before.callback then
      return before.callback() or ''
    end
    return before.rhs and vim.api.nvim_replace_termcodes(before.rhs, true, true, true) or key
  end, { buffer = buffer, expr = true, replace_keycodes = true, desc = 'Accept ghost text of Pointsman' })
end

return M

--- Text to read, in a window that goes when you move on. `<C-w>w` goes into it, `q` closes it there.
local M = {}

local function open(title, markdown, footer)
  local _, window = vim.lsp.util.open_floating_preview(vim.split(markdown, '\n'), 'markdown', {
    title = ' ' .. title:gsub('%c', ' ') .. ' ',
    border = 'rounded',
    max_width = 88,
    max_height = math.max(8, math.floor(vim.o.lines * 0.6)),
    wrap = true,
  })
  if footer and footer ~= '' then
    vim.api.nvim_win_set_config(window, { footer = ' ' .. footer:gsub('%c', ' ') .. ' ', footer_pos = 'right' })
  end
  vim.keymap.set('n', 'q', '<Cmd>close<CR>', { buffer = vim.api.nvim_win_get_buf(window), nowait = true })
end

--- Shows Markdown, which the server has made safe. While somebody types, it waits until they stop.
---@param title string
---@param markdown string
---@param footer? string One line below it.
function M.show(title, markdown, footer)
  if not vim.startswith(vim.api.nvim_get_mode().mode, 'i') then
    open(title, markdown, footer)
    return
  end
  vim.api.nvim_create_autocmd('InsertLeave', {
    once = true,
    callback = vim.schedule_wrap(function()
      open(title, markdown, footer)
    end),
  })
end

return M

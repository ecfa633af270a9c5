-- What somebody's init.lua may hold. The plugin itself comes in by `--cmd`, as a plugin manager would bring it.
vim.o.shadafile = 'NONE'
vim.o.swapfile = false
vim.o.columns = 160
vim.diagnostic.config({ virtual_text = true })
-- A mapping of their own, which must go on working where there is no ghost text.
vim.keymap.set('i', '<Tab>', function()
  return vim.g.my_tab or '<Tab>'
end, { expr = true })
require('pointsman').setup({ keys = { accept_word = '<C-l>', accept_line = '<C-j>' } })

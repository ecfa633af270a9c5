-- The init.lua of somebody who likes to see what there is.
vim.o.shadafile = 'NONE'
vim.o.swapfile = false
vim.o.termguicolors = true
vim.o.number = true
vim.o.signcolumn = 'yes'
vim.o.cursorline = true
vim.o.laststatus = 3
vim.o.ruler = false
vim.o.fillchars = 'eob: '
vim.diagnostic.config({
  severity_sort = true,
  update_in_insert = true,
  virtual_text = { prefix = '●', spacing = 2, current_line = false },
  virtual_lines = {
    current_line = true,
    format = function(diagnostic)
      return diagnostic.message
    end,
  },
  signs = { text = { '●', '●', '●', '●' } },
})
vim.api.nvim_set_hl(0, 'ComplHint', { fg = '#7f8798', italic = true })
vim.api.nvim_set_hl(0, 'LspCodeLens', { fg = '#7f8798' })

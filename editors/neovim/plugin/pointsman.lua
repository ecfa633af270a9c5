-- Works without a line of configuration. `require('pointsman').setup{}` in your init.lua changes what you want changed;
-- `vim.g.pointsman_disable = true` keeps it off.
if vim.g.loaded_pointsman or vim.g.pointsman_disable then
  return
end
vim.g.loaded_pointsman = true
if vim.fn.has('nvim-0.11') == 0 then
  return
end
vim.schedule(function()
  if not vim.lsp.is_enabled or not vim.lsp.is_enabled('pointsman') then
    require('pointsman').setup(vim.g.pointsman)
  end
end)

-- Works without a line of configuration. `require('pointsman').setup{}` in your init.lua changes what you want changed;
-- `vim.g.pointsman_disable = true` keeps it off.
if vim.g.loaded_pointsman or vim.g.pointsman_disable then
  return
end
vim.g.loaded_pointsman = true
if vim.fn.has('nvim-0.11') == 0 then
  return
end

vim.api.nvim_create_user_command('Pointsman', function(call)
  require('pointsman.commands').run(call)
end, {
  nargs = '?',
  range = true,
  complete = function(start)
    return require('pointsman.commands').complete(start)
  end,
  desc = 'Review, explain, and why this model',
})

-- After init.lua: whoever calls `setup` there, or in a plugin manager's hook, is asked first.
vim.schedule(function()
  require('pointsman').start()
end)

-- After `pointsman install neovim`, in a Neovim that has no configuration at all.
local D = require('drive')

return {
  { 'the_server_starts_by_itself', function()
    vim.cmd.edit('backend/orders.py')
    D.wait('findings', function() return #D.diagnostics() > 0 end)
    D.equal(D.client().config.cmd, require('pointsman.installed').cmd)
  end },

  { 'ghost_text_and_lenses_are_on', function()
    D.equal(vim.lsp.inline_completion.is_enabled({ bufnr = 0 }), true)
    D.wait('a lens', function() return #vim.lsp.codelens.get({ bufnr = 0 }) > 0 end)
    D.has(vim.fn.maparg('<Tab>', 'i', false, true).desc, 'Pointsman')
  end },

  { 'it_joins_neovims_own_statusline', function()
    D.wait('the status', function() return vim.api.nvim_eval_statusline(vim.o.statusline, { maxwidth = 120 }).str:find('Pointsman offline') end)
  end },

  { 'help_finds_it', function()
    vim.cmd('help :Pointsman')
    D.has(vim.api.nvim_buf_get_name(0), 'pointsman.txt$')
    vim.cmd.helpclose()
  end },

  { 'a_second_window_shares_the_server', function()
    vim.cmd.split('backend/products.py')
    D.wait('findings', function() return #vim.lsp.get_clients({ name = 'pointsman', bufnr = 0 }) == 1 end)
    D.equal(#vim.lsp.get_clients({ name = 'pointsman' }), 1)
  end },

  { 'checkhealth_asks_the_installed_server', function()
    vim.cmd('checkhealth pointsman')
    local text = D.wait('the report', function() return vim.bo.filetype == 'checkhealth' and D.text() end)
    D.has(text, 'serve')
    D.has(text, 'claude_4_sonnet')
    assert(not text:find('ERROR'), text)
  end },
}

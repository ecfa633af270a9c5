-- Without ghost text, as in Neovim 0.11: the rest of the line comes in the completion menu, as one types.
local D = require('drive')

vim.o.completeopt = 'menuone,noselect,popup'
require('pointsman').setup({ inline_completion = false })

return {
  { 'the_rest_of_the_line_is_in_the_menu', function()
    D.open('backend/products.py')
    D.append('\n\ndef get_stock(product_id: int, session: Session) -> int:\n    row = session')
    D.press('.')
    local item = D.wait('an item of the model', function()
      for _, one in ipairs(vim.fn.complete_info({ 'items' }).items) do
        if one.menu:find('Pointsman') or vim.inspect(one):find('execute') then
          return one
        end
      end
    end)
    return vim.inspect(item)
  end },

  { 'choosing_it_inserts_it', function()
    D.press('<C-n><C-y>')
    D.wait('the text', function() return D.text():find('execute%(text%("SELECT stock') end)
    D.leave_insert()
    return D.text():match('[^\n]*$')
  end },

  { 'no_ghost_text_and_no_key', function()
    D.equal(D.ghost(), '')
    D.equal(vim.lsp.inline_completion.is_enabled({ bufnr = 0 }), false)
    D.equal(vim.fn.maparg('<Tab>', 'i', false, true).buffer, 0)
  end },
}

-- No key, no network: everything still gives something, and says that it is degraded.
local D = require('drive')

local ORDERS, PRODUCTS = 'backend/orders.py', 'backend/products.py'
local HEAD = '\n\n@router.get("/{product_id}/stock")\ndef get_stock(product_id: int, session: Session = Depends(get_session)) -> int:\n'

--- Types a handler like its neighbours until the workspace's own repetition is sure of what follows.
local function type_until_ghost()
  D.open(PRODUCTS)
  vim.bo.indentexpr, vim.bo.autoindent = '', false
  D.append(HEAD .. '    ')
  local pieces = { 'row = session.execute(', 'text("SELECT * FROM ', 'products WHERE ', 'id = :id"), ', '{"id": product_id}', ').first()\n',
    '    if row ', 'is None:\n', '        raise HTTP' }
  for _, piece in ipairs(pieces) do
    D.type(piece)
    if pcall(D.wait, 'ghost text', function() return D.ghost():match('%S') end, 1500) then
      return D.ghost()
    end
  end
  error('no ghost text anywhere in a handler like its neighbours', 0)
end

return {
  { 'diagnostics', function()
    D.open(ORDERS)
    D.wait('three findings', function() return #D.diagnostics() >= 3 end)
    D.equal(D.diagnostics()[1].source, 'pointsman')
    return #D.diagnostics() .. ' findings'
  end },

  { 'complexity_diagnostic', function()
    local found = D.wait('the complexity of price_order', function() return D.diagnostics('complexity')[1] end)
    D.equal(found.lnum + 1, D.line_of('def price_order'))
    D.has(found.message, '%d+')
    return found.message
  end },

  { 'code_lens', function()
    local row = D.line_of('def price_order') - 1
    local lens = D.wait('a lens above price_order', function()
      for _, one in ipairs(vim.lsp.codelens.get({ bufnr = 0 })) do
        if one.lens.range.start.line == row and one.lens.command then
          return one.lens
        end
      end
    end)
    D.has(lens.command.title, 'complexity %d+')
    return lens.command.title
  end },

  { 'code_lens_runs_into_a_float', function()
    vim.api.nvim_win_set_cursor(0, { D.line_of('def price_order'), 0 })
    D.press('grx')
    local text = D.wait('the float', D.float)
    D.has(text, 'Cyclomatic')
    D.close_float()
    return text
  end },

  { 'hover', function()
    vim.api.nvim_win_set_cursor(0, { D.line_of('def price_order'), 6 })
    D.press('K')
    local text = D.wait('the hover', D.float)
    D.has(text, 'cognitive complexity %d+')
    D.has(text, 'backend')
    D.close_float()
    return text
  end },

  { 'quick_fix', function()
    D.open(ORDERS)
    D.wait('the finding', function() return D.diagnostics('None')[1] end)
    local line = D.line_of('coupon != None')
    vim.api.nvim_win_set_cursor(0, { line, (D.lines()[line]:find('!=', 1, true)) - 1 })
    local found = D.diagnostics('None')[1]
    vim.api.nvim_win_set_cursor(0, { found.lnum + 1, found.col })
    local action, choose = D.code_action('is not')
    assert(action.edit, 'a deterministic fix carries its edit')
    choose()
    D.wait('the fix', function() return D.text():find('order.coupon is not None', 1, true) end)
    D.wait('the finding to go', function() return not D.diagnostics('None')[1] end)
    return action.title
  end },

  { 'documentation_is_resolved_lazily', function()
    D.open(ORDERS)
    vim.api.nvim_win_set_cursor(0, { D.line_of('def delete_order'), 6 })
    local before = D.text()
    local action, choose = D.code_action('Document')
    D.equal(action.edit, nil)
    assert(action.data, 'what is resolved later carries what it is about')
    D.has(action.title, 'no model')
    choose()
    D.wait('the documentation', function() return D.lines()[D.line_of('def delete_order') + 1]:find('"""', 1, true) end)
    D.wait('who wrote it', function() return D.noticed('template') end)
    assert(D.text() ~= before)
    D.press('u')
    D.wait('the undone edit', function() return D.text() == before end)
    return D.noticed('template')
  end },

  { 'an_edit_for_older_text_is_not_applied', function()
    D.open(ORDERS)
    vim.api.nvim_win_set_cursor(0, { D.line_of('def delete_order'), 6 })
    local _, choose = D.code_action('Document')
    vim.api.nvim_buf_set_lines(0, 0, 0, false, { '# typed meanwhile' })
    local typed = D.text()
    choose()
    D.wait('the reason', function() return D.noticed('changed') end)
    D.equal(D.text(), typed)
    return D.noticed('changed')
  end },

  { 'explain_the_function_at_the_cursor', function()
    D.open(ORDERS)
    vim.api.nvim_win_set_cursor(0, { D.line_of('total = Decimal(0)'), 4 })
    vim.cmd('Pointsman explain')
    local text, window = D.wait('the explanation', D.float), select(2, D.float())
    D.has(text, 'price_order')
    local footer = vim.api.nvim_win_get_config(window).footer
    D.has(vim.inspect(footer), 'model')
    D.close_float()
    return text
  end },

  { 'explain_a_selection', function()
    vim.api.nvim_win_set_cursor(0, { D.line_of('def find_orders'), 0 })
    D.press('V3j:Pointsman explain<CR>')
    local text = D.wait('the explanation', D.float)
    D.has(text, 'find_orders')
    D.close_float()
  end },

  { 'completion_items', function()
    D.open(ORDERS)
    vim.o.completeopt = 'menuone,noselect'
    D.append('\n')
    D.type('price_')
    D.press('<C-x><C-o>')
    D.wait('the menu', function() return vim.fn.pumvisible() == 1 end)
    local words = vim.tbl_map(function(item) return item.word end, vim.fn.complete_info({ 'items' }).items)
    assert(vim.list_contains(words, 'price_order'), vim.inspect(words))
    D.press('<C-e>')
    D.leave_insert()
    return table.concat(words, ' ')
  end },

  { 'ghost_text', function()
    local ghost = type_until_ghost()
    return ghost
  end },

  { 'tab_accepts_it', function()
    local ghost, before = D.ghost(), D.text()
    assert(ghost ~= '')
    D.press('<Tab>')
    D.wait('the accepted text', function() return D.text() == before .. ghost end)
    return ghost
  end },

  { 'undo_takes_only_the_accepted_text', function()
    local after = D.text()
    D.leave_insert()
    D.press('u')
    D.wait('the undo', function() return D.text() ~= after end)
    D.has(D.text(), 'def get_stock')
  end },

  { 'tab_right_after_typing_on_repeats_nothing', function()
    local ghost = type_until_ghost()
    local before = D.text()
    -- One burst: nothing new comes from the server between the typed characters and Tab.
    D.press((ghost:sub(1, 3):gsub('<', '<lt>')) .. '<Tab>')
    D.wait('the accepted text', function() return D.text() == before .. ghost end)
    D.leave_insert()
  end },

  { 'tab_after_typing_something_else_is_a_tab', function()
    type_until_ghost()
    vim.g.my_tab = '<lt>mine>'
    local before = D.text()
    D.press('~~<Tab>')
    D.wait('the mapping of the person', function() return D.text() == before .. '~~<mine>' end)
    vim.g.my_tab = nil
    D.leave_insert()
  end },

  { 'accepts_a_word', function()
    local ghost = type_until_ghost()
    local before = D.text()
    local word = assert(ghost:match('^%s*[%w_]+') or ghost:match('^%s*[^%w_%s]+'))
    D.press('<C-l>')
    D.wait('the word', function() return D.text() == before .. word end)
    if #word < #ghost then
      D.wait('the rest to come back', function() return D.ghost() == ghost:sub(#word + 1) end)
    end
    D.leave_insert()
    return word
  end },

  { 'tab_without_ghost_text_is_a_tab', function()
    D.open(ORDERS)
    vim.bo.expandtab = false
    D.append('\n')
    D.equal(D.ghost(), '')
    D.press('<Tab>')
    D.wait('a tab', function() return D.line() == '\t' end)
    D.leave_insert()
  end },

  { 'tab_without_ghost_text_keeps_the_users_mapping', function()
    D.open(ORDERS)
    vim.g.my_tab = '<lt>mine>'
    D.append('\n')
    D.press('<Tab>')
    D.wait('what their mapping gives', function() return D.line() == '<mine>' end)
    vim.g.my_tab = nil
    D.leave_insert()
  end },

  { 'tab_keeps_a_mapping_of_the_buffer', function()
    vim.api.nvim_create_autocmd('FileType', { pattern = 'css', once = true, callback = function()
      vim.keymap.set('i', '<Tab>', function() vim.api.nvim_put({ 'from the buffer' }, 'c', false, true) end, { buffer = true })
    end })
    D.open('web/styles.css')
    D.append('\n')
    D.press('<Tab>')
    D.wait('what their mapping does', function() return D.line() == 'from the buffer' end)
    D.leave_insert()
  end },

  { 'tab_keeps_a_vimscript_mapping', function()
    vim.cmd([[autocmd FileType dockerfile ++once inoremap <buffer><expr> <Tab> pumvisible() ? "\<C-n>" : "mine"]])
    D.open('deploy/Dockerfile')
    D.append('\n')
    D.press('<Tab>')
    D.wait('what their mapping gives', function() return D.line() == 'mine' end)
    D.leave_insert()
  end },

  { 'review_finds_and_names_who', function()
    D.open(ORDERS)
    local seen = {}
    vim.api.nvim_create_autocmd('LspProgress', { callback = function(event)
      local value = event.data.params.value
      seen[#seen + 1] = value.kind .. ' ' .. (value.message or value.title or '')
    end })
    vim.cmd('Pointsman review')
    D.wait('the message', function() return D.noticed('finding') end)
    local found = D.wait('a finding of the review', function() return D.diagnostics('review/')[1] end)
    D.has(found.message, '%[backend · rules%]')
    D.has(D.noticed('finding'), 'model')
    D.has(table.concat(seen, '\n'), '^begin')
    D.has(table.concat(seen, '\n'), 'end')
    return table.concat(seen, ' | ')
  end },

  { 'clear_takes_the_findings_away', function()
    assert(#D.diagnostics('review/') > 0)
    vim.cmd('Pointsman clear')
    D.wait('no finding of a review', function() return #D.diagnostics('review/') == 0 end)
    assert(#D.diagnostics() > 0, 'the findings of rules stay')
  end },

  { 'review_of_a_selection', function()
    local first = D.line_of('def price_order')
    vim.cmd(('%d,%dPointsman review'):format(first, first + 28))
    D.wait('the message', function() return D.noticed('finding') end)
    D.wait('its findings', function() return #D.diagnostics('review/') > 0 end)
    for _, one in ipairs(D.diagnostics('review/')) do
      assert(one.lnum + 1 >= first and one.lnum + 1 <= first + 28, 'a finding outside of the selection: ' .. one.lnum)
    end
  end },

  { 'statusline_says_offline', function()
    local text = D.wait('the statusline', function() return require('pointsman').statusline():match('.*offline.*') end)
    local drawn = vim.api.nvim_eval_statusline(vim.o.statusline, {}).str
    D.has(drawn, 'Pointsman offline')
    return drawn
  end },

  { 'statusline_is_empty_elsewhere', function()
    vim.cmd.enew()
    D.equal(require('pointsman').statusline(), '')
    vim.cmd.bwipeout()
  end },

  { 'last_route', function()
    D.open(ORDERS)
    vim.cmd('Pointsman route')
    local text = D.wait('the float', D.float)
    D.has(text, 'Why')
    D.has(text, 'Ladder')
    D.close_float()
    return text
  end },

  { 'toggle', function()
    vim.cmd('Pointsman toggle')
    D.equal(vim.lsp.inline_completion.is_enabled({ bufnr = 0 }), false)
    vim.cmd('Pointsman toggle')
    D.equal(vim.lsp.inline_completion.is_enabled({ bufnr = 0 }), true)
  end },

  { 'unknown_command_says_what_there_is', function()
    vim.cmd('Pointsman nonsense')
    D.has(D.noticed('knows'), 'cancel')
    D.equal(vim.fn.getcompletion('Pointsman re', 'cmdline'), { 'restart', 'review' })
  end },

  { 'checkhealth', function()
    vim.cmd('checkhealth pointsman')
    local text = D.wait('the report', function() return vim.bo.filetype == 'checkhealth' and D.text() end)
    D.has(text, 'ghost text is available')
    D.has(text, 'Running in')
    D.has(text, 'claude_4_sonnet')
    assert(not text:find('ERROR'), text)
    vim.cmd.bwipeout()
    return text
  end },

  { 'restart', function()
    D.open(ORDERS)
    local before = D.client().id
    vim.cmd('Pointsman restart')
    D.wait('another client', function() return D.client().id ~= before and D.client().initialized end)
    D.wait('findings again', function() return #D.diagnostics() > 0 end)
    D.equal(#vim.lsp.get_clients({ name = 'pointsman' }), 1)
    -- The keys still have their meaning, and not twice.
    vim.g.my_tab = '<lt>mine>'
    D.append('\n')
    D.press('<Tab>')
    D.wait('what their mapping gives', function() return D.line() == '<mine>' end)
    vim.g.my_tab = nil
    D.leave_insert()
  end },

  { 'a_crash_restarts_the_server', function()
    local before = D.client().id
    for _, process in ipairs(vim.api.nvim_get_proc_children(vim.fn.getpid())) do
      vim.uv.kill(process, 9)
    end
    D.wait('another client', function() return D.client().id ~= before and D.client().initialized end)
    D.wait('its status', function() return require('pointsman').statusline():find('Pointsman offline') end)
  end },

  { 'an_open_menu_and_the_users_mapping_come_before_ghost_text', function()
    vim.o.completeopt = 'menuone,noselect'
    local ghost = type_until_ghost()
    vim.g.my_tab = '<lt>mine>'
    local before = D.text()
    vim.fn.complete(vim.fn.col('.'), { 'one', 'two' })
    D.wait('the menu', function() return vim.fn.pumvisible() == 1 end)
    D.press('<Tab>')
    D.wait('what their mapping gives', function() return D.text() == before .. '<mine>' end)
    vim.g.my_tab = nil
    D.leave_insert()
    return ghost
  end },

  { 'an_open_menu_with_nothing_chosen_leaves_tab_to_ghost_text', function()
    local own = vim.fn.maparg('<Tab>', 'i', false, true)
    type_until_ghost()
    vim.keymap.del('i', '<Tab>')
    local before = D.text()
    vim.fn.complete(vim.fn.col('.'), { 'one', 'two' })
    D.wait('the menu', function() return vim.fn.pumvisible() == 1 end)
    local ghost = D.wait('ghost text', function() return D.ghost():match('%S') and D.ghost() end)
    D.press('<Tab>')
    D.wait('the accepted text', function() return D.text() == before .. ghost end)
    D.leave_insert()
    assert(own.buffer == 1, 'the mapping of the buffer is ours')
  end },

  { 'quiet', function()
    local messages = vim.fn.execute('messages')
    assert(not messages:find('[Ee]rror'), messages)
    local log = io.open(vim.lsp.log.get_filename())
    for line in (log and log:read('a') or ''):gmatch('[^\n]+') do
      -- What was asked just before a restart is refused, and Neovim notes that.
      assert(not line:find('%[ERROR%]') or line:find('was shut down'), line)
    end
  end },
}

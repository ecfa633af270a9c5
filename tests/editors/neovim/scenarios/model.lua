-- A local server that speaks a vendor's API stands in for the model.
local D = require('drive')

local ORDERS, PRODUCTS, CUSTOMERS = 'backend/orders.py', 'backend/products.py', 'backend/customers.py'
local HEAD = '\n\n@router.get("/{product_id}/stock")\ndef get_stock(product_id: int, session: Session = Depends(get_session)) -> int:\n    '
local SLOT = '%w+_%w+_?%w*'

local function model_ghost()
  D.open(PRODUCTS)
  vim.bo.indentexpr, vim.bo.autoindent = '', false
  D.append(HEAD)
  return D.wait('ghost text of the model', function()
    return D.ghost():find('SELECT stock', 1, true) and D.ghost()
  end)
end

local function requests()
  return #vim.fn.readfile(vim.env.POINTSMAN_TEST_REQUESTS)
end

return {
  { 'ghost_text', function()
    local ghost = model_ghost()
    D.has(ghost, 'return row.stock')
    return ghost
  end },

  { 'statusline_shows_model_and_price', function()
    local text = D.wait('a model and a price', function()
      local shown = require('pointsman').statusline()
      return shown:match('^Pointsman full · ' .. SLOT .. ' %$0%.%d+ · %$0%.%d+ today$') or error(shown, 0)
    end)
    D.has(vim.api.nvim_eval_statusline(vim.o.statusline, { maxwidth = 120 }).str, 'Pointsman full')
    return text
  end },

  { 'tab_accepts_it', function()
    local ghost, before = D.ghost(), D.text()
    D.press('<Tab>')
    D.wait('the accepted text', function() return D.text() == before .. ghost end)
    D.equal(D.line(), '    return row.stock')
    D.leave_insert()
  end },

  { 'accepts_a_line_then_the_rest', function()
    local ghost = model_ghost()
    local before = D.text()
    local first, rest = ghost:match('^([^\n]*)(.*)$')
    D.press('<C-j>')
    D.wait('the line', function() return D.text() == before .. first end)
    D.wait('the rest', function() return D.ghost() == rest end)
    D.press('<Tab>')
    D.wait('all of it', function() return D.text() == before .. ghost end)
    D.leave_insert()
  end },

  { 'typing_through_asks_no_model', function()
    local ghost = model_ghost()
    local asked = requests()
    D.type(ghost:sub(1, 8))
    D.wait('the rest', function() return D.ghost() == ghost:sub(9) end)
    D.equal(requests(), asked)
    D.leave_insert()
  end },

  { 'fix_is_resolved_lazily', function()
    D.open(ORDERS)
    local found = D.wait('the finding', function() return D.diagnostics('[Ss][Qq][Ll]')[1] end)
    vim.api.nvim_win_set_cursor(0, { found.lnum + 1, found.col })
    local before, asked = D.text(), requests()
    local action, choose = D.code_action('^Fix ')
    D.has(action.title, 'with ' .. SLOT)
    D.equal(action.edit, nil)
    D.equal(requests(), asked)
    choose()
    D.wait('the fix', function() return D.text():find(':status"), {"status": status}', 1, true) end)
    D.wait('who wrote it', function() return require('pointsman').statusline():find('claude_4_sonnet', 1, true) end)
    local after = D.lines()
    -- Only the function was edited.
    D.equal(after[1], vim.split(before, '\n')[1])
    D.equal(after[#after], (before:match('[^\n]*$')))
    return action.title
  end },

  { 'review_names_agent_and_model', function()
    D.open(ORDERS)
    local lines = {}
    vim.api.nvim_create_autocmd('User', { pattern = 'PointsmanStatus', callback = function()
      table.insert(lines, require('pointsman').statusline())
    end })
    vim.cmd('Pointsman review')
    local found = D.wait('findings', function() return #D.diagnostics('review/') == 2 and D.diagnostics('review/') end)
    D.has(found[1].message, '^%[backend · ' .. SLOT .. '%] ')
    D.wait('the message', function() return D.noticed('2 findings by the backend agent; ' .. SLOT .. ' answered') end)
    D.has(table.concat(lines, '\n'), 'Pointsman review %d+%%%% · backend agent asks ' .. SLOT)
    return found[1].message
  end },

  { 'findings_move_with_their_lines', function()
    local before = D.diagnostics('review/')[1].lnum
    vim.api.nvim_buf_set_lines(0, 0, 0, false, { '# one', '# two' })
    D.wait('the moved finding', function() return D.diagnostics('review/')[1].lnum == before + 2 end)
    vim.cmd('Pointsman clear')
    D.wait('none', function() return #D.diagnostics('review/') == 0 end)
  end },

  { 'review_can_be_cancelled', function()
    D.open(CUSTOMERS)
    local client = D.client()
    vim.cmd('Pointsman review')
    D.wait('progress', function() return require('pointsman').statusline():find('writing') end)
    vim.cmd('Pointsman review')
    D.has(D.noticed('still runs'), 'Pointsman cancel')
    vim.cmd('Pointsman cancel')
    D.has(D.noticed('cancelled'), 'review')
    D.wait('the end of the progress', function() return not require('pointsman.status').busy(client.id) end, 2000)
    D.equal(require('pointsman.commands').running(client.id), nil)
    vim.cmd('Pointsman cancel')
    D.has(D.noticed('nothing runs'), 'cancelled')
    D.equal(#D.diagnostics('review/'), 0)
    return require('pointsman').statusline()
  end },

  { 'explanation_waits_for_the_end_of_typing', function()
    D.open(ORDERS)
    vim.api.nvim_win_set_cursor(0, { D.line_of('total = Decimal(0)'), 4 })
    vim.cmd('Pointsman explain')
    D.press('o')
    D.wait('insert mode', function() return D.mode('i') end)
    D.wait('the answer', function() return require('pointsman.commands').running(D.client().id) == nil end)
    D.equal(D.float(), nil)
    D.leave_insert()
    local text = D.wait('the explanation', D.float)
    D.has(text, 'what the customer pays')
    -- What a model writes is shown and never fetched.
    assert(not text:find('!%[') and not text:find('%]%(http'), text)
    D.close_float()
    return text
  end },

  { 'last_route_names_the_price', function()
    D.open(ORDERS)
    vim.cmd('Pointsman route')
    local text = D.wait('the float', D.float)
    D.has(text, 'explain')
    D.has(text, '%$0%.%d+ for %d+ %+ %d+ tokens')
    D.close_float()
    return text
  end },

  { 'key_goes_to_the_server_and_into_no_log', function()
    vim.lsp.log.set_level('debug')
    local select, secret = vim.ui.select, vim.fn.inputsecret
    vim.ui.select = function(_, _, choose) choose('openai') end
    vim.fn.inputsecret = function() return vim.env.POINTSMAN_TEST_KEY end
    vim.cmd('Pointsman key')
    vim.ui.select, vim.fn.inputsecret = select, secret
    D.wait('the answer', function() return D.noticed('key of openai is in use') end)
    D.equal(vim.lsp.log.get_level(), vim.log.levels.DEBUG)
    vim.lsp.log.set_level('warn')
    local log = io.open(vim.lsp.log.get_filename()):read('a')
    assert(not log:find(vim.env.POINTSMAN_TEST_KEY, 1, true), 'the key is in the log')
    -- From now on the model's server sees it, which the test looks for.
    D.open(PRODUCTS)
    vim.cmd('Pointsman review')
    D.wait('an answer', function() return D.noticed('answered') end)
  end },

  { 'an_outage_is_told_once_and_answered', function()
    D.open(ORDERS)
    vim.fn.writefile({}, vim.env.POINTSMAN_TEST_OUTAGE)
    local first = D.line_of('def price_order')
    vim.cmd(('%d,%dPointsman review'):format(first, first + 28))
    D.wait('an answer of the rules', function() return D.noticed('finding.*without a model') end)
    D.wait('findings by rules', function() return D.diagnostics('%[backend · rules%]')[1] end)
    D.wait('offline', function() return require('pointsman').statusline():find('offline', 1, true) end)
    local told = vim.tbl_filter(function(text) return text:find('no model can be asked', 1, true) or text:find('service is', 1, true) end, D.notices)
    D.equal(#told, 1)
    return require('pointsman').statusline() .. ' / ' .. told[1]
  end },

  { 'quiet', function()
    local messages = vim.fn.execute('messages')
    assert(not messages:find('[Ee]rror'), messages)
  end },
}

--- Ghost text: accepting all of it or a piece, without taking a key away from whoever had it.
local M = {}

local description = 'Pointsman: ghost text, else as before'

---@type table<integer, table<string, table>> The mappings of a buffer that ours took the place of.
local shadowed = {}

---@type function?
local waiting

--- Runs a mapping's Lua function outside of the expression that found it. Only for the mapping itself.
function M.run_waiting()
  local callback = waiting
  waiting = nil
  if callback then
    callback()
  end
end

---@param text string
local function keycode(text)
  return vim.api.nvim_replace_termcodes(text, true, true, true)
end

--- What the key did before: the buffer's own mapping that we found there, else the global one as it is now.
---@param buffer integer
---@param key string
---@return table?
local function mapping_before(buffer, key)
  local own = (shadowed[buffer] or {})[key]
  if own then
    return own
  end
  local raw = keycode(key)
  for _, mapping in ipairs(vim.api.nvim_get_keymap('i')) do
    if mapping.lhsraw == raw or mapping.lhsrawalt == raw then
      return mapping
    end
  end
end

--- The keys to press in the place of `key`, as if we had never mapped it.
---@param buffer integer
---@param key string
---@return string
local function otherwise(buffer, key)
  local mapping = mapping_before(buffer, key)
  if not mapping then
    return keycode(key)
  end
  local keys
  if mapping.expr == 1 then
    if mapping.callback then
      keys = mapping.callback() or ''
    else
      keys = vim.api.nvim_eval((mapping.rhs:gsub('<SID>', ('<SNR>%d_'):format(mapping.sid))))
    end
    keys = mapping.replace_keycodes == 1 and keycode(keys) or keys
  elseif mapping.callback then
    waiting = mapping.callback
    keys = keycode("<Cmd>lua require('pointsman.ghost').run_waiting()<CR>")
  else
    keys = keycode((mapping.rhs:gsub('<SID>', ('<SNR>%d_'):format(mapping.sid))))
  end
  if mapping.noremap == 1 or vim.startswith(keys, keycode(key)) then
    return keys
  end
  vim.api.nvim_feedkeys(keys, 'im', false)
  return ''
end

--- Whether the popup menu has a claim on the key: an item is chosen, or the user mapped the key for it.
---@param buffer integer
---@param key string
local function menu_wants(buffer, key)
  if vim.fn.pumvisible() == 0 then
    return false
  end
  if vim.fn.complete_info({ 'selected' }).selected >= 0 then
    return true
  end
  local mapping = mapping_before(buffer, key)
  -- Neovim maps Tab for snippets by itself, which says nothing about the menu.
  return mapping ~= nil and not vim.startswith(mapping.desc or '', 'vim.snippet')
end

local pieces = {
  all = function(text)
    return text
  end,
  word = function(text)
    return text:match('^%s*[%w_\128-\255]+') or text:match('^%s*[^%w_%s]+') or text
  end,
  line = function(text)
    return text:match('^\n*[^\n]*')
  end,
}

local events = { all = 'accepted', word = 'accepted_word', line = 'accepted_line' }

--- Puts a piece of the item at the cursor. Neovim would insert from where the item began, and with it, once more, what was
--- typed of it since. False when what was typed is not how the item begins.
---@param item vim.lsp.inline_completion.Item
---@param piece 'all'|'word'|'line'
---@param buffer integer
---@return boolean
local function insert(item, piece, buffer)
  local row, column = unpack(vim.api.nvim_win_get_cursor(0))
  row = row - 1
  local first_row, first_column, last_row, last_column = row, column, row, column
  if item.range then
    first_row, first_column, last_row, last_column = item.range:to_extmark()
  end
  if row < first_row or (row == first_row and column < first_column) then
    return false
  end
  local typed = table.concat(vim.api.nvim_buf_get_text(buffer, first_row, first_column, row, column, {}), '\n')
  local text = item.insert_text --[[@as string]]
  if not vim.startswith(text, typed) or #text == #typed then
    return false
  end
  local rest = text:sub(#typed + 1)
  local chosen = pieces[piece](rest)
  if chosen ~= rest or last_row < row or (last_row == row and last_column < column) then
    last_row, last_column = row, column
  end
  local lines = vim.split(chosen, '\n', { plain = true })
  vim.api.nvim_buf_set_text(buffer, row, column, last_row, last_column, lines)
  vim.api.nvim_win_set_cursor(0, { row + #lines, (#lines == 1 and column or 0) + #lines[#lines] })
  return true
end

--- Accepts the ghost text that is shown, or a piece of it, and says whether there was any.
---@param piece? 'all'|'word'|'line'
---@param stale? fun() Called when it turns out that the text was typed in another way meanwhile.
---@return boolean
function M.accept(piece, stale)
  if not vim.lsp.inline_completion then
    return false
  end
  piece = piece or 'all'
  local buffer = vim.api.nvim_get_current_buf()
  return vim.lsp.inline_completion.get({
    on_accept = function(item)
      if type(item.insert_text) ~= 'string' then
        return item
      end
      if vim.api.nvim_get_current_buf() ~= buffer then
        return
      end
      if not insert(item, piece, buffer) then
        if stale then
          stale()
        end
        return
      end
      local client = vim.lsp.get_client_by_id(item.client_id)
      if client and item.command then
        local command = vim.deepcopy(item.command)
        if command.command == 'pointsman.server.feedback' then
          command.arguments[1].event = events[piece]
        end
        client:exec_cmd(command, { bufnr = buffer })
      end
    end,
  })
end

--- Shows another suggestion for the same place.
---@param count integer Negative for those before.
function M.select(count)
  if vim.lsp.inline_completion then
    vim.lsp.inline_completion.select({ count = count })
  end
end

---@param buffer integer
---@param key string
---@param act fun(fall_back: fun()): boolean Whether the key did what it is for.
local function map(buffer, key, act)
  local before = vim.api.nvim_buf_call(buffer, function()
    return vim.fn.maparg(key, 'i', false, true)
  end)
  if before.buffer == 1 and before.desc ~= description then
    shadowed[buffer] = shadowed[buffer] or {}
    shadowed[buffer][key] = before
  end
  vim.keymap.set('i', key, function()
    if not menu_wants(buffer, key) then
      local acted = act(function()
        if vim.api.nvim_get_current_buf() == buffer and vim.startswith(vim.api.nvim_get_mode().mode, 'i') then
          vim.api.nvim_feedkeys(otherwise(buffer, key), 'in', false)
        end
      end)
      if acted then
        -- What is accepted can be undone by itself.
        return keycode('<C-g>u')
      end
    end
    return otherwise(buffer, key)
  end, { buffer = buffer, expr = true, replace_keycodes = false, desc = description })
end

--- Maps the keys of the options in a buffer.
---@param keys pointsman.Keys
---@param buffer integer
function M.map(keys, buffer)
  for name, piece in pairs({ accept = 'all', accept_word = 'word', accept_line = 'line' }) do
    if keys[name] then
      map(buffer, keys[name], function(fall_back)
        return M.accept(piece, fall_back)
      end)
    end
  end
  for name, count in pairs({ next = 1, previous = -1 }) do
    if keys[name] then
      vim.keymap.set('i', keys[name], function()
        M.select(count)
      end, { buffer = buffer, desc = 'Pointsman: ' .. name .. ' suggestion' })
    end
  end
  vim.api.nvim_create_autocmd('BufWipeout', {
    group = vim.api.nvim_create_augroup('pointsman.ghost:' .. buffer, {}),
    buffer = buffer,
    callback = function()
      shadowed[buffer] = nil
    end,
  })
end

return M

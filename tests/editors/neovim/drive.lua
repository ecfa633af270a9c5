-- Drives a headless Neovim as a person would: keys go in where keys go in, and every wait has a condition and a limit.
-- A scenario is a list of `{ name, function }`; what became of each is written as one JSON line.
local D = {}

local LIMIT_MS = 20000
local shop = assert(vim.env.POINTSMAN_TEST_SHOP)
local results = assert(io.open(assert(vim.env.POINTSMAN_TEST_RESULTS), 'w'))

D.notices = {}
vim.notify = function(text)
  table.insert(D.notices, text)
end
vim.notify_once = vim.notify

--- The first true value of `condition`; an error after the limit. Other things go on meanwhile.
function D.wait(what, condition, limit)
  local co, deadline, problem = coroutine.running(), vim.uv.now() + (limit or LIMIT_MS), nil
  while true do
    local ok, value = pcall(condition)
    if ok and value then
      return value
    end
    problem = not ok and value or nil
    if vim.uv.now() > deadline then
      error(('waited in vain for %s%s'):format(what, problem and ': ' .. tostring(problem) or ''), 0)
    end
    vim.defer_fn(function()
      coroutine.resume(co)
    end, 15)
    coroutine.yield()
  end
end

function D.mode(mode)
  return vim.api.nvim_get_mode().mode == mode
end

function D.lines()
  return vim.api.nvim_buf_get_lines(0, 0, -1, false)
end

function D.line()
  return vim.api.nvim_get_current_line()
end

function D.text()
  return table.concat(D.lines(), '\n')
end

function D.client()
  return assert(vim.lsp.get_clients({ name = 'pointsman', bufnr = 0 })[1], 'no client')
end

--- Number of the first line that has `needle`, one-based.
function D.line_of(needle)
  for number, line in ipairs(D.lines()) do
    if line:find(needle, 1, true) then
      return number
    end
  end
  error('no line with ' .. needle, 0)
end

--- Opens a file of the shop as it is on disk, and waits until the server has said what it thinks of it.
function D.open(name)
  vim.cmd.stopinsert()
  vim.cmd('silent! %bwipeout!')
  vim.cmd.edit(vim.fs.joinpath(shop, name))
  D.wait('the client of ' .. name, function()
    return vim.lsp.get_clients({ name = 'pointsman', bufnr = 0 })[1] and D.client().initialized
  end)
end

function D.diagnostics(pattern)
  return vim.tbl_filter(function(one)
    return not pattern or one.message:find(pattern) or tostring(one.code):find(pattern)
  end, vim.diagnostic.get(0))
end

--- Presses keys; `<Esc>` and its like are keys.
function D.press(keys)
  vim.api.nvim_input(keys)
end

--- Begins to insert below the last line.
function D.append(text)
  D.press('Go')
  D.wait('insert mode', function()
    return D.mode('i')
  end)
  D.type(text)
end

--- Types, and waits until the buffer has all of it before the cursor.
function D.type(text)
  local row, column = unpack(vim.api.nvim_win_get_cursor(0))
  local from = #table.concat(vim.api.nvim_buf_get_text(0, 0, 0, row - 1, column, {}), '\n')
  D.press((text:gsub('<', '<lt>')))
  D.wait('the typed text', function()
    local row_now, column_now = unpack(vim.api.nvim_win_get_cursor(0))
    local before = table.concat(vim.api.nvim_buf_get_text(0, 0, 0, row_now - 1, column_now, {}), '\n')
    return #before >= from + #text
  end)
end

function D.leave_insert()
  D.press('<Esc>')
  D.wait('normal mode', function()
    return D.mode('n')
  end)
end

--- The ghost text on the screen, or an empty string.
function D.ghost()
  local namespace = vim.api.nvim_get_namespaces()['nvim.lsp.inline_completion']
  if not namespace then
    return ''
  end
  local lines = {}
  for _, mark in ipairs(vim.api.nvim_buf_get_extmarks(0, namespace, 0, -1, { details = true })) do
    lines[#lines + 1] = mark[4].virt_text[1][1]
    for _, line in ipairs(mark[4].virt_lines or {}) do
      lines[#lines + 1] = line[1][1]
    end
  end
  return table.concat(lines, '\n')
end

--- The lines of the one floating window that is open.
function D.float()
  for _, window in ipairs(vim.api.nvim_list_wins()) do
    if vim.api.nvim_win_get_config(window).relative ~= '' then
      return table.concat(vim.api.nvim_buf_get_lines(vim.api.nvim_win_get_buf(window), 0, -1, false), '\n'), window
    end
  end
end

function D.close_float()
  local _, window = D.float()
  vim.api.nvim_win_close(assert(window), true)
end

function D.noticed(pattern)
  for _, text in ipairs(D.notices) do
    if text:find(pattern) then
      return text
    end
  end
end

--- The code actions that a person would see, and a way to choose one: what `gra` hands to `vim.ui.select`.
function D.code_action(pattern)
  local offered
  local select = vim.ui.select
  vim.ui.select = function(items, options, choose)
    offered = { items = items, choose = choose, title = options.format_item }
  end
  D.press('gra')
  local ok, why = pcall(D.wait, 'the code actions', function()
    return offered
  end)
  vim.ui.select = select
  assert(ok, why)
  local titles = {}
  for _, item in ipairs(offered.items) do
    titles[#titles + 1] = offered.title(item)
    if item.action.title:find(pattern) then
      return item.action, function()
        offered.choose(item)
      end
    end
  end
  error(('no action %q among: %s'):format(pattern, table.concat(titles, ' | ')), 0)
end

function D.equal(found, wanted)
  if not vim.deep_equal(found, wanted) then
    error(('found %s, wanted %s'):format(vim.inspect(found), vim.inspect(wanted)), 0)
  end
end

function D.has(text, pattern)
  if not text or not text:find(pattern) then
    error(('%q has no %q'):format(tostring(text), pattern), 0)
  end
end

local function report(name, ok, detail)
  results:write(vim.json.encode({ check = name, ok = ok, detail = tostring(detail or '') }) .. '\n')
  results:flush()
end

--- Runs the checks in their order and ends Neovim. One that fails does not keep the others from running.
function D.run(checks)
  local co = coroutine.create(function()
    for _, check in ipairs(checks) do
      local name, action = unpack(check)
      D.notices = {}
      local ok, detail = xpcall(action, function(why)
        return type(why) == 'string' and why or debug.traceback(vim.inspect(why))
      end)
      if not ok then
        detail = ('%s\nmode %s, line %q, ghost %q, notices %s'):format(
          detail, vim.api.nvim_get_mode().mode, D.line(), D.ghost(), vim.inspect(D.notices))
        detail = detail .. '\n' .. vim.fn.execute('messages')
      end
      report(name, ok, detail)
    end
    vim.cmd('qall!')
  end)
  vim.schedule(function()
    local ok, why = coroutine.resume(co)
    if not ok then
      report('drive', false, why)
      vim.cmd('cquit 1')
    end
  end)
end

return D

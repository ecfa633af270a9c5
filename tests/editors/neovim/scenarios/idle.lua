-- Waits with an open file until it is killed.
local D = require('drive')

return {
  { 'ready', function()
    D.open('backend/orders.py')
    D.wait('findings', function() return #D.diagnostics() > 0 end)
  end },
  { 'never', function()
    D.wait('the end', function() return false end, 100000)
  end },
}

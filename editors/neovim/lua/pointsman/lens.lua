--- Code lenses: shown when a document rests, run with `grx` or `:lua vim.lsp.codelens.run()`.
local M = {}

---@param client vim.lsp.Client
---@param buffer integer
function M.attach(client, buffer)
  if vim.lsp.codelens.enable then
    vim.lsp.codelens.enable(true, { bufnr = buffer })
    return
  end
  -- Neovim 0.11 does not look again by itself.
  vim.lsp.codelens.refresh({ bufnr = buffer })
  vim.api.nvim_create_autocmd({ 'InsertLeave', 'BufWritePost', 'TextChanged' }, {
    group = vim.api.nvim_create_augroup('pointsman.lens:' .. buffer, {}),
    buffer = buffer,
    callback = function()
      if client:is_stopped() then
        return true
      end
      vim.lsp.codelens.refresh({ bufnr = buffer })
    end,
  })
end

return M

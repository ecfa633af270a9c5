--- Code lenses: shown when a document rests, run with `:lua vim.lsp.codelens.run()`.
local M = {}

---@param client vim.lsp.Client
---@param buffer integer
function M.attach(client, buffer)
  if not client:supports_method('textDocument/codeLens', buffer) then
    return
  end
  if vim.lsp.codelens.enable then
    vim.lsp.codelens.enable(true, { bufnr = buffer })
    return
  end
  vim.lsp.codelens.refresh({ bufnr = buffer })
  vim.api.nvim_create_autocmd({ 'InsertLeave', 'BufWritePost' }, {
    buffer = buffer,
    callback = function()
      vim.lsp.codelens.refresh({ bufnr = buffer })
    end,
  })
end

return M

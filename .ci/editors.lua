-- nvim --headless -u NONE -S .ci/editors.lua: starts another Neovim with the configuration of docs/editors.md, and types into
-- it: diagnostics, a fix, hover, completion of a name, a value and a body. GEPLINT_INIT is the configuration, GEPLINT_FOLDER an
-- empty folder.

local init, folder = vim.env.GEPLINT_INIT, vim.env.GEPLINT_FOLDER
-- Time limit of one step, in milliseconds; long enough for a busy machine.
local LONG = 60000

local child, step = nil, "start"

local function say(text)
  io.stdout:write(text .. "\n")
end

local function lua(code, ...)
  return vim.rpcrequest(child, "nvim_exec_lua", code, { ... })
end

local function fail(why)
  local known, state = pcall(lua, [[
    return vim.inspect({
      text = vim.api.nvim_buf_get_lines(0, 0, -1, false),
      diagnostics = vim.tbl_map(function(one) return one.message end, vim.diagnostic.get(0)),
      messages = vim.fn.execute("messages"),
      mode = vim.api.nvim_get_mode(),
    })]])
  say(step .. ": " .. why .. "\n" .. (known and state or "?"))
  vim.cmd("cquit 1")
end

local function wait(what, condition)
  local found = vim.wait(LONG, function()
    local ok, result = pcall(condition)
    return ok and result and result ~= vim.NIL
  end, 50)
  if not found then
    fail("waited in vain for " .. what)
  end
end

local function keys(typed)
  vim.rpcrequest(child, "nvim_input", typed)
end

local function write(name, text)
  local file = assert(io.open(folder .. "/" .. name, "w"))
  file:write(text)
  file:close()
end

local function open(name)
  lua("vim.cmd('edit! ' .. ...)", folder .. "/" .. name)
  wait("the server to attach", function()
    return lua([[
      local get = vim.lsp.get_clients or vim.lsp.get_active_clients
      for _, client in ipairs(get()) do
        if client.name == "geplint" and client.initialized then
          return vim.lsp.buf_is_attached(0, client.id)
        end
      end]])
  end)
end

local function text()
  return table.concat(lua("return vim.api.nvim_buf_get_lines(0, 0, -1, false)"), "\n")
end

local function diagnostics()
  return lua([[
    return vim.tbl_map(function(one) return one.message end, vim.diagnostic.get(0))]])
end

local function none_but(wanted)
  return function()
    return #diagnostics() == wanted
  end
end

-- Requests completions, and accepts the first one.
local function complete()
  -- If completion opens automatically, it is open or will be.
  vim.wait(500)
  keys("<C-x><C-o>")
  wait("the menu", function()
    return lua("return vim.fn.pumvisible() == 1")
  end)
  keys("<C-n>")
  wait("the first one to be chosen", function()
    return lua("return vim.fn.complete_info({ 'selected' }).selected == 0")
  end)
  keys("<C-y>")
end

-- Returns the titles of the actions at the cursor, in the listed order.
local TITLES = [[
  local params = vim.lsp.util.make_range_params(0, "utf-16")
  params.context = { diagnostics = {} }
  local titles = {}
  for _, answer in pairs(vim.lsp.buf_request_sync(0, "textDocument/codeAction", params, 60000)) do
    for _, action in ipairs(answer.result or {}) do
      table.insert(titles, action.title)
    end
  end
  return titles]]

-- Moves to the first diagnostic, and applies the action whose title begins with this.
local function act(title)
  keys("gg]d")
  vim.wait(200)
  local number
  local titles = lua(TITLES)
  for index, one in ipairs(titles) do
    number = number or (vim.startswith(one, title) and index)
  end
  if not number then
    fail("no action begins with " .. title .. ": " .. table.concat(titles, "; "))
  end
  keys("gra")
  wait("the list of actions", function()
    local mode = vim.rpcrequest(child, "nvim_get_mode")
    return mode.blocking or mode.mode == "c"
  end)
  keys(number .. "<CR>")
end

-- The findings of `geplint check` for the same text.
local function errors_of_check(name)
  local pipe = assert(io.popen("geplint check --format json '" .. folder .. "/" .. name .. "' 2>/dev/null"))
  local printed = pipe:read("*a")
  pipe:close()
  local report = vim.fn.json_decode(printed)
  local messages = {}
  for _, finding in ipairs(report.findings) do
    table.insert(messages, finding.message)
  end
  return messages
end

local function run()
  local command = { vim.v.progpath, "--embed", "--headless", "-u", init, "-n", "-i", "NONE" }
  child = vim.fn.jobstart(command, { rpc = true, cwd = folder })
  assert(child > 0, "no Neovim")
  lua("vim.o.shortmess = vim.o.shortmess .. 'acIF'; vim.o.more = false; vim.o.swapfile = false")

  step = "diagnostics"
  write("tenant.toml", 'personas = ["P-1", "P-2"]\n')
  write("geplint.toml", '[tenant]\nfile = "tenant.toml"\n')
  local fine = '[\n  {\n    "clientContactCode": "C-1",\n    "interfaceStatus": "Success"\n  }\n]\n'
  local wrong = fine:gsub("interfaceStatus", "interface_status")
  write("status.json", wrong)
  open("status.json")
  local expected = errors_of_check("status.json")
  assert(#expected > 0, "the payload has errors")
  wait("the diagnostics", none_but(#expected))
  for _, message in ipairs(expected) do
    local found = vim.tbl_filter(function(shown)
      return shown:find(message, 1, true)
    end, diagnostics())
    if #found == 0 then
      fail("no diagnostic says: " .. message)
    end
  end

  step = "hover"
  keys("3GwK")
  wait("the row of the name", function()
    return lua([[
      for _, window in ipairs(vim.api.nvim_list_wins()) do
        if vim.api.nvim_win_get_config(window).relative ~= "" then
          local lines = vim.api.nvim_buf_get_lines(vim.api.nvim_win_get_buf(window), 0, -1, false)
          return table.concat(lines, "\n"):find("ClientContactCode") ~= nil
        end
      end]])
  end)
  keys("<Esc>")

  step = "code action"
  act("Rename interface_status to interfaceStatus")
  wait("the fix", function()
    return text() .. "\n" == fine
  end)
  wait("the diagnostics to go", none_but(0))

  step = "explain"
  write("status.json", (fine:gsub('"Success"', '"Success", "nonsense": 1')))
  open("status.json")
  wait("the diagnostics", function()
    return #diagnostics() == 1
  end)
  act("Explain")
  wait("the page of the rule", function()
    return text():find("unknown%-property") and #vim.split(text(), "\n") > 5
  end)
  keys("q")

  step = "predicted response"
  keys(":GeplintResponse<CR>")
  wait("the response", function()
    return text():find("statusCode")
  end)
  keys("q")

  step = "ignore"
  act("Ignore")
  if vim.version().minor >= 8 then
    wait("geplint.toml to be shown", function()
      return text():find('reason = "say why')
    end)
    keys(":write<CR>")
    lua("vim.cmd('edit! ' .. ...)", folder .. "/status.json")
  else
    wait("the message", function()
      return lua("return vim.fn.execute('messages')"):find("write a reason there, and save the file")
    end)
  end
  wait("no diagnostics", none_but(0))

  step = "completion of a name"
  write("status.json", (fine:gsub(',\n    "interfaceStatus": "Success"', "")))
  open("status.json")
  wait("the diagnostics", function()
    return #diagnostics() > 0
  end)
  keys('3GA,<CR>"inter')
  complete()
  wait("the name", function()
    return text():find('"clientContactCode": "C%-1",\n%s*"interfaceStatus": ""') ~= nil
  end)
  keys("<Esc>")

  step = "completion of a value"
  local persona = '[\n  {\n    "personaAndRoles": [{ "personaCode": "%s" }]\n  }\n]\n'
  write("personas.json", persona:format(""))
  open("personas.json")
  wait("the diagnostics", function()
    return #diagnostics() > 0
  end)
  keys('3Gf}F"i')
  complete()
  wait("a persona between the quotes", function()
    return text() .. "\n" == persona:format("P-1")
  end)
  keys("<Esc><Esc>")

  step = "completion of a body"
  write("new.json", "")
  open("new.json")
  keys("i")
  complete()
  wait("a body that is JSON", function()
    return pcall(vim.fn.json_decode, text()) and text():find("^%[") ~= nil
  end)
  keys("<Esc>:write<CR>")
  wait("the file", function()
    return vim.fn.getfsize(folder .. "/new.json") > 10
  end)
  wait("the diagnostics", none_but(#errors_of_check("new.json")))

  local version = vim.version()
  say(("Neovim %d.%d.%d: diagnostics, hover, actions, the response, a name, a value and a body"):format(version.major, version.minor, version.patch))
  vim.cmd("qall!")
end

local ok, why = xpcall(run, debug.traceback)
if not ok then
  fail(why)
end

-- What the command line makes of an error: lines for people, a document for programs, a status.

local json = require "nightjar.json"
local plain = require "nightjar.plain"
local redact = require "nightjar.redact"

local M = {}

local status_of_code <const> = { USAGE = 64, LOCKED = 75, CONFIG = 78 }
local failed <const>, not_delivered <const> = 2, 4

local status_of_word <const> = { ok = 0, warn = 1, crit = 2, unknown = 3 }

function M.status_of_error(err)
  return status_of_code[err.code] or failed
end

-- The exit status for the `status` of a document, or nil for a word that is none.
function M.status_of_word(word)
  return status_of_word[word]
end

-- The exit status where somebody had to be told and could not be, or nil. alert: a document's part.
function M.status_of_alert(alert)
  return alert and alert.action == "spooled" and not_delivered or nil
end

-- The error's part of a document.
function M.document(err, secrets)
  local function text(value)
    return value and redact(tostring(value), secrets or {}) or json.null
  end
  return { code = text(err.code), message = text(err.message), hint = text(err.hint),
    op = text(err.op) }
end

local function indented(text)
  return "    " .. text:gsub("%s+$", ""):gsub("\n", "\n    ")
end

-- What helps to find the place: for our own mistakes always, for others with --verbose.
local function details(err, verbose)
  local lines = {}
  local function add(title, text)
    if text and text ~= "" then
      lines[#lines + 1] = ("  %s:\n%s"):format(title, indented(tostring(text)))
    end
  end
  if verbose then
    add("stderr", err.stderr)
    add("detail", err.detail)
    add("cause", err.cause and tostring(err.cause))
  end
  if (verbose or err.code == "LUA") and err.traceback then
    lines[#lines + 1] = indented(err.traceback):sub(3)
  end
  return lines
end

-- "nightjar backup: message (CODE)", the hint, and the details. name is the task's, or nil.
function M.text(err, name, verbose, secrets)
  local code <const> = err.code ~= "LUA" and (" (%s)"):format(err.code or "LUA") or ""
  local lines = { ("nightjar%s: %s%s"):format(name and " " .. name or "", err.message, code) }
  if err.hint then
    lines[2] = "  hint: " .. err.hint
  end
  for _, line in ipairs(details(err, verbose)) do
    lines[#lines + 1] = line
  end
  return plain(redact(table.concat(lines, "\n") .. "\n", secrets or {}))
end

return M

-- A mail's view as plain text: pure. Lines are not broken: a phone does that better, and a command
-- can be copied whole.

local M = {}

local function add_row(lines, row)
  local class <const> = row.class and (" (%s)"):format(row.class) or ""
  local note <const> = row.note and ", " .. row.note or ""
  lines[#lines + 1] = (row.label and row.label .. "  " or "") .. row.title .. class .. note
  for _, line in ipairs(row.lines) do
    lines[#lines + 1] = "    " .. line
  end
end

local function add_section(lines, section)
  lines[#lines + 1] = ""
  lines[#lines + 1] = section.title:upper()
  for _, row in ipairs(section.rows) do
    add_row(lines, row)
  end
  lines[#lines + 1] = section.more
end

-- The text of a view: see view.of.
function M.of(view)
  local lines = { view.sentence }
  for _, remark in ipairs(view.remarks) do
    lines[#lines + 1] = ""
    lines[#lines + 1] = remark
  end
  for _, section in ipairs(view.sections) do
    add_section(lines, section)
  end
  lines[#lines + 1] = ""
  table.move(view.closing, 1, #view.closing, #lines + 1, lines)
  return table.concat(lines, "\n") .. "\n"
end

return M

-- A mail's view as HTML for a phone: one column, inline styles, no images. Colours are in front of
-- whatever ground the reader has, so that it reads in dark mode too. Pure.

local M = {}

local colors <const> = { CRIT = "#c62828", WARN = "#b26a00", UNKNOWN = "#6a1b9a", OK = "#2e7d32" }
local grey <const> = "#757575"

local page <const> = [[<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark"></head>
<body style="margin:0;padding:16px;font-family:-apple-system,'Segoe UI',Roboto,sans-serif;]]
  .. [[font-size:16px;line-height:1.4">
<div style="max-width:600px;margin:0 auto">
%s
</div></body></html>
]]

local entities <const> = { ["&"] = "&amp;", ["<"] = "&lt;", [">"] = "&gt;", ['"'] = "&quot;" }

local function escape(text)
  return (text:gsub('[&<>"]', entities))
end

local function element(tag, style, content)
  return ('<%s style="%s">%s</%s>'):format(tag, style, content, tag)
end

local function small(text, color)
  return element("div", "font-size:14px;color:" .. color, text)
end

local function badge(label)
  return element("span", ("display:inline-block;padding:0 6px;border-radius:4px;font-size:13px;"
    .. "font-weight:bold;color:#ffffff;background-color:%s"):format(colors[label] or grey), label)
end

local function row_of(row)
  local title <const> = "<strong>" .. escape(row.title) .. "</strong>"
  local parts = { (row.label and badge(row.label) .. " " or "") .. title }
  if row.class or row.note then
    local notes = {}
    notes[1] = row.class and escape(row.class)
    notes[#notes + 1] = row.note and escape(row.note)
    parts[2] = small(table.concat(notes, " · "), grey)
  end
  for _, line in ipairs(row.lines) do
    parts[#parts + 1] = element("div", "word-break:break-word", escape(line))
  end
  return '<tr><td style="padding:6px 0;border-top:1px solid #9e9e9e">' .. table.concat(parts)
    .. "</td></tr>"
end

local function section_of(section)
  local rows = {}
  for index, row in ipairs(section.rows) do
    rows[index] = row_of(row)
  end
  rows[#rows + 1] = section.more and "<tr><td>" .. small(escape(section.more), grey) .. "</td></tr>"
  return element("div", "margin:20px 0 4px;font-size:14px;font-weight:bold;letter-spacing:0.5px;"
    .. "color:" .. grey, escape(section.title))
    .. '\n<table role="presentation" cellpadding="0" cellspacing="0" style="width:100%;'
    .. 'border-collapse:collapse">\n' .. table.concat(rows, "\n") .. "\n</table>"
end

-- The HTML of a view: see view.of.
function M.of(view)
  local parts = { element("div", ("padding:8px 12px;border-left:5px solid %s;font-size:18px;"
    .. "font-weight:bold"):format(colors[view.label] or grey), escape(view.sentence)) }
  for _, remark in ipairs(view.remarks) do
    parts[#parts + 1] = element("p", "margin:12px 0", escape(remark))
  end
  for _, section in ipairs(view.sections) do
    parts[#parts + 1] = section_of(section)
  end
  local closing = {}
  for index, line in ipairs(view.closing) do
    closing[index] = small(escape(line), grey)
  end
  parts[#parts + 1] = element("div", "margin-top:20px", table.concat(closing))
  return page:format(table.concat(parts, "\n"))
end

-- A text that somebody else has written, as HTML.
function M.of_text(text)
  return page:format(element("div", "white-space:pre-wrap;word-break:break-word", escape(text)))
end

return M

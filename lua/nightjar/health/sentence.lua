-- One sentence a target: what is wrong, at which layer, and what above it is fine. Pure.

local finding = require "nightjar.health.finding"

local M = {}

-- The layers from the outside in, and what they are called when they are fine.
local layers <const> = { { "engine", "engine" }, { "container", "container" },
  { "query", "PostgreSQL" } }

local function join(words)
  local last <const> = table.remove(words)
  return #words == 0 and last or table.concat(words, ", ") .. " and " .. last
end

-- "engine and container are fine", of the layers above the one that failed; or nil.
local function fine_layers(of_check, failed)
  local fine = {}
  for _, layer in ipairs(layers) do
    if layer[1] == failed then
      break
    end
    local found <const> = of_check[layer[1]]
    fine[#fine + 1] = found and found.status == "ok" and layer[2] or nil
  end
  local count <const> = #fine
  return count > 0 and ("%s %s fine"):format(join(fine), count == 1 and "is" or "are") or nil
end

local function by_check(findings)
  local of_check = {}
  for _, found in ipairs(findings) do
    of_check[found.check] = of_check[found.check] or found
  end
  return of_check
end

local function all_well(of_check)
  local parts = {}
  for _, name in ipairs { "query", "connections", "backup" } do
    local found <const> = of_check[name]
    parts[#parts + 1] = found and found.status == "ok" and found.message or nil
  end
  return #parts > 0 and table.concat(parts, "; ") or "all is well"
end

-- The sentence for the findings of one target (the engine's among them), and the worst status.
function M.of_target(findings)
  local of_check <const>, gravest <const> = by_check(findings), finding.by_gravity(findings)
  local worst <const> = gravest[1]
  if not worst or worst.status == "ok" or worst.status == "skipped" then
    return all_well(of_check), "ok"
  end
  -- Of several that are equally bad the first layer's is the root.
  local root = worst
  for _, found in ipairs(findings) do
    if found.blocks and found.status == worst.status then
      root = found
      break
    end
  end
  local fine <const>, others = fine_layers(of_check, root.check), 0
  for _, found in ipairs(findings) do
    others = others + (found ~= root and found.status ~= "ok" and found.status ~= "skipped" and 1
      or 0)
  end
  return ("%s%s%s"):format(fine and fine .. "; " or "", root.message, others > 0
    and (" (and %d more)"):format(others) or ""), worst.status
end

-- The findings of a target, and those that all share as far as they are about it: the engine's.
function M.findings_of(findings, target)
  local own, about_engine = {}, {}
  for _, found in ipairs(findings) do
    if found.target == target.name then
      own[#own + 1] = found
    elseif found.check == "engine" and not found.target and target.container then
      about_engine[1] = found
    end
  end
  return table.move(own, 1, #own, #about_engine + 1, about_engine)
end

return M

-- When a mail may go out: the window, the tokens that break it, and the ladder of reminders. Pure.

local M = {}

-- When the window of the last delivered mail ends; nil where none is open.
function M.window_end(state, now, options)
  local last <const> = state.last_delivered
  if last and now < last + options.interval then
    return last + options.interval
  end
end

-- May something that cannot wait go out now? Returns "open", "bypass" (it takes a token), or nil
-- and when the window ends.
function M.admit(state, now, options)
  local ends <const> = M.window_end(state, now, options)
  if not ends then
    return "open"
  elseif not options.strict and (state.bypassed or 0) < options.bypass then
    return "bypass"
  end
  return nil, ends
end

-- When to remind of what was first told at `first`, the last mail having gone at `last`: each step
-- of the ladder counts from `first`, and the last one comes again and again. Nil without a ladder.
function M.next_step(first, last, options)
  local elapsed <const>, ladder <const> = math.max(0, last - first), options.ladder
  for _, step in ipairs(ladder) do
    if step > elapsed then
      return first + step
    end
  end
  local final <const> = math.max(ladder[#ladder] or 0, options.interval, 1)
  return #ladder > 0 and first + (elapsed // final + 1) * final or nil
end

-- The next step of one entry, or nil for one that is not reminded of, such as one that the last run
-- has seen good.
local function step_of(entry, last, options)
  local flapping <const>, final <const> = entry.flapping, options.ladder[#options.ladder]
  if flapping then
    -- Not for ever: what comes and goes for days is told of once a day.
    return flapping.told and final and math.max(flapping.told, last) + final or nil
  elseif entry.phase == "hard" and entry.told and not entry.once and entry.good == 0 then
    return M.next_step(entry.told.first, last, options)
  end
end

-- When the next reminder of any of the entries is due, the last mail having gone at `last`; or nil.
function M.next_reminder(entries, last, options)
  local due
  for _, entry in ipairs(entries) do
    local step <const> = step_of(entry, last, options)
    due = step and math.min(step, due or step) or due
  end
  return due and math.max(due, last + options.interval)
end

return M

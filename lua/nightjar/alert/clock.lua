-- A state whose times lie in the future, because the clock has gone back, made usable again: pure.

local entries_of = require "nightjar.alert.entries"
local units = require "nightjar.units"

local M = {}

local skew <const> = 60 -- seconds that a clock may go back without a word

local function clamp_times(values, names, now)
  for _, name in ipairs(names) do
    values[name] = values[name] and math.min(values[name], now)
  end
end

local function clamped(entry, now)
  local made <const> = entries_of.copy(entry)
  clamp_times(made, { "first", "seen", "better", "recovered" }, now)
  clamp_times(made.told or {}, { "first" }, now)
  if made.flapping then
    clamp_times(made.flapping, { "since", "told" }, now)
  end
  for index, time in ipairs(made.changes) do
    made.changes[index] = math.min(time, now)
  end
  return made
end

-- The state as it can be used at `now`; what is given stays as it is. Where the clock has gone
-- back, no time in it is later than now, no mail counts as just delivered, and a notice says so.
function M.rebase(state, now)
  local made = {}
  for name, value in pairs(state) do
    made[name] = value
  end
  made.notices = table.move(state.notices, 1, #state.notices, 1, {})
  local behind <const> = math.max(state.updated or 0, state.last_delivered or 0) - now
  if behind <= skew then
    return made
  end
  made.entries = {}
  for index, entry in ipairs(state.entries) do
    made.entries[index] = clamped(entry, now)
  end
  if state.pending then
    made.pending = {}
    for name, value in pairs(state.pending) do
      made.pending[name] = value
    end
    clamp_times(made.pending, { "since" }, now)
  end
  made.updated, made.last_delivered, made.bypassed, made.failed = now, nil, nil, nil
  made.notices[#made.notices + 1] = { class = "self.clock", at = now,
    message = ("the clock has gone back by %s: what was told before may be told again, and times "
      .. "may be wrong"):format(units.format_duration(math.floor(behind))) }
  return made
end

return M

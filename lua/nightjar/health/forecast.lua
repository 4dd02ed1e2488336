-- When a disk will be full, from how full it was. Pure.

local M = {}

local fewest <const>, shortest <const>, most <const> = 6, 3600, 40

-- At most `most` of the samples, evenly, the last one among them.
local function thin(samples)
  if #samples <= most then
    return samples
  end
  local kept = {}
  for index = 1, most do
    kept[index] = samples[math.floor((index - 1) * (#samples - 1) / (most - 1) + 0.5) + 1]
  end
  return kept
end

-- The median of the growth between any two samples: one big file that comes, or goes, does not make
-- a trend.
local function growth(samples)
  local rates = {}
  for later = 2, #samples do
    for earlier = 1, later - 1 do
      local seconds <const> = samples[later].time - samples[earlier].time
      if seconds > 0 then
        rates[#rates + 1] = (samples[later].used - samples[earlier].used) / seconds
      end
    end
  end
  table.sort(rates)
  return rates[(#rates + 1) // 2] or 0
end

-- Seconds until `available` bytes are used up, going by the samples {time, used}, oldest first; nil
-- where they are too few, or the disk does not fill.
function M.seconds_left(samples, available)
  local first <const>, last <const> = samples[1], samples[#samples]
  if #samples < fewest or last.time - first.time < shortest then
    return nil
  end
  local rate <const> = growth(thin(samples))
  return rate > 0 and available / rate or nil
end

return M

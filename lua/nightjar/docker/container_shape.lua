-- What nightjar believes of what an engine answers to inspect: pure.

local shape = require "nightjar.shape"

local list <const>, map <const>, maybe <const> = shape.list, shape.map, shape.maybe
local record <const> = shape.record
local boolean <const>, integer <const> = maybe(shape.boolean), maybe(shape.integer)
local text <const> = maybe(shape.text)

local health <const> = record {
  Status = text, FailingStreak = integer, Log = maybe(list(record { Output = text })),
}
local state <const> = record {
  Status = shape.text, Running = boolean, Paused = boolean, Restarting = boolean,
  OOMKilled = boolean, ExitCode = integer, Error = text, StartedAt = text, FinishedAt = text,
  Health = maybe(health),
}
local host_config <const> = record {
  Memory = integer, NetworkMode = text, Tmpfs = maybe(map(text)),
  RestartPolicy = maybe(record { Name = text, MaximumRetryCount = integer }),
}
local mount <const> = record {
  Type = text, Name = text, Source = text, Destination = shape.text, RW = boolean,
}
local place <const> = record { HostIp = text, HostPort = text }

return record {
  Id = shape.text, Name = text, Image = text, RestartCount = integer, State = state,
  HostConfig = maybe(host_config),
  Config = maybe(record { Env = maybe(list(shape.text)), Image = text }),
  Mounts = maybe(list(mount)),
  NetworkSettings = maybe(record { Ports = maybe(map(maybe(list(place)))) }),
}

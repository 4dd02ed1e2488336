-- What is tortured: a server, a home, a remote and a mail server, all real, and what must hold of them at any moment.

local fs = require "nightjar.fs"
local host = require "nightjar.host"
local mail = require "tests.e2e.mail"
local manifest = require "nightjar.manifest"
local process = require "nightjar.process"
local remotes = require "tests.fixture.remotes"
local stored = require "nightjar.stored"
local support = require "tests.e2e.support"

local M = {}

local scene = {}
scene.__index = scene

-- Every row knows of which generation it is: by that a database is told to be one of them in full.
local shop <const> = [[
  CREATE TABLE generation AS SELECT %d AS number;
  CREATE TABLE goods AS SELECT n, %d AS generation, md5(n::text) AS name FROM generate_series(1, %d) AS n;
  ALTER TABLE goods ADD PRIMARY KEY (n);
  CREATE TABLE orders (id serial PRIMARY KEY, n integer REFERENCES goods (n), generation integer);
  INSERT INTO orders (n, generation) SELECT n, %d FROM goods WHERE n %% 7 = 0;
  SELECT lo_from_bytea(4242, decode(md5('%d'), 'hex'));]]

local policy <const> = [[return {
  retention = { keep = "1s", keep_min = 2 },
  remote = { keep = "1s" },
  health = { checks = { disk = false, schedule = false, backup = false,
    queue = function() return crit("it is stuck") end } },
}]]

function M.open(rows)
  local self <const> = setmetatable({ rows = rows, generation = 0, server = support.server(), mail = mail.server(),
    remote = remotes.webdav "away" }, scene)
  self.home = support.home(self.server, { policy = policy, env = { "SMTP_HOST=localhost", "SMTP_PORT=" .. self.mail.port,
    "SMTP_SECURITY=none", "SMTP_FROM=nightjar@example.org", "SMTP_TO=ops@example.org", "RCLONE_REMOTE=away:backups" } })
  remotes.configure(self.home, self.remote.section)
  self:renew()
  self.home:expect(0, { "backup", "--upload" })
  return self
end

function scene:close()
  self.home:close()
  self.remote:close()
  self.mail:close()
  self.server:close()
end

-- Another generation of the live database. Returns its number.
function scene:renew()
  local number <const> = self.generation + 1
  self.generation = number
  self.server:database("shop", shop:format(number, number, self.rows, number, number))
  return number
end

-- The generation that a database is of, whole; or nil and what is wrong with it.
function scene:generation_of(database)
  local connection <close> = self.server:connect(database)
  local found <const> = connection:query([[
    SELECT (SELECT number FROM generation) AS number, count(*) AS count, min(generation) AS least, max(generation) AS most,
           (SELECT count(*) FROM orders WHERE generation = (SELECT number FROM generation)) AS orders,
           (SELECT lo_get(4242) = decode(md5((SELECT number FROM generation)::text), 'hex')) AS object,
           (SELECT count(*) FROM pg_constraint WHERE contype IN ('p', 'f') AND connamespace = 'public'::regnamespace) AS keys
      FROM goods]])[1]
  if found.count == self.rows and found.least == found.number and found.most == found.number
    and found.orders == self.rows // 7 and found.object and found.keys == 3 then
    return found.number
  end
  return nil, ("'%s' has %d rows of generations %s to %s, %d orders, %d keys, and should be of %s"):format(database,
    found.count, found.least, found.most, found.orders, found.keys, found.number)
end

-- ---- what must hold at any moment: each adds to `problems` what does not ----

-- The manifest of a set, all of whose files are as it says; or nil and what is not.
local function whole(folder)
  return try(function()
    local value <const> = manifest.read(folder)
    for _, file in ipairs(value.files) do
      stored.digests(folder, file)
    end
    return value
  end)
end

-- Every set that is listed has its files, as its manifest says. Returns {id = proven}.
function scene:check_sets(problems)
  local ids <const>, others <const>, where <const> = self.home:sets()
  local sets = {}
  for _, id in ipairs(ids) do
    local value <const>, err <const> = whole(where .. "/" .. id)
    if err then
      problems[#problems + 1] = ("set %s: %s"):format(id, err.message)
    else
      sets[id] = manifest.verdict(value) == "proven"
    end
  end
  for _, name in ipairs(others) do
    if not name:find "^%.partial%-" and not name:find "^%.deleting%-" then
      problems[#problems + 1] = ("'%s' lies in the backup folder"):format(name)
    end
  end
  return sets
end

-- Every set at the remote that has a manifest has its files.
function scene:check_remote(problems)
  local top <const> = self.remote.folder .. "/backups/main"
  for _, id in ipairs(fs.stat(top) and fs.list(top) or {}) do
    local folder <const> = top .. "/" .. id
    local err
    if fs.stat(folder .. "/manifest.json") then
      err = select(2, whole(folder))
    end
    if err then
      problems[#problems + 1] = ("set %s at the remote: %s"):format(id, err.message)
    end
  end
end

-- One database has the live name, and it is of one of these generations; so is what was put aside.
function scene:check_live(problems, allowed)
  local databases <const> = self.server:databases()
  if not (" " .. table.concat(databases, " ") .. " "):find(" shop ", 1, true) then
    problems[#problems + 1] = "there is no 'shop'"
  end
  for _, database in ipairs(databases) do
    if database == "shop" or database:find("^shop__before_") then
      local number, problem = self:generation_of(database)
      if problem then
        problems[#problems + 1] = problem
      elseif database == "shop" and not allowed[number] then
        problems[#problems + 1] = ("'shop' is of generation %d, which it cannot be"):format(number)
      end
    end
  end
end

-- ---- what must hold after a run that was let be ----

local function processes_of(home)
  local found <const> = process.run { "pgrep", "--full", "--", home.path, check = false }
  return found.stdout:gsub("%s+", " ")
end

-- The temporary files of writes that did not end.
local function temporary_files(home)
  return process.run({ "find", home.path, "-name", "*.tmp", "-o", "-name", "*.partial", "-o", "-name", ".partial-*", "-o",
    "-name", ".deleting-*" }).stdout
end

function scene:check_rest(problems)
  local deadline <const> = host.now() + 10
  local function settle(what, f)
    local left
    repeat
      left = f()
    until left == "" or host.now() > deadline
    if left ~= "" then
      problems[#problems + 1] = ("%s left: %s"):format(what, left)
    end
  end
  settle("scratch databases", function()
    local names = {}
    for _, name in ipairs(self.server:made_databases()) do
      names[#names + 1] = not name:find("__before_", 1, true) and name or nil
    end
    return table.concat(names, " ")
  end)
  settle("backends", function()
    local count <const> = self.server:backends()
    return count > 0 and tostring(count) or ""
  end)
  settle("processes", function() return processes_of(self.home) end)
  settle("temporary files", function() return temporary_files(self.home) end)
end

-- Databases that were put aside go, so that they do not heap up.
function scene:drop_aside()
  for _, name in ipairs(self.server:made_databases()) do
    if name:find("__before_", 1, true) then
      self.server:query("postgres", ('DROP DATABASE "%s" WITH (FORCE)'):format(name))
    end
  end
end

return M

-- The configuration of a home: monitoring.env, the environment over it, and policy.lua.

local dsn = require "nightjar.dsn"
local env = require "nightjar.env"
local fs = require "nightjar.fs"
local host = require "nightjar.host"
local policy_of = require "nightjar.policy"
local schema = require "nightjar.schema"
local suggest = require "nightjar.suggest"
local trust = require "nightjar.trust"

local M = {}

local env_file <const>, policy_file <const> = "config/monitoring.env", "config/policy.lua"
local readable_by_others <const> = 0x24 -- 0044

-- The text of a file of the home, or nil.
local function read(home, name)
  return fs.stat(home .. "/" .. name) and fs.read(home .. "/" .. name) or nil
end

local function read_env(home, warnings)
  local text <const> = read(home, env_file)
  if not text then
    return {}, {}
  end
  local mode <const> = fs.stat(home .. "/" .. env_file).mode
  if mode & readable_by_others ~= 0 then
    warnings[#warnings + 1] = {
      message = ("'%s/%s' can be read by other users"):format(home, env_file),
      hint = ("chmod 600 '%s/%s'"):format(home, env_file),
    }
  end
  return env.parse(text, env_file)
end

-- NAME_FILE gives the value of NAME; the line break at the end of the file is none of the secret.
local function read_secret(values, name, key, place)
  local path <const> = values[name]
  local text, err = try(fs.read, path, { limit = 65536 })
  if err then
    fail("CONFIG", ("%s%s: cannot read '%s': %s"):format(place(name), name, path, err.message),
      ("%s names the file that holds the value of %s."):format(name, key))
  end
  values[key], values[name] = text:gsub("\r?\n$", ""), nil
end

-- What the file says, and over it what the environment says.
local function collect_values(home, warnings)
  local values <const>, lines <const> = read_env(home, warnings)
  local environment <const> = host.environment()
  for name, value in pairs(environment) do
    local key <const> = env.file_key(name)
    if env.keys[name] ~= nil or key then
      values[name], lines[name] = value, nil
      -- Of NAME and NAME_FILE the environment's wins, whichever it is.
      local other <const> = key or name .. "_FILE"
      if lines[other] then
        values[other], lines[other] = nil, nil
      end
    end
  end
  local function place(key)
    return lines[key] and ("%s:%d: "):format(env_file, lines[key]) or "environment: "
  end
  for name in pairs(lines) do
    local key <const> = env.file_key(name)
    if key and values[key] and values[name] then
      fail("CONFIG", ("%s%s and %s are both given"):format(place(name), key, name),
        "Remove one of the two.")
    end
  end
  local files = {}
  for name in pairs(values) do
    files[#files + 1] = env.file_key(name) and name or nil
  end
  for _, name in ipairs(files) do
    read_secret(values, name, env.file_key(name), place)
  end
  return values, place
end

-- What policy.lua may require: files of config. Gives the text or nil, and the file's name.
local function module_reader(home)
  return function(name)
    local file <const> = "config/" .. name:gsub("%.", "/") .. ".lua"
    if not fs.stat(home .. "/" .. file, { follow = true }) then
      return nil, file
    end
    trust.demand(home, file)
    return fs.read(home .. "/" .. file), file
  end
end

local function read_policy(home)
  local text <const> = read(home, policy_file)
  if not text then
    return {}
  end
  trust.demand(home, policy_file)
  return policy_of.parse(text, policy_file, module_reader(home))
end

local function given(value)
  return value ~= "" and value or nil
end

-- The servers: `main` from the PG* values where the policy names none, missing fields from them.
local function make_targets(stated, values, place)
  local port, problem = schema.integer(1, 65535)(given(values.PGPORT) or 5432)
  if not port then
    fail("CONFIG", ("%sPGPORT: %s"):format(place("PGPORT"), problem),
      env.hint "PGPORT")
  end
  local common <const> = {
    host = given(values.PGHOST), port = given(values.PGPORT), user = given(values.PGUSER),
    password = given(values.PGPASSWORD), passfile = given(values.PGPASSFILE),
    dbname = given(values.PGDATABASE), container = given(values.POSTGRES_CONTAINER),
  }
  local targets = {}
  for name, fields in pairs(next(stated) and stated or { main = {} }) do
    local target = { name = name, exclude = {}, dump = "auto" }
    for key, value in pairs(common) do
      target[key] = value
    end
    for key, value in pairs(fields) do
      target[key] = value
    end
    -- The container belongs to the server of PGHOST and PGPORT, and to no other.
    if fields.host or fields.port then
      target.container = fields.container
    end
    targets[#targets + 1] = target
  end
  table.sort(targets, function(one, other)
    return one.name < other.name
  end)
  return targets
end

local function check_target_names(targets)
  for _, target in ipairs(targets) do
    if not target.name:find("^[%w_][%w_.-]*$") then
      fail("CONFIG", ("%s: '%s' cannot be the name of a target"):format(policy_file, target.name),
        "It becomes the name of a folder: letters, digits, '_', '-' and '.'.")
    end
  end
end

-- Each once: two hundred targets may have the same password, and each text is searched for all.
local function collect_secrets(values, targets, verify_dsn)
  local secrets, known = {}, {}
  local function add(secret)
    if secret and not known[secret] then
      secrets[#secrets + 1], known[secret] = secret, true
    end
  end
  for key, secret in pairs(env.keys) do
    add(secret and given(values[key]) or nil)
  end
  for _, target in ipairs(targets) do
    add(target.password)
  end
  add(verify_dsn and dsn.parse(verify_dsn).password or nil)
  return secrets
end

local function finder(targets)
  return function(name)
    local names = {}
    for index, target in ipairs(targets) do
      if target.name == name then
        return target
      end
      names[index] = target.name
    end
    local near <const> = suggest(name, names)
    fail("USAGE", ("there is no target '%s'"):format(name),
      near and ("Did you mean '%s'?"):format(near) or "There is: " .. table.concat(names, ", "))
  end
end

-- Without this a mistyped --home would make logs and backups wherever it happens to be.
function M.demand_home(home)
  local status <const> = fs.stat(home .. "/config", { follow = true })
  if not status or status.type ~= "folder" then
    fail("CONFIG", ("there is no folder config in '%s'"):format(home),
      "--home or NIGHTJAR_HOME says where the home is; nightjar init DIR makes one.")
  end
end

-- The configuration of the home, or fails CONFIG with file, line and key.
function M.load(options)
  local home <const> = options.home
  M.demand_home(home)
  local warnings = {}
  local values <const>, place <const> = collect_values(home, warnings)
  local policy <const> = policy_of.merge(read_policy(home), values, place)
  local targets <const> = make_targets(policy.targets, values, place)
  check_target_names(targets)
  local backups <const> = given(values.BACKUP_DIR) or "backups"
  return {
    home = home,
    backup_folder = backups:sub(1, 1) == "/" and backups or home .. "/" .. backups,
    log_folder = home .. "/logs",
    state_folder = home .. "/state",
    values = values, policy = policy, targets = targets, warnings = warnings,
    secrets = collect_secrets(values, targets, policy.backup.verify_dsn),
    target = finder(targets),
  }
end

-- The configuration of the home that the command line names; read once.
local current
function M.current()
  current = current or M.load { home = host.home }
  return current
end

return M

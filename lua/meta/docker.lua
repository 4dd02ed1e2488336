---@meta nightjar.docker

---Docker engines over their API: docker.NAME is on the engine that the docker command would use.
---@class nightjar.docker
local docker = {}

---What is left out comes from DOCKER_HOST, DOCKER_CONTEXT, DOCKER_TLS_VERIFY, DOCKER_CERT_PATH and ~/.docker.
---@class nightjar.docker.connect_options
---@field host? string unix:///path or tcp://host:port
---@field context? string the name of a docker context
---@field tls_verify? boolean
---@field cert_path? string the folder with ca.pem, cert.pem, key.pem
---@field timeout? number seconds for each call (default 5)
---@field limit? integer bytes of an answer (default 16 MiB)
---@field write? boolean allow what changes something, exec too (default false)

---@class nightjar.engine
---@field endpoint string as it is shown to people
local engine = {}

---An engine to ask. Nothing is sent yet.
---
---waits: no
---
---```lua
---local engine = docker.connect { timeout = 10 }
---print(engine.endpoint, engine:version().Version)
---```
---@param options? nightjar.docker.connect_options
---@return nightjar.engine engine
---@raise CONFIG
function docker.connect(options) end

---The options of docker.connect that the values of monitoring.env mean.
---
---waits: no
---
---```lua
---assert(docker.settings({ DOCKER_HOST = "tcp://db1:2376" }).host == "tcp://db1:2376")
---```
---@param values table<string, string>
---@return nightjar.docker.connect_options options
function docker.settings(values) end

---Is the engine there, and which API does it know?
---
---waits: yes
---
---```lua
---print(docker.connect():ping().api_version)
---```
---@param options? { timeout?: number } timeout: seconds (default that of the engine)
---@return { api_version: string, os: string } answer
---@raise REFUSED NOT_FOUND DENIED TIMEOUT TLS FORMAT CLOSED CANCELLED
function engine:ping(options) end

---What the engine says of its version, as its API has it.
---
---waits: yes
---
---```lua
---print(docker.connect():version().Version)
---```
---@param options? { timeout?: number } timeout: seconds (default that of the engine)
---@return table version
---@raise REFUSED NOT_FOUND DENIED TIMEOUT TLS FORMAT CLOSED HTTP VERSION CANCELLED
function engine:version(options) end

---The containers, as the API lists them.
---
---waits: yes
---
---```lua
---for _, container in ipairs(docker.connect():containers { filters = { status = "running" } }) do
---  print(container.Names[1], container.Status)
---end
---```
---@param options? { all?: boolean, filters?: table, timeout?: number } all: stopped ones too (default true); filters as the API takes them
---@return table[] containers
---@raise REFUSED NOT_FOUND DENIED TIMEOUT TLS FORMAT CLOSED HTTP VERSION CANCELLED
function engine:containers(options) end

---Everything the engine knows of a container, as its API has it. Names that are close are in the hint.
---
---waits: yes
---
---```lua
---local state = docker.connect():inspect("db").State
---print(state.Status, state.Health and state.Health.Status)
---```
---@param name string the container's name or id
---@param options? { timeout?: number } timeout: seconds (default that of the engine)
---@return table container
---@raise NOT_FOUND REFUSED DENIED TIMEOUT TLS FORMAT CLOSED HTTP VERSION CANCELLED
function engine:inspect(name, options) end

---Run a program in a container, never through a shell. The engine has to be opened with write = true.
---
---waits: yes
---
---```lua
---local engine = docker.connect { write = true }
---local done = engine:exec("db", { "sh", "-c", "echo $NAME; exit 3" }, { env = { NAME = "app" }, timeout = 10 })
---assert(done.exit == 3 and done.stdout == "app\n")
---```
---@param name string the container's name or id
---@param argv (string|number)[] the program and its arguments
---@param options? { user?: string, env?: table<string, string>, timeout?: number } timeout: seconds (default that of the engine)
---@return { exit: integer, stdout: string, stderr: string, seconds: number } result
---@raise NOT_FOUND DENIED SYSTEM REFUSED TIMEOUT TLS FORMAT CLOSED HTTP VERSION CANCELLED
function engine:exec(name, argv, options) end

---Make a container, as the Engine's API describes one. It is not started.
---
---waits: yes
---
---```lua
---local engine = docker.connect { write = true }
---engine:create("spare", { Image = engine:inspect("db").Image, Cmd = json.array { "true" } })
---assert(engine:remove "spare")
---```
---@param name string the new container's name
---@param description table Image, Cmd, Env, Labels, HostConfig, ... (the body of POST /containers/create)
---@param options? { timeout?: number } timeout: seconds (default 60)
---@return string id
---@raise NOT_FOUND DENIED REFUSED TIMEOUT TLS FORMAT CLOSED HTTP VERSION CANCELLED
function engine:create(name, description, options) end

---Remove a container, running or not, with the volumes that were made for it alone.
---
---waits: yes
---
---```lua
---local engine = docker.connect { write = true }
---assert(engine:remove "nobody" == false)
---```
---@param name string the container's name or id
---@param options? { timeout?: number } timeout: seconds (default 60)
---@return boolean removed false where there is none of that name
---@raise DENIED REFUSED TIMEOUT TLS CLOSED HTTP VERSION CANCELLED
function engine:remove(name, options) end

---Start a container.
---
---waits: yes
---
---```lua
---local engine = docker.connect { write = true }
---assert(engine:start("db") == false) -- it runs
---```
---@param name string the container's name or id
---@param options? { timeout?: number } timeout: seconds (default 30)
---@return boolean changed false where it ran already
---@raise NOT_FOUND DENIED REFUSED TIMEOUT TLS CLOSED HTTP VERSION CANCELLED
function engine:start(name, options) end

---Stop a container: SIGTERM, and after the grace SIGKILL.
---
---waits: yes
---
---```lua
---local engine = docker.connect { write = true }
---engine:stop("db", { grace = 1 })
---engine:start("db")
---```
---@param name string the container's name or id
---@param options? { grace?: integer, timeout?: number } grace: whole seconds (default 10); timeout: seconds (default the grace and 10)
---@return boolean changed false where it was stopped already
---@raise NOT_FOUND DENIED REFUSED TIMEOUT TLS CLOSED HTTP VERSION CANCELLED
function engine:stop(name, options) end

---Stop a container and start it again.
---
---waits: yes
---
---```lua
---docker.connect({ write = true }):restart("db", { grace = 1 })
---```
---@param name string the container's name or id
---@param options? { grace?: integer, timeout?: number } grace: whole seconds (default 10); timeout: seconds (default the grace and 10)
---@return boolean changed
---@raise NOT_FOUND DENIED REFUSED TIMEOUT TLS CLOSED HTTP VERSION CANCELLED
function engine:restart(name, options) end

---What a container has written.
---
---waits: yes
---
---```lua
---print(docker.connect():logs("db", { tail = 20 }).stderr)
---```
---@param name string the container's name or id
---@param options? { tail?: integer|"all", since?: number, timeout?: number } tail: lines (default 100); since: seconds since 1970
---@return { stdout: string, stderr: string } logs
---@raise NOT_FOUND REFUSED DENIED TIMEOUT TLS FORMAT CLOSED HTTP VERSION CANCELLED
function engine:logs(name, options) end

---What has happened, as the API tells it.
---
---waits: yes
---
---```lua
---local events = docker.connect():events { since = os.time() - 3600, filters = { event = "oom" } }
---print(#events)
---```
---@param options? { since?: number, until_?: number, filters?: table, timeout?: number } since, until_: seconds since 1970 (default: all there is, until now)
---@return table[] events
---@raise REFUSED NOT_FOUND DENIED TIMEOUT TLS FORMAT CLOSED HTTP VERSION CANCELLED
function engine:events(options) end

---engine:ping on the default engine.
---
---```lua
---print(docker.ping().api_version)
---```
---@see engine:ping
function docker.ping(options) end

---engine:version on the default engine.
---
---```lua
---print(docker.version().Version)
---```
---@see engine:version
function docker.version(options) end

---engine:containers on the default engine.
---
---```lua
---print(#docker.containers { all = false })
---```
---@see engine:containers
function docker.containers(options) end

---engine:inspect on the default engine.
---
---```lua
---print(docker.inspect("db").State.Status)
---```
---@see engine:inspect
function docker.inspect(name, options) end

---engine:exec on the default engine, which is open for that.
---
---```lua
---print(docker.exec("db", { "pg_isready", "-h", "/tmp" }).stdout)
---```
---@see engine:exec
function docker.exec(name, argv, options) end

---engine:create on the default engine, which is open for that.
---
---```lua
---docker.create("spare", { Image = docker.inspect("db").Image, Cmd = json.array { "true" } })
---docker.remove "spare"
---```
---@see engine:create
function docker.create(name, description, options) end

---engine:remove on the default engine, which is open for that.
---
---```lua
---print(docker.remove "nobody")
---```
---@see engine:remove
function docker.remove(name, options) end

---engine:start on the default engine, which is open for that.
---
---```lua
---docker.start "db"
---```
---@see engine:start
function docker.start(name, options) end

---engine:stop on the default engine, which is open for that.
---
---```lua
---docker.stop("db", { grace = 1 })
---docker.start "db"
---```
---@see engine:stop
function docker.stop(name, options) end

---engine:restart on the default engine, which is open for that.
---
---```lua
---docker.restart("db", { grace = 1 })
---```
---@see engine:restart
function docker.restart(name, options) end

---engine:logs on the default engine.
---
---```lua
---print(docker.logs("db", { tail = 5 }).stdout)
---```
---@see engine:logs
function docker.logs(name, options) end

---engine:events on the default engine.
---
---```lua
---print(#docker.events { since = os.time() - 60 })
---```
---@see engine:events
function docker.events(options) end

return docker

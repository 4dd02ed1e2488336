-- Which engine is meant: the docker command's own order of options, environment and ~/.docker.

local endpoint = require "nightjar.docker.endpoint"

-- A ~/.docker that is nowhere: {path = text}; folders are told from the paths.
local function files_of(texts)
  return {
    read = function(path) return texts[path] end,
    exists = function(path) return texts[path] ~= nil end,
    list = function(folder)
      local names, seen = {}, {}
      for path in pairs(texts) do
        local name = path:sub(1, #folder + 1) == folder .. "/" and path:sub(#folder + 2):match "^[^/]+"
        if name and not seen[name] then
          seen[name] = true
          names[#names + 1] = name
        end
      end
      table.sort(names)
      return names
    end,
  }
end

local stored <const> = {
  ["/h/.docker/config.json"] = '{"currentContext": "desk"}',
  ["/h/.docker/contexts/meta/1/meta.json"] =
    '{"Name": "desk", "Metadata": {}, "Endpoints": {"docker": {"Host": "unix:///desk.sock", "SkipTLSVerify": false}}}',
  ["/h/.docker/contexts/meta/2/meta.json"] =
    '{"Name": "far", "Endpoints": {"docker": {"Host": "tcp://far.example:2376", "SkipTLSVerify": false}}}',
  ["/h/.docker/contexts/tls/2/docker/ca.pem"] = "ca",
  ["/h/.docker/contexts/tls/2/docker/cert.pem"] = "cert",
  ["/h/.docker/contexts/tls/2/docker/key.pem"] = "key",
  ["/h/.docker/contexts/meta/3/meta.json"] =
    '{"Name": "trusting", "Endpoints": {"docker": {"Host": "tcp://t.example", "SkipTLSVerify": true}}}',
  ["/h/.docker/contexts/meta/4/meta.json"] = '{"Name": "plain", "Endpoints": {"docker": {"Host": "tcp://p:1"}}}',
  ["/certs/ca.pem"] = "ca", ["/certs/cert.pem"] = "cert", ["/certs/key.pem"] = "key",
}

local function choose(options, environment, texts)
  return endpoint.choose(options or {}, environment or {}, files_of(texts or {}))
end

local function refused(options, environment, texts)
  local value, err = try(choose, options, environment, texts)
  assert.is_nil(value)
  assert.equal("CONFIG", err.code)
  assert.is_string(err.hint)
  return err
end

describe("the engine", function()
  local all <const> = { HOME = "/h", DOCKER_HOST = "unix:///host.sock", DOCKER_CONTEXT = "far" }
  local cases <const> = {
    { "the default socket where nothing is said", {}, {}, "unix:///var/run/docker.sock" },
    { "the current context", {}, { HOME = "/h" }, "unix:///desk.sock" },
    { "DOCKER_CONTEXT before it", {}, { HOME = "/h", DOCKER_CONTEXT = "far" }, "tcp://far.example:2376" },
    { "DOCKER_HOST before both", {}, all, "unix:///host.sock" },
    { "an option before the environment", { context = "plain" }, all, "tcp://p:1" },
    { "a host that is given", { host = "unix:///given" }, all, "unix:///given" },
    { "the default context: DOCKER_HOST", { context = "default" }, all, "unix:///host.sock" },
    { "the default context without it", { context = "default" }, { HOME = "/h" }, "unix:///var/run/docker.sock" },
    { "DOCKER_CONTEXT=default", {}, { HOME = "/h", DOCKER_CONTEXT = "default" }, "unix:///var/run/docker.sock" },
    { "what is empty as what is not there", { host = "", context = "" }, { HOME = "/h", DOCKER_HOST = "" },
      "unix:///desk.sock" },
    { "DOCKER_CONFIG in the place of ~/.docker", {}, { HOME = "/x", DOCKER_CONFIG = "/h/.docker" },
      "unix:///desk.sock" },
    { "no ~/.docker where there is no HOME", {}, {}, "unix:///var/run/docker.sock" },
  }
  for _, case in ipairs(cases) do
    it("is " .. case[1], function()
      assert.equal(case[4], choose(case[2], case[3], stored).shown)
    end)
  end
end)

describe("an address", function()
  local cases <const> = {
    { "unix:///run/x.sock", nil, "http://docker", "/run/x.sock" },
    { "unix://", nil, "http://docker", "/var/run/docker.sock" },
    { "tcp://h:9", nil, "http://h:9" },
    { "tcp://h", nil, "http://h:2375" },
    { "tcp://h", true, "https://h:2376" },
    { "tcp://h:2375/base/", nil, "http://h:2375/base" },
    { "tcp://[::1]:5", nil, "http://[::1]:5" },
    { "h:2375", nil, "http://h:2375" },
    { "tcp://10.0.0.5", nil, "http://10.0.0.5:2375" },
  }
  for _, case in ipairs(cases) do
    it(case[1] .. (case[2] and " with TLS" or "") .. " is reached at " .. case[3], function()
      local found <const> = choose({ host = case[1], tls_verify = case[2], cert_path = "/certs" }, {}, stored)
      assert.equal(case[3], found.url)
      assert.equal(case[4], found.socket)
    end)
  end

  for _, text in ipairs { "tcp://", "tcp://h:0", "tcp://h:99999", "tcp://h:x", "tcp://a b:1", "http://h:1", "fd://",
    "unix://run/x.sock", "/run/x.sock" } do
    it(text .. " is refused, with what to write", function()
      refused { host = text }
    end)
  end

  it("of ssh is refused, with a way round", function()
    assert.matches("ssh %-N %-L .* me@box", refused({ host = "ssh://me@box" }).hint)
  end)

  it("of a pipe of Windows is refused, with a way round", function()
    assert.matches("WSL", refused({ host = "npipe:////./pipe/docker_engine" }).hint)
  end)

  it("is given by a host or by a context", function()
    assert.matches("both", refused({ host = "tcp://h", context = "far" }).message)
  end)
end)

describe("TLS", function()
  local function tls_of(options, environment)
    local found <const> = choose(options, environment, stored)
    return { found.url:match "^https" ~= nil, found.verify, found.ca_file, found.cert_file, found.key_file }
  end
  local with_all <const> = { true, true, "/certs/ca.pem", "/certs/cert.pem", "/certs/key.pem" }

  it("is asked for by DOCKER_TLS_VERIFY, whatever it holds", function()
    for _, value in ipairs { "1", "0", "no" } do
      assert.same(with_all, tls_of({}, { DOCKER_HOST = "tcp://h", DOCKER_TLS_VERIFY = value,
        DOCKER_CERT_PATH = "/certs" }))
    end
    assert.is_false(tls_of({}, { DOCKER_HOST = "tcp://h", DOCKER_TLS_VERIFY = "",
      DOCKER_CERT_PATH = "/certs" })[1])
  end)

  it("is asked for by options", function()
    assert.same(with_all, tls_of({ host = "tcp://h", tls_verify = true, cert_path = "/certs" }))
    assert.same(with_all, tls_of({ host = "tcp://h", tls_verify = "1", cert_path = "/certs" }))
    assert.is_false(tls_of({ host = "tcp://h", tls_verify = false }, { DOCKER_TLS_VERIFY = "1" })[1])
  end)

  it("without verification is what DOCKER_TLS alone says", function()
    assert.is_false(tls_of({}, { DOCKER_HOST = "tcp://h", DOCKER_TLS = "1", DOCKER_CERT_PATH = "/certs" })[2])
  end)

  it("finds its files in ~/.docker where no folder is named", function()
    local texts <const> = { ["/h/.docker/ca.pem"] = "ca" }
    local found <const> = choose({}, { HOME = "/h", DOCKER_HOST = "tcp://h", DOCKER_TLS_VERIFY = "1" }, texts)
    assert.equal("/h/.docker/ca.pem", found.ca_file)
    assert.is_nil(found.cert_file)
  end)

  it("demands the authority's file", function()
    local err <const> = refused({}, { DOCKER_HOST = "tcp://h", DOCKER_TLS_VERIFY = "1", DOCKER_CERT_PATH = "/nowhere" })
    assert.matches("/nowhere", err.message)
    assert.matches("DOCKER_CERT_PATH", err.hint)
  end)

  it("means nothing to a socket", function()
    assert.equal("/x.sock", choose({}, { DOCKER_HOST = "unix:///x.sock", DOCKER_TLS_VERIFY = "1" }).socket)
  end)

  it("of a context comes from the context alone", function()
    local far <const> = choose({ context = "far" }, { HOME = "/h", DOCKER_CERT_PATH = "/certs" }, stored)
    assert.equal("/h/.docker/contexts/tls/2/docker/ca.pem", far.ca_file)
    assert.equal("/h/.docker/contexts/tls/2/docker/key.pem", far.key_file)
    assert.is_true(far.verify)
    assert.equal("https://far.example:2376", far.url)
    local trusting <const> = choose({ context = "trusting" }, { HOME = "/h" }, stored)
    assert.is_false(trusting.verify)
    assert.equal("https://t.example:2376", trusting.url)
    assert.equal("http://p:1", choose({ context = "plain" }, { HOME = "/h", DOCKER_TLS_VERIFY = "1" }, stored).url)
  end)
end)

describe("a context", function()
  it("that is not there is named, with the one that was meant", function()
    assert.matches("desk", refused({ context = "dsek" }, { HOME = "/h" }, stored).hint)
    assert.matches("'elsewhere'", refused({}, { HOME = "/h", DOCKER_CONTEXT = "elsewhere" }, stored).message)
    refused({ context = "desk" }, {}, stored)
  end)

  it("is not read where a host is named", function()
    local broken <const> = { ["/h/.docker/config.json"] = "{" }
    assert.equal("unix:///x", choose({ host = "unix:///x" }, { HOME = "/h" }, broken).shown)
    assert.matches("config.json", refused({}, { HOME = "/h" }, broken).message)
  end)

  it("of any shape is no reason to crash", function()
    for _, meta in ipairs { "[]", '{"Name": 5}', '{"Name": "c", "Endpoints": []}',
      '{"Name": "c", "Endpoints": {"docker": {"Host": 7}}}', '{"Name": "c"}', "nonsense", "" } do
      local _, err = try(choose, { context = "c" }, { HOME = "/h" },
        { ["/h/.docker/contexts/meta/1/meta.json"] = meta })
      assert.is_true(err == nil or err.code == "CONFIG", inspect(err))
    end
    assert.equal("unix:///var/run/docker.sock",
      choose({}, { HOME = "/h" }, { ["/h/.docker/config.json"] = '{"currentContext": []}' }).shown)
  end)
end)

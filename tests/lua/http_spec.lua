-- HTTP as a script makes it, against a real server: over TCP, a unix socket and TLS.

local http = require "nightjar.http"
local json = require "nightjar.json"
local process = require "nightjar.process"
local task = require "nightjar.task"
local support = require "tests.e2e.support"
local peers = require "tests.fixture.peers"
local patience <const> = require "tests.fixture.patience"

local plain, certificates
local running = {}

local function url(path, peer)
  return ("http://127.0.0.1:%d%s"):format((peer or plain).port, path)
end

local function failing(options)
  options.timeout = options.timeout or 20 * patience
  local value, err = try(http.request, options)
  assert.is_nil(value)
  return err
end

-- A server with that certificate, for as long as the test runs.
local function secure(name, ...)
  running[#running + 1] = peers.http("--tls", certificates.path .. "/" .. name .. ".pem",
    certificates.path .. "/" .. name .. ".key", ...)
  return ("https://localhost:%d/hello"):format(running[#running].port)
end

local function file(name)
  return certificates.path .. "/" .. name
end

setup(function()
  plain = peers.http()
  certificates = peers.certificates()
end)

teardown(function()
  plain:close()
  certificates:close()
end)

after_each(function()
  while running[1] do
    table.remove(running):close()
  end
end)

describe("http.request", function()
  it("gives status, headers and body", function()
    local response <const> = http.request { url = url "/hello" }
    assert.equal(200, response.status)
    assert.equal("hello\0world\n", response.body)
    assert.equal("Hi", response.headers["x-greeting"])
    assert.is_true(response.seconds > 0)
  end)

  it("joins a header that comes twice", function()
    assert.equal("one, two", http.request({ url = url "/twice" }).headers["x-part"])
  end)

  local function echoed(options)
    options.url = url "/echo?q=1"
    return json.decode(http.request(options).body)
  end

  it("sends method, headers and any bytes", function()
    local seen <const> = echoed { method = "PUT", body = "a\0b\255",
      headers = { ["X-One"] = "1", ["X-Empty"] = "", ["Content-Type"] = "text/plain" } }
    assert.equal("PUT", seen.method)
    assert.equal("/echo?q=1", seen.path)
    assert.equal("a\0b\u{ff}", seen.body)
    assert.equal("1", seen.headers["x-one"])
    assert.equal("", seen.headers["x-empty"])
    assert.equal("text/plain", seen.headers["content-type"])
  end)

  it("posts where there is a body, and adds nothing that nobody asked for", function()
    local seen <const> = echoed { body = ("x"):rep(5000) }
    assert.equal("POST", seen.method)
    assert.equal(5000, #seen.body)
    assert.is_nil(seen.headers["content-type"])
    assert.is_nil(seen.headers.expect)
    assert.matches("^nightjar/", seen.headers["user-agent"])
    assert.equal("GET", echoed({}).method)
    assert.equal("0", echoed({ method = "POST" }).headers["content-length"])
  end)

  it("asks for headers alone", function()
    local response <const> = http.request { url = url "/hello", method = "HEAD" }
    assert.equal("", response.body)
    assert.equal("12", response.headers["content-length"])
  end)

  it("goes through a unix socket", function()
    local socket <const> = certificates.path .. "/socket"
    local peer <close> = peers.http("--unix", socket)
    assert.equal("unix", peer.ready)
    local response <const> = http.request { url = "http://whatever/echo", socket = socket }
    assert.equal("whatever", json.decode(response.body).headers.host)
  end)

  it("asks this machine itself, whatever proxy there is for others", function()
    local script <const> = ("return http.request{url = '%s', check = false}.status"):format(url "/hello")
    for _, host in ipairs { "127.0.0.1", "localhost" } do
      local result <const> = process.run { support.program, "-e", (script:gsub("127.0.0.1", host)),
        env = { http_proxy = "http://127.0.0.1:1", no_proxy = false, NO_PROXY = false } }
      assert.equal("200\n", result.stdout)
    end
  end)

  it("raises what the server refuses, with its reason", function()
    local err <const> = failing { url = url "/status/503" }
    assert.equal("HTTP", err.code)
    assert.equal(503, err.status)
    assert.equal("the reason is told here\n", err.detail)
    assert.matches("127.0.0.1", err.message, 1, true)
    assert.equal("http.request", err.op)
    assert.equal(404, http.request({ url = url "/nowhere", check = false }).status)
  end)

  it("takes a redirection for what it is: nothing was delivered", function()
    local err <const> = failing { url = url "/redirect" }
    assert.equal(301, err.status)
    assert.matches("http://example.invalid/elsewhere", err.hint, 1, true)
  end)

  it("never says the path or the password of an address", function()
    local address <const> = ("http://somebody:hidden@127.0.0.1:%d/status/500?key=hidden"):format(plain.port)
    local err <const> = failing { url = address }
    assert.is_nil(inspect(err):find("hidden", 1, true))
  end)
end)

describe("http.request to who does not behave", function()
  it("gives up at its deadline", function()
    local seconds, _, err = peers.timed(http.request, { url = url "/silent", timeout = 0.3 })
    assert.equal("TIMEOUT", err.code)
    assert.matches("did not answer in time", err.message)
    assert.is_true(seconds >= 0.3 and seconds < 0.6 * patience, seconds)
  end)

  it("gives up at its deadline in the middle of a handshake", function()
    local mute <close> = peers.start("/usr/bin/python3", "-c", [[if True:
      import os, socket, sys, time
      server = socket.create_server(("127.0.0.1", 0))
      open(sys.argv[1] + "~", "w").write(str(server.getsockname()[1])); os.rename(sys.argv[1] + "~", sys.argv[1])
      time.sleep(600)]], "%PORT%")
    local seconds, _, err = peers.timed(http.request,
      { url = ("https://localhost:%d/"):format(mute.port), timeout = 0.3 })
    assert.equal("TIMEOUT", err.code)
    assert.is_true(seconds < 0.6 * patience, seconds)
  end)

  it("is cancelled at once", function()
    local seconds, _, err = peers.timed(task.timeout, 0.2, http.request, { url = url "/silent" })
    assert.equal("TIMEOUT", err.code)
    assert.is_true(seconds < 0.3 * patience, seconds)
  end)

  it("does not take half an answer for one", function()
    local err <const> = failing { url = url "/hangup" }
    assert.equal("CLOSED", err.code)
  end)

  it("takes no more than the limit", function()
    local err <const> = failing { url = url "/flood", limit = 100000 }
    assert.equal("FORMAT", err.code)
    assert.matches("more than 100000 bytes", err.message)
    assert.equal(100, #http.request({ url = url "/bytes/100", limit = 100 }).body)
    assert.equal("FORMAT", failing({ url = url "/bytes/101", limit = 100 }).code)
  end)

  it("does not collect headers without end", function()
    for _, size in ipairs { 1000, 1 } do
      local err <const> = failing { url = url("/headers/" .. size), timeout = 20 }
      assert.equal("FORMAT", err.code)
      assert.matches("headers without end", err.message)
    end
  end)

  it("says that an answer is no HTTP", function()
    assert.equal("FORMAT", failing({ url = url "/nonsense" }).code)
  end)

  it("tells nobody from nowhere", function()
    local gone <const> = peers.http()
    gone:close()
    assert.equal("REFUSED", failing({ url = url("/hello", gone) }).code)
    assert.equal("NOT_FOUND", failing({ url = "http://no-such-host.invalid/" }).code)
    assert.equal("NOT_FOUND", failing({ url = "http://x/", socket = "/no/such/socket" }).code)
    assert.equal("REFUSED", failing({ url = "http://x/", socket = "/etc/passwd" }).code)
  end)
end)

describe("http.request over TLS", function()
  it("trusts whom the file of authorities vouches for", function()
    local response <const> = http.request { url = secure "good", ca_file = file "ca.pem" }
    assert.equal(200, response.status)
  end)

  local function refused(name, authority)
    local err <const> = failing { url = secure(name), ca_file = authority and file(authority) }
    assert.equal("TLS", err.code)
    assert.matches("localhost", err.message)
    return err
  end

  it("refuses a certificate for another name", function()
    refused("wrong", "ca.pem")
  end)

  it("refuses one that has expired", function()
    assert.matches("expired", refused("expired", "ca.pem").message)
  end)

  it("refuses one that nobody known has signed", function()
    refused("own")
    refused("good")
  end)

  it("says so where the other side speaks no TLS", function()
    assert.equal("TLS", failing({ url = (url("/hello"):gsub("http:", "https:")) }).code)
  end)

  it("takes any with verify = false", function()
    assert.equal(200, http.request({ url = secure "own", verify = false }).status)
  end)

  it("shows a certificate of its own", function()
    local address <const> = secure("good", "--clients", file "ca.pem")
    local options = { url = address, ca_file = file "ca.pem" }
    -- The server hangs up behind its alert: which of the two arrives first is chance.
    local code <const> = failing(options).code
    assert.is_true(code == "TLS" or code == "CLOSED", code)
    options.cert_file, options.key_file = file "client.pem", file "client.key"
    assert.equal(200, http.request(options).status)
  end)

  it("names a file of authorities that is not there", function()
    local err <const> = failing { url = secure "good", ca_file = "/no/such/ca.pem" }
    assert.equal("TLS", err.code)
    assert.matches("/no/such/ca.pem", err.message, 1, true)
  end)
end)

describe("http.request refuses", function()
  it("line breaks and NUL in headers", function()
    for name, value in pairs { ["X-A\r\nX-B"] = "1", ["X-C"] = "1\nX-D: 2", ["X E"] = "1", [""] = "1" } do
      assert.equal("CONFIG", failing({ url = url "/echo", headers = { [name] = value } }).code)
    end
    assert.error_matches(function() http.request { url = url "/echo", headers = { A = "b\0c" } } end, "NUL")
  end)

  it("what an address cannot hold, and other protocols", function()
    for _, address in ipairs { "http://127.0.0.1/a\r\nb", "http://127.0.0.1/a b", "file:///etc/passwd",
      "ftp://127.0.0.1/", "127.0.0.1", "http://", "http://127.0.0.1:99999/" } do
      assert.equal("CONFIG", failing({ url = address }).code, address)
    end
    assert.error_matches(function() http.request { url = "http://a\0b/" } end, "NUL")
    assert.error_matches(function() http.request {} end, "url")
  end)

  it("headers and methods that would break the request", function()
    assert.equal("CONFIG", failing({ url = url "/echo", headers = { ["Content-Length"] = "5" } }).code)
    assert.equal("CONFIG", failing({ url = url "/echo", method = "GET /x" }).code)
    assert.error_matches(function() http.request { url = url "/echo", metod = "GET" } end, "did you mean 'method'")
  end)
end)

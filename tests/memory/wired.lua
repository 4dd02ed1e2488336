-- Calls that need somebody on the other end: a PostgreSQL server, an HTTP server and a mail server. open() gives the calls by
-- name, and what to close after them.

local http = require "nightjar.http"
local mail = require "tests.e2e.mail"
local peers = require "tests.fixture.peers"
local postgres = require "nightjar.postgres"
local smtp = require "nightjar.smtp"
local support = require "tests.e2e.support"
local task = require "nightjar.task"

local M = {}

local function calls_of(database, web, post)
  local place <const> = { host = database.host, port = database.port, user = database.user, password = database.password,
    dbname = "postgres" }
  local connection <const> = postgres.connect(place)
  local letter <const> = { host = "localhost", port = post.port, security = "none", from = "a@example.org",
    to = { "b@example.org", "c@example.org" }, subject = "x", text = "y" }
  return connection, {
    ["http.request"] = function() http.request { url = ("http://127.0.0.1:%d/echo"):format(web.port), body = "x" } end,
    ["http.request fails"] = function() try(http.request, { url = ("http://127.0.0.1:%d/hangup"):format(web.port) }) end,
    ["postgres.connect"] = function() postgres.connect(place):close() end,
    ["postgres.connect fails"] = function() try(postgres.connect, { host = place.host, port = place.port, user = "nobody" }) end,
    ["postgres.ready"] = function() postgres.ready(place) end,
    ["postgres.literal, identifier"] = function() return postgres.literal "it's", postgres.identifier 'a"b' end,
    ["connection:query"] = function()
      connection:query("SELECT $1::text, $2::int, 1.5::float8, true, NULL, 2.50::numeric FROM generate_series(1, 3)", { "x", 2 })
    end,
    ["connection:query with notices"] = function()
      connection:query "DO $$ BEGIN RAISE NOTICE 'one'; RAISE WARNING 'two'; END $$"
      connection:notices()
    end,
    ["connection:query fails"] = function() try(connection.query, connection, "SELECT 1/0") end,
    ["connection:query beyond its limit"] = function()
      local own <close> = postgres.connect(place) -- it is closed where a busy server is late to end the query
      try(own.query, own, "SELECT repeat('x', 100000)", nil, { limit = 1000 })
    end,
    ["connection:query cancelled"] = function()
      local own <close> = postgres.connect(place) -- as above
      try(task.timeout, 0.02, own.query, own, "SELECT pg_sleep(10)")
    end,
    ["connection:ready, version, cancel"] = function()
      connection:ready()
      connection:version()
      connection:cancel()
    end,
    ["smtp.send"] = function() smtp.send(letter) end,
    ["smtp.check"] = function() smtp.check { host = "localhost", port = post.port, security = "none" } end,
  }
end

function M.open()
  local database <const>, web <const>, post <const> = support.server(), peers.http(), mail.server {}
  local connection <const>, calls <const> = calls_of(database, web, post)
  return calls, function()
    connection:close()
    post:close()
    web:close()
    database:close()
  end
end

return M

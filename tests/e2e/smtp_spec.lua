-- Mail as it arrives at a real mail server, and what is said when it does not.

local host = require "nightjar.host"
local mail = require "tests.e2e.mail"
local message = require "nightjar.message"
local mime = require "nightjar.mime"
local smtp = require "nightjar.smtp"
local support = require "tests.e2e.support"
local task = require "nightjar.task"
local patience <const> = require "tests.fixture.patience"

local password <const> = "s3cr3t:;%@\"ü of the test"

-- Options of a mail for a server, with others laid over them (false takes one out).
local function mail_for(server, others)
  local options = {
    host = "localhost", port = server.port, ca_file = server.ca_file, user = server.user, password = server.password,
    security = server.options.tls and "tls" or server.options.starttls and "starttls" or "none",
    from = "nightjar@example.org", to = { "one@example.org", "two@example.org" }, subject = "a subject", text = "a text\n",
    connect_timeout = 5, reply_timeout = 1, timeout = 15,
  }
  for key, value in pairs(others or {}) do
    options[key] = value or nil
  end
  return options
end

local function with_server(options, f)
  local server = mail.server(options)
  local _, err = try(f, server)
  server:close()
  if err then
    error(err, 0)
  end
end

-- The error of a mail that cannot be sent; the server has taken nothing.
local function failing(server, others)
  local _, err = try(smtp.send, mail_for(server, others))
  assert.is_not_nil(err, "the mail was sent")
  assert.same({}, server:received())
  assert.equal("smtp.send", err.op)
  return err
end

describe("smtp.send", function()
  for name, options in pairs {
    ["in the clear, on request alone"] = {},
    ["with STARTTLS"] = { starttls = true },
    ["with STARTTLS and a login"] = { starttls = true, user = "owl", password = password },
    ["with TLS from the first byte, and a login"] = { tls = true, user = "owl", password = password },
  } do
    it("brings a mail across " .. name, function()
      with_server(options, function(server)
        local result <const> = smtp.send(mail_for(server, { text = ".\n..\nfür dich\nFrom me\n", subject = "Größe" }))
        assert.same({
          { address = "one@example.org", code = 250, reply = "250 OK", accepted = true },
          { address = "two@example.org", code = 250, reply = "250 OK", accepted = true },
        }, result.recipients)
        assert.matches("^<%x+@example.org>$", result.message_id)
        local received <const> = server:received()
        assert.equal(1, #received)
        assert.same({ "one@example.org", "two@example.org" }, received[1].to)
        -- Not "EHLO server", as a machine without a domain would say: some servers refuse that.
        assert.matches("EHLO [^ \n]*%.[^ \n]*\n", server:dialogue())
        assert.equal("nightjar@example.org", received[1].from)
        assert.equal(options.user, received[1].user)
        assert.equal((options.starttls or options.tls) == true, received[1].tls)
        assert.matches("\r\nMessage-ID: " .. result.message_id .. "\r\n", received[1].text, 1, true)
        assert.matches("\r\n\r\n.\r\n..\r\nf=C3=BCr dich\r\nFrom me\r\n", received[1].text, 1, true)
      end)
    end)
  end

  it("brings a finished message across byte for byte, whatever its line breaks are", function()
    with_server({}, function(server)
      local bytes <const> = message.compose { from = "a@example.org", to = { "b@example.org" }, subject = "x", text = ("y\n"):rep(50000),
        date = 0, message_id = "7@example.org" }
      local result <const> = smtp.send(mail_for(server, { message = bytes:gsub("\r\n", "\n") }))
      assert.equal("<7@example.org>", result.message_id)
      assert.is_true(server:received()[1].text == bytes)
    end)
  end)

  it("lets one refused recipient not stop the others, and says what the server said of whom", function()
    with_server({ answers = { ["RCPT:one@example.org"] = "550-5.1.1 no such\\n550 5.1.1 mailbox" } }, function(server)
      local result <const> = smtp.send(mail_for(server))
      assert.same({
        { address = "one@example.org", code = 550, reply = "550 5.1.1 no such mailbox", accepted = false },
        { address = "two@example.org", code = 250, reply = "250 OK", accepted = true },
      }, result.recipients)
      assert.same({ "two@example.org" }, server:received()[1].to)
    end)
  end)

  it("needs nobody to answer QUIT", function()
    with_server({ answers = { QUIT = "stall" } }, function(server)
      local began <const> = host.now()
      smtp.send(mail_for(server, { reply_timeout = 20, timeout = 30 }))
      assert.equal(1, #server:received())
      assert.is_true(host.now() - began < 10 * patience)
    end)
  end)
end)

-- What a server does, and what is said of it. Of the error: code, status, stage, transient, and words of the hint.
local failures <const> = {
  { "a wrong password", { starttls = true, user = "owl", password = password }, { password = "guessed" },
    "AUTH", 535, "auth", false, "SMTP_PASSWORD" },
  { "Gmail without an app password", { starttls = true, user = "owl", password = password,
    answers = { AUTH = "534-5.7.9 Application-specific password required. For more information, go to\\n"
      .. "534 5.7.9  https://support.google.com/mail/?p=InvalidSecondFactor x.1 - gsmtp" } }, nil,
    "AUTH", 534, "auth", false, "apppasswords" },
  { "Gmail with a wrong app password", { starttls = true, user = "owl", password = password,
    answers = { AUTH = "535-5.7.8 Username and Password not accepted.\\n535 5.7.8  x.1 - gsmtp" } }, nil,
    "AUTH", 535, "auth", false, "app password" },
  { "a login that fails for now", { starttls = true, user = "owl", password = password,
    answers = { AUTH = "454 4.7.0 Temporary authentication failure" } }, nil, "AUTH", 454, "auth", true },
  { "no login offered on an encrypted connection", { starttls = true }, { user = "owl", password = password },
    "AUTH", nil, "data", false, "wants no login" },
  { "no login offered in the clear", {}, { user = "owl", password = password }, "AUTH", nil, "data", false, "SMTP_SECURITY=starttls" },
  { "a login wanted", { user = "owl", password = password }, { user = false, password = false },
    "AUTH", 530, "mail", false, "SMTP_USER" },
  { "STARTTLS wanted", { starttls = true }, { security = "none" }, "AUTH", 530, "mail", false, "SMTP_SECURITY=starttls" },
  { "no STARTTLS", {}, { security = "starttls" }, "TLS", nil, "starttls", false, "port 465" },
  { "a certificate of another name", { starttls = true, name = "mail.example.org" }, nil, "TLS", nil, "starttls", false, "'localhost'" },
  { "a certificate that nobody knows", { tls = true }, { ca_file = false }, "TLS", nil, "connect", false, "SMTP_CA_FILE" },
  { "authorities that are not there", { starttls = true }, { ca_file = "/nonexistent" }, "TLS", nil, "starttls", false, "PEM" },
  { "TLS where there is none", {}, { security = "tls", ca_file = false }, "TLS", nil, "connect", true, "SMTP_SECURITY=starttls" },
  { "a machine that is not wanted", { answers = { GREETING = "554 5.7.1 listed" } }, nil, "SMTP", 554, "greeting", false, "address" },
  { "a busy server", { answers = { GREETING = "421 4.3.2 too many connections" } }, nil, "SMTP", 421, "greeting", true, "later" },
  { "a refused sender", { answers = { MAIL = "550 5.7.1 not yours" } }, nil, "SMTP", 550, "mail", false, "SMTP_FROM" },
  { "a sender for later", { answers = { MAIL = "451 4.3.0 try later" } }, nil, "SMTP", 451, "mail", true, "later" },
  { "no recipient accepted", { answers = { RCPT = "550 5.1.1 no such mailbox" } }, nil, "SMTP", 550, "rcpt", false, "SMTP_TO" },
  { "one recipient for later, none now", { answers = { RCPT = "550 5.1.1 no", ["RCPT:one@example.org"] = "450 4.2.1 greylisted" } },
    nil, "SMTP", 550, "rcpt", true },
  { "a refused message", { answers = { DATA = "554 5.7.1 spam" } }, nil, "SMTP", 554, "data", false, "spam" },
  { "a message for later", { answers = { SENT = "451 4.3.0 try later" } }, nil, "SMTP", 451, "sent", true, "later" },
  { "a message too large", { answers = { SENT = "552 5.3.4 too big" } }, nil, "SMTP", 552, "sent", false, "too large" },
  { "a server that hangs up", { answers = { DATA = "hangup" } }, nil, "CLOSED", nil, "data", true },
  { "a server that hangs up behind the message", { answers = { SENT = "hangup" } }, nil, "CLOSED", nil, "sent", true, "may arrive" },
  { "a silent greeting", { answers = { GREETING = "stall" } }, nil, "TIMEOUT", nil, "greeting", true },
  { "silence behind the message", { answers = { SENT = "stall" } }, nil, "TIMEOUT", nil, "sent", true, "may arrive" },
  { "silence that lasts longer than the whole may", { answers = { SENT = "stall" } }, { reply_timeout = 20, timeout = 1 },
    "TIMEOUT", nil, "sent", true, "may arrive" },
  { "a silent login", { starttls = true, user = "owl", password = password, answers = { AUTH = "stall" } }, nil,
    "TIMEOUT", nil, "auth", true },
  { "what is no mail server", { answers = { GREETING = "SSH-2.0-OpenSSH_9.2" } }, nil, "TIMEOUT", nil, "greeting", true },
}

describe("smtp.send fails, and says why, for", function()
  local servers

  setup(function()
    local all = {}
    for index, case in ipairs(failures) do
      all[index] = case[2]
    end
    servers = mail.servers(all)
  end)

  teardown(function()
    servers[1]:close()
  end)

  for index, case in ipairs(failures) do
    local name <const>, _, others <const>, code <const>, status <const>, stage <const>, transient <const>, hint <const> =
      table.unpack(case, 1, 8)
    it(name, function()
      local server <const>, began <const> = servers[index], host.now()
      local err <const> = failing(server, others)
      assert.same({ code = code, status = status, stage = stage, transient = transient },
        { code = err.code, status = err.status, stage = err.stage, transient = err.transient }, tostring(err))
      assert.matches(hint or "", err.hint or "", 1, true)
      assert.matches("'localhost:" .. server.port .. "'", err.message, 1, true)
      assert.is_true(host.now() - began < 10 * patience)
      assert.is_nil(inspect(err):find(password, 1, true))
    end)
  end

  it("a server that is not there", function()
    with_server({}, function(server)
      server:stop()
      local err <const> = failing(server)
      assert.equal("REFUSED", err.code)
      assert.equal("connect", err.stage)
      assert.is_true(err.transient)
      assert.matches("SMTP_PORT", err.hint)
    end)
  end)

  it("a name that there is not", function()
    with_server({}, function(server)
      local _, err <const> = try(smtp.send, mail_for(server, { host = "mail.invalid" }))
      assert.equal("NOT_FOUND", err.code)
      assert.is_true(err.transient)
      assert.matches("SMTP_HOST", err.hint)
    end)
  end)
end)

describe("a mail that fails", function()
  it("names each recipient with the answer that stood against it", function()
    with_server({ answers = { ["RCPT:one@example.org"] = "550 5.1.1 no such mailbox", SENT = "451 4.3.0 disk full" } }, function(server)
      assert.same({
        { address = "one@example.org", code = 550, reply = "550 5.1.1 no such mailbox", accepted = false },
        { address = "two@example.org", code = 451, reply = "451 4.3.0 disk full", accepted = false },
      }, failing(server).recipients)
    end)
    with_server({ answers = { SENT = "stall" } }, function(server)
      assert.same({ { address = "one@example.org", accepted = false }, { address = "two@example.org", accepted = false } },
        failing(server).recipients)
    end)
  end)

  it("never goes to a server that did not ask for the login it was to have", function()
    with_server({}, function(server)
      failing(server, { user = "owl", password = password })
      assert.is_nil(server:dialogue():find "SENT")
    end)
  end)

  it("does not tell the password to a server that cannot encrypt", function()
    with_server({ user = "owl", password = password }, function(server)
      failing(server, { security = "starttls" })
      assert.is_nil(server:dialogue():find "AUTH")
    end)
  end)

  it("does not show a login that the server repeats", function()
    local repeated <const> = mime.base64("\0owl\0" .. password)
    with_server({ starttls = true, user = "owl", password = password, answers = { AUTH = "535 wrong: " .. repeated .. " " .. password } },
      function(server)
        local said <const> = inspect(failing(server))
        assert.matches("535 wrong", said)
        assert.is_nil(said:find(repeated, 1, true) or said:find("s3cr3t", 1, true))
      end)
  end)

  it("is given up at once when its task is", function()
    with_server({ answers = { GREETING = "stall" } }, function(server)
      local began <const> = host.now()
      local _, err <const> = try(task.timeout, 0.2, smtp.send, mail_for(server, { reply_timeout = 20, timeout = 30 }))
      assert.equal("TIMEOUT", err.code)
      assert.is_true(host.now() - began < 5 * patience)
    end)
  end)

  it("is never delivered cut short: what is given up half-way does not get its end", function()
    with_server({ slow = 0.6 }, function(server)
      local big <const> = "Subject: big\r\n\r\n" .. (("x"):rep(900) .. "\r\n"):rep(15000)
      local _, err <const> = try(task.parallel, {
        function() smtp.send(mail_for(server, { message = big, reply_timeout = 20, timeout = 30 })) end,
        function()
          support.wait_for(10, "the message is on its way", function() return server:dialogue():find "DATA" end)
          task.sleep(0.2)
          fail("ENOUGH", "the mail is given up")
        end,
      })
      assert.equal("ENOUGH", err.code)
      support.wait_for(10, "the server has come to the end of the connection", function()
        return server:dialogue():find "LOST"
      end)
      assert.equal(0, #server:received())
      assert.is_nil(server:dialogue():find "SENT")
    end)
  end)
end)

describe("smtp.check", function()
  it("says that a mail could be sent, and sends none", function()
    with_server({ starttls = true, user = "owl", password = password, days = 10 }, function(server)
      local result <const> = smtp.check(mail_for(server))
      assert.is_true(result.tls and result.auth)
      assert.is_true(math.abs(result.certificate_expires - host.time() - 10 * 86400) < 3600)
      assert.same({}, server:received())
      assert.is_nil(server:dialogue():find "MAIL")
      assert.matches("QUIT", server:dialogue())
    end)
    with_server({}, function(server)
      local result <const> = smtp.check(mail_for(server))
      assert.is_false(result.tls or result.auth)
    end)
  end)

  it("fails as sending would", function()
    with_server({ starttls = true, user = "owl", password = password }, function(server)
      local _, err <const> = try(smtp.check, mail_for(server, { password = "guessed" }))
      assert.equal("AUTH", err.code)
      assert.equal("smtp.check", err.op)
    end)
    with_server({ starttls = true }, function(server)
      local _, err <const> = try(smtp.check, mail_for(server, { user = "owl", password = password }))
      assert.equal("AUTH", err.code)
      assert.matches("offers no login", err.message)
    end)
  end)
end)

describe("options", function()
  it("that are not known, or of the wrong kind, are refused", function()
    local fine <const> = { options = {}, port = 1 }
    assert.error_matches(function() smtp.send(mail_for(fine, { subjct = "x" })) end, "did you mean 'subject'")
    assert.error_matches(function() smtp.check(mail_for(fine, { hots = "x" })) end, "did you mean 'host'")
    assert.error_matches(function() smtp.send(mail_for(fine, { security = "ssl" })) end, "starttls, tls or none")
    assert.error_matches(function() smtp.send(mail_for(fine, { port = 70000 })) end, "port")
    for _, others in ipairs { { to = {} }, { to = { "a@b\r\nRCPT TO:<c@d>" } }, { from = "a b@c" }, { from = false }, { host = "a/b" },
      { subject = "x\r\nBcc: c@d" } } do
      local _, err <const> = try(smtp.send, mail_for(fine, others))
      assert.equal("CONFIG", err and err.code, inspect(others))
    end
  end)
end)

-- Mails as other programs read them: what is composed here is taken apart by Python's email package.

local json = require "nightjar.json"
local message = require "nightjar.message"
local process = require "nightjar.process"

-- {headers = {[lower-case name] = text}, parts = {{type, text}}, defects = number} of some bytes.
local reader <const> = [[
import email, email.policy, json, sys
def read(text):
    mail = email.message_from_bytes(text.encode("latin-1"), policy=email.policy.default)
    parts = [part for part in mail.walk() if not part.is_multipart()]
    defects = list(mail.defects) + [d for p in parts for d in p.defects] + [d for v in mail.values() for d in v.defects]
    return {"headers": {name.lower(): str(value) for name, value in mail.items()},
            "count": len(mail.items()), "defects": [repr(d) for d in defects],
            "parts": [{"type": part.get_content_type(), "text": part.get_content().replace("\r\n", "\n")} for part in parts],
            "kind": mail.get_content_type(), "to": [str(a.addr_spec) for a in mail["to"].addresses],
            "from": [[a.display_name, a.addr_spec] for a in mail["from"].addresses]}
print(json.dumps([read(text) for text in json.load(sys.stdin)]))
]]

local function latin1(bytes)
  return (bytes:gsub("[\128-\255]", function(byte) return utf8.char(byte:byte()) end))
end

local function read(...)
  local texts = json.array {}
  for index, bytes in ipairs { ... } do
    texts[index] = latin1(bytes)
  end
  return json.decode(process.run({ "/usr/bin/python3", "-c", reader, stdin = json.encode(texts) }).stdout)
end

local function mail(fields)
  local whole = { from = "nightjar@example.org", to = { "ops@example.org" }, subject = "a subject", text = "a text\n",
    date = 1795486500, message_id = "1.2@example.org" }
  for key, value in pairs(fields or {}) do
    whole[key] = value
  end
  return whole
end

local texts <const> = {
  "plain\n", "", "no line break at the end", "two\r\nlines\n", "\n\n\nempty lines around\n\n",
  ".\n..\n.a dot begins a line\n", "trailing space \nand tab\t\n", "From the beginning\n", "=3D is no equals sign = here\n",
  ("a long line "):rep(200) .. "\n", ("x"):rep(3000) .. "\n", ("é"):rep(75) .. "\n", ("="):rep(200) .. "\n",
  "Grüße aus München: täglich 5 € gespart\n", "日本語のメール本文です。データベースが落ちました。\n", "🦉 ready\n",
  "a line with\tcontrol \1\27[31mcharacters\127\n", "--=_nightjar\n--=_nightjar--\n",
}

local subjects <const> = {
  "[nightjar][db1] CRIT 2 new: main query timed out", ("word "):rep(60) .. "end", "Größe: 5 €",
  ("ü"):rep(120), ("日本語"):rep(40), "🦉🦉 " .. ("🦉"):rep(50), "=?UTF-8?Q?not_encoded?=", ("x"):rep(300),
  "tabs and spaces   stay", "a \"quoted\" <subject>, with: signs;",
}

describe("a message", function()
  it("brings every text across", function()
    local composed = {}
    for index, text in ipairs(texts) do
      composed[index] = message.compose(mail { text = text })
    end
    for index, seen in ipairs(read(table.unpack(composed))) do
      assert.same({}, seen.defects)
      local expected = texts[index]:gsub("\r\n", "\n")
      expected = (expected == "" or expected:sub(-1) == "\n") and expected or expected .. "\n"
      assert.equal(expected, seen.parts[1].text)
    end
  end)

  it("brings every subject across", function()
    local composed = {}
    for index, subject in ipairs(subjects) do
      composed[index] = message.compose(mail { subject = subject })
    end
    for index, seen in ipairs(read(table.unpack(composed))) do
      assert.same({}, seen.defects)
      assert.equal(subjects[index], seen.headers.subject)
    end
  end)

  it("brings names across", function()
    local names <const> = { "nightjar", "The \"owl\" \\ db, 1", "Ziegenmelker für Größeres", "日本語の名前" }
    local composed = {}
    for index, name in ipairs(names) do
      composed[index] = message.compose(mail { from_name = name })
    end
    for index, seen in ipairs(read(table.unpack(composed))) do
      assert.same({}, seen.defects)
      assert.same({ { names[index], "nightjar@example.org" } }, seen.from)
    end
  end)

  it("is made of lines that every server carries", function()
    for _, subject in ipairs(subjects) do
      for _, text in ipairs(texts) do
        local bytes <const> = message.compose(mail { subject = subject, text = text, html = text, from_name = subject })
        assert.is_nil(bytes:find "[^\t\r\n -~]")
        assert.is_nil(bytes:gsub("\r\n", ""):find "[\r\n]")
        for line in bytes:gmatch "(.-)\r\n" do
          assert.is_true(#line <= (line:find "=%?" and 76 or 998), line)
        end
        assert.equal("\r\n", bytes:sub(-2))
      end
    end
  end)

  it("cuts no character between two encoded words", function()
    for _, subject in ipairs(subjects) do
      for word in message.compose(mail { subject = subject }):gmatch "=%?UTF%-8%?Q%?(.-)%?=" do
        assert.is_not_nil(utf8.len((word:gsub("=(%x%x)", function(digits)
          return string.char(tonumber(digits, 16))
        end))))
      end
    end
  end)

  it("stays readable where it is plain", function()
    assert.matches("\r\n\r\na text\r\n$", message.compose(mail()))
    assert.matches("Gr=C3=BC=C3=9Fe", message.compose(mail { text = "viele Grüße an alle\n" }), 1, true)
    assert.matches("Transfer-Encoding: base64", message.compose(mail { text = texts[15] }), 1, true)
  end)

  it("has the headers that a mail of a machine should have", function()
    local seen <const> = read(message.compose(mail { references = { "0.1@example.org", "<1.1@example.org>" },
      headers = { ["X-Nightjar-Task"] = "backup" }, to = { "ops@example.org", "you@example.org" } }))[1]
    assert.same({
      from = "nightjar@example.org", to = "ops@example.org, you@example.org", subject = "a subject",
      date = "Tue, 24 Nov 2026 02:15:00 +0000", ["message-id"] = "<1.2@example.org>",
      ["in-reply-to"] = "<1.1@example.org>", references = "<0.1@example.org> <1.1@example.org>",
      ["auto-submitted"] = "auto-generated", ["x-auto-response-suppress"] = "All", ["x-nightjar-task"] = "backup",
      ["mime-version"] = "1.0", ["content-type"] = 'text/plain; charset="utf-8"', ["content-transfer-encoding"] = "7bit",
    }, seen.headers)
  end)

  it("folds a long list of recipients", function()
    local to = {}
    for index = 1, 40 do
      to[index] = ("somebody.%d@department.example.org"):format(index)
    end
    local bytes <const> = message.compose(mail { to = to })
    assert.same(to, read(bytes)[1].to)
    for line in bytes:gmatch "(.-)\r\n" do
      assert.is_true(#line <= 78, line)
    end
  end)

  it("has text and HTML as two forms of the same", function()
    local seen <const> = read(message.compose(mail { text = "--=_nightjar--\nGrüße\n", html = "<p>Grüße</p>\n" }))[1]
    assert.equal("multipart/alternative", seen.kind)
    assert.same({ { type = "text/plain", text = "--=_nightjar--\nGrüße\n" },
      { type = "text/html", text = "<p>Grüße</p>\n" } }, seen.parts)
    assert.same({}, seen.defects)
  end)

  it("replaces bytes that are no UTF-8", function()
    local seen <const> = read(message.compose(mail { text = "a\xFFb\xC3\n", subject = "a\xE9b" }))[1]
    assert.equal("a\u{FFFD}b\u{FFFD}\n", seen.parts[1].text)
    assert.equal("a\u{FFFD}b", seen.headers.subject)
  end)

  it("lets no text begin a header of its own", function()
    for _, evil in ipairs { "x\r\nBcc: all@example.org", "x\nBcc: all@example.org", "x\rBcc: all@example.org", "x\0\n\r\n\r\nbody" } do
      local line <const> = message.line(evil)
      local harmless <const> = read(message.compose(mail { subject = line, from_name = line }))[1]
      assert.is_nil(harmless.headers.bcc)
      assert.equal("a text\n", harmless.parts[1].text)
      for _, fields in ipairs {
        { subject = evil }, { from_name = evil }, { from = "a@b.c" .. evil }, { to = { "a@b.c" .. evil } },
        { message_id = "1@x" .. evil }, { references = { "1@x" .. evil } }, { headers = { ["X-A"] = evil } },
        { headers = { ["X-A: " .. evil] = "y" } },
      } do
        local _, err = try(message.compose, mail(fields))
        assert.equal("CONFIG", err and err.code, inspect(fields))
      end
    end
  end)

  it("refuses headers that it makes itself", function()
    for _, name in ipairs { "Subject", "subject", "TO", "Content-Type", "Message-Id" } do
      local _, err = try(message.compose, mail { headers = { [name] = "x" } })
      assert.matches(name, err.message, 1, true)
    end
  end)

  it("knows an address when it sees one", function()
    for _, address in ipairs { "a@b", "first.last+tag@mail.example.org", "o'neil@example.org", "x_y-z@10.0.0.1" } do
      assert.is_true(message.is_address(address), address)
    end
    for _, address in ipairs { "", "a", "@b", "a@", "a b@c", "<a@b>", "a@b>", "a@b,c@d", "a@b c", "ü@b.c", "a@b\n", "a\0@b", "Name <a@b>",
        "\"a b\"@c", ("x"):rep(300) .. "@b.c", 5 } do
      assert.is_false(message.is_address(address), tostring(address))
    end
  end)
end)

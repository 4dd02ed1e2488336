---@meta nightjar.http

---HTTP: webhooks, dead man's switches, whatever has an address.
---@class nightjar.http
local http = {}

---@class nightjar.http.request_options
---@field url string http:// or https://, in full
---@field method? string (default GET, or POST where there is a body)
---@field headers? table<string, string> by name
---@field body? string any bytes
---@field timeout? number seconds for all of it (default 30)
---@field connect_timeout? number seconds until there is a connection (default 10)
---@field limit? integer bytes of the answer (default 16 MiB); more raises FORMAT
---@field socket? string path of a unix socket to ask instead of the host
---@field ca_file? string whom to trust, PEM (default: whom the system trusts)
---@field cert_file? string a certificate of one's own, PEM
---@field key_file? string and its key
---@field verify? boolean the other side's certificate (default true)
---@field check? boolean raise HTTP for an answer of 300 and above (default true)

---@class nightjar.http.response
---@field status integer
---@field headers table<string, string> names in lower case
---@field body string
---@field seconds number

---Make one request. Redirections are not followed.
---
---waits: yes
---
---```lua
---local answer = http.request {
---  url = "https://hooks.example.org/echo",
---  headers = { ["Content-Type"] = "application/json" },
---  body = json.encode { text = "the copy is done" },
---  timeout = 10,
---}
---assert(answer.status == 200)
---```
---@param options nightjar.http.request_options
---@return nightjar.http.response response
---@raise HTTP REFUSED NOT_FOUND TIMEOUT TLS CLOSED FORMAT CONFIG SYSTEM CANCELLED
function http.request(options) end

return http

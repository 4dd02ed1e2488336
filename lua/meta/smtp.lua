---@meta nightjar.smtp

---Mail to a mail server, and what it says to each recipient.
---@class nightjar.smtp
local smtp = {}

---@class nightjar.smtp.connection_options
---@field host string
---@field port? integer (default 587, 465 for tls, 25 for none)
---@field security? "starttls"|"tls"|"none" (default starttls, and no mail without it)
---@field user? string for a login
---@field password? string
---@field ca_file? string whom to trust, PEM (default: whom the system trusts)
---@field connect_timeout? number seconds (default 10)
---@field reply_timeout? number seconds for each reply (default 20)
---@field timeout? number seconds in all (default 45)

---@class nightjar.smtp.mail_options: nightjar.smtp.connection_options
---@field from string an address
---@field to string[] addresses
---@field from_name? string
---@field subject? string
---@field text? string
---@field html? string
---@field date? number seconds since 1970 (default now)
---@field message_id? string (default one of its own)
---@field references? string[] of earlier mails
---@field headers? table<string, string>
---@field message? string the whole mail, instead of subject, text and the like

---@class nightjar.smtp.result
---@field recipients { address: string, code?: integer, reply?: string, accepted: boolean }[]
---@field message_id string
---@field seconds number

---Send a mail. One refused recipient does not stop the others; where none is accepted it raises.
---
---Errors have `stage`, `transient` (another try may do better) and `recipients`.
---
---waits: yes
---
---```lua
---local options = smtp.settings {
---  SMTP_HOST = "mail.example.org", SMTP_SECURITY = "none", SMTP_FROM = "nightjar@example.org",
---  SMTP_TO = "ops@example.org",
---}
---options.subject, options.text = "the copy is done", "It took 3 minutes."
---local sent = smtp.send(options)
---assert(sent.recipients[1].accepted)
---```
---@param options nightjar.smtp.mail_options
---@return nightjar.smtp.result result
---@raise SMTP AUTH TLS REFUSED NOT_FOUND TIMEOUT CLOSED CONFIG CANCELLED
function smtp.send(options) end

---Everything but a mail: connect, encrypt, log in, and leave. The options of a mail are passed over.
---
---waits: yes
---
---```lua
---local checked = smtp.check { host = "mail.example.org", security = "none" }
---assert(checked.tls == false)
---```
---@param options nightjar.smtp.mail_options
---@return { tls: boolean, auth: boolean, certificate_expires?: number, seconds: number } answer
---@raise SMTP AUTH TLS REFUSED NOT_FOUND TIMEOUT CLOSED CONFIG CANCELLED
function smtp.check(options) end

---The options of smtp.send that the values of monitoring.env mean; nil without SMTP_HOST.
---
---waits: no
---
---```lua
---assert(smtp.settings({}) == nil)
---```
---@param values table<string, string> the SMTP_ keys
---@return nightjar.smtp.mail_options? options
---@raise CONFIG
function smtp.settings(values) end

return smtp

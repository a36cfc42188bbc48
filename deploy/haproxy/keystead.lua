-- Asks Keystead about a request: http-request lua.keystead SCOPE. Needs HAProxy 2.6 or newer.
--
-- Sets txn.keystead to "pass" after a 2xx with the mark of Keystead and at no other time. An error in here skips the
-- action, so haproxy.cfg denies what has not passed.

-- The frontend in haproxy.cfg that leads to Keystead.
local KEYSTEAD = "abns@keystead"
-- What Keystead gets to see of the client's headers.
local ASKED = { "authorization", "x-api-key", "user-agent" }
-- What the API gets to know.
local TOLD = {
  "x-keystead-key-id", "x-keystead-key-name", "x-keystead-tenant-id",
  "x-keystead-project-id", "x-keystead-scopes", "x-keystead-request-id", "x-keystead-warning",
}
-- What a yes carries; a 2xx without it comes from somebody else.
local MARK = "x-keystead-key-id"
-- Refusals that are the client's to hear; any other answer becomes 503.
local REFUSALS = { [400] = true, [401] = true, [403] = true, [429] = true, [431] = true }
local UNSURE = '{"type":"about:blank","title":"Service Unavailable","status":503,"detail":"Nobody can tell now whether this key is good. Try again in a moment."}'

local function is_yes(answer)
  if answer.status == nil or answer.status < 200 or answer.status > 299 then return false end
  local mark = answer.headers and answer.headers[MARK]
  return mark ~= nil and mark[0] ~= nil and mark[0] ~= ""
end

local function refuse(txn, answer)
  local reply = txn:reply { status = 503, headers = { ["cache-control"] = { "no-store" } } }
  local function first(name)
    local values = answer.headers and answer.headers[name]
    return values and values[0]
  end
  local is_unsure = answer.status == 503 and first("content-type") == "application/problem+json"
  if REFUSALS[answer.status] or is_unsure then
    reply:set_status(answer.status)
    for _, name in ipairs({ "www-authenticate", "retry-after", "content-type" }) do
      if first(name) then reply:add_header(name, first(name)) end
    end
    reply:set_body(answer.body or "")
  else
    reply:add_header("content-type", "application/problem+json")
    reply:set_body(UNSURE)
  end
  txn:done(reply)
end

core.register_action("keystead", { "http-req" }, function(txn, scope)
  local sent = txn.http:req_get_headers()
  local headers = {
    ["x-forwarded-for"] = { txn.sf:src() },
    ["x-forwarded-method"] = { txn.sf:method() },
    ["x-forwarded-uri"] = { txn.sf:path() },
  }
  for _, name in ipairs(ASKED) do
    -- All of them: two credentials are Keystead's to refuse.
    for _, value in pairs(sent[name] or {}) do
      headers[name] = headers[name] or {}
      table.insert(headers[name], value)
    end
  end

  local answer = core.httpclient():get {
    url = "http://keystead/forward-auth?scope=" .. scope,
    dst = KEYSTEAD,
    headers = headers,
    -- Longer than the 2 s in haproxy.cfg, which decide: after this one HAProxy would ask again.
    timeout = 3000,
  }
  if not is_yes(answer) then return refuse(txn, answer) end

  for _, name in ipairs(TOLD) do
    txn.http:req_del_header(name)
    local values = answer.headers[name]
    if values then txn.http:req_add_header(name, values[0]) end
  end
  -- Without room for it (tune.maxrewrite) a header is left out, and the API would miss what it decides by.
  local told = txn.http:req_get_headers()
  for _, name in ipairs(TOLD) do
    if answer.headers[name] and not told[name] then return refuse(txn, {}) end
  end
  txn:set_var("txn.keystead", "pass")
end, 1)

-- Verifies a token as docs/token.md says, steps 1 to 3 and 5 to 8. There is one key: a token of
-- another campaign or kid is forged under it.

local base64 = require "ngx.base64"
local mac = require "mac"

local byte, sub, type = string.byte, string.sub, type
local decode = base64.decode_base64url

local LENGTH, PREFIX, BYTES = 71, "C1.", 51

-- `run` gives the key. Only the master sees it here, before it has workers: they inherit the states
-- that are made of it.
local key = os.getenv "COUPON_KEY"
local genuine = mac.verifier(key and decode(key) or "", PREFIX)

local function u32(a, b, c, d)
    return ((a * 256 + b) * 256 + c) * 256 + d
end

local M = {}

-- The coupon's campaign, serial and value; or nil and why not. The serial stays in base64url: bytes 6
-- to 17 are whole characters of the text, and it has one spelling only.
function M.verify(text)
    if type(text) ~= "string" or #text ~= LENGTH or sub(text, 1, 3) ~= PREFIX then
        return nil, "token-malformed"
    end
    -- The decoder takes `=` for the end of the text, and then there are fewer bytes.
    local bytes = decode(sub(text, 4))
    if not bytes or #bytes ~= BYTES then
        return nil, "token-malformed"
    end
    if not genuine(bytes) then
        return nil, "token-forged"
    end
    local value = u32(byte(bytes, 19, 22))
    local not_before, not_after = u32(byte(bytes, 23, 26)), u32(byte(bytes, 27, 30))
    if byte(bytes, 35) ~= 0 or value == 0 or not_before >= not_after then
        return nil, "token-malformed"
    end
    return u32(byte(bytes, 3, 6)), sub(text, 12, 27), value
end

return M

-- The two calls: one coupon, or up to 500 with one round trip to Redis.

local cjson = require "cjson.safe"
local ledger = require "ledger"
local token = require "token"

local FREE, USED = ledger.FREE, ledger.USED
local MOST = 500

local function send(status, text)
    ngx.status = status
    ngx.header.content_length = #text
    ngx.print(text)
end

local function refuse(status, why)
    send(status, '{"error":"' .. why .. '"}')
end

-- The request's JSON object, or nil when it has been refused.
local function read()
    if ngx.req.get_method() ~= "POST" then
        ngx.header.allow = "POST"
        return refuse(405, "method-not-allowed")
    end
    ngx.req.read_body()
    local text = ngx.req.get_body_data()
    local body = text and cjson.decode(text)
    if type(body) ~= "table" or body.shop ~= nil and type(body.shop) ~= "string" then
        return refuse(400, "body-malformed")
    end
    return body
end

local function key_of(campaign, serial)
    return "coupon:" .. campaign .. ":" .. serial
end

-- A whole number that cjson writes with all its digits.
local function is_amount(amount)
    return type(amount) == "number" and amount >= 0 and amount < 1e14 and amount % 1 == 0
end

local M = {}

-- POST /redeem
function M.one()
    local body = read()
    if not body then
        return
    end
    if not is_amount(body.order_amount) or type(body.currency) ~= "string" then
        return refuse(400, "body-malformed")
    end
    local campaign, serial, value = token.verify(body.token)
    if not campaign then
        return refuse(422, serial)
    end
    local now = ngx.time()
    local record = cjson.encode {
        shop = body.shop,
        order_amount = body.order_amount,
        currency = body.currency,
        time = now,
    }
    local was = ledger.spend(key_of(campaign, serial), record)
    if was == FREE then
        send(201, '{"campaign":' .. campaign .. ',"serial":"' .. serial .. '","value":' .. value
            .. ',"redeemed_at":' .. now .. '}')
    elseif was == USED then
        refuse(409, "already-redeemed")
    else
        refuse(503, "outcome-unknown")
    end
end

local function result(status, why)
    return '{"status":' .. status .. ',"error":"' .. why .. '"}'
end

-- POST /redeem/batch
function M.batch()
    local body = read()
    if not body then
        return
    end
    local tokens = body.tokens
    if type(tokens) ~= "table" or #tokens == 0 or #tokens > MOST then
        return refuse(400, "body-malformed")
    end

    -- Those that verify go to Redis: `places` and `values` say which they are, and what they are worth.
    local results, keys, places, values = {}, {}, {}, {}
    for i = 1, #tokens do
        local campaign, serial, value = token.verify(tokens[i])
        if campaign then
            local n = #keys + 1
            keys[n], places[n], values[n] = key_of(campaign, serial), i, value
        else
            results[i] = result(422, serial)
        end
    end

    local was = {}
    if #keys > 0 then
        was = ledger.spend_all(keys, cjson.encode { shop = body.shop, time = ngx.time() }) or was
    end
    for n = 1, #keys do
        if was[n] == FREE then
            results[places[n]] = '{"status":201,"value":' .. values[n] .. '}'
        elseif was[n] == USED then
            results[places[n]] = result(409, "already-redeemed")
        else
            results[places[n]] = result(503, "outcome-unknown")
        end
    end
    send(200, '{"results":[' .. table.concat(results, ",") .. "]}")
end

return M

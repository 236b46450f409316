-- Which coupons are used: a key for each in Redis, set once and never deleted. Each answer of Redis is
-- OK (it was free), null (it was used), or an error.

local redis = require "nginx.redis"

local null = ngx.null

local M = { FREE = 1, USED = 2 }

local function connect()
    local connection = redis:new()
    -- The pool and the time-outs are in nginx.conf.
    local ok, why = connection:connect "unix:redis.sock"
    if not ok then
        ngx.log(ngx.ERR, "no connection to Redis: ", why)
        return nil
    end
    return connection
end

local function outcome(answer, why)
    if answer == "OK" then
        return M.FREE
    elseif answer == null then
        return M.USED
    end
    ngx.log(ngx.ERR, "Redis did not decide: ", why or answer and answer[2])
    return nil
end

-- FREE or USED as the coupon was before; nil if that is not known, and then it may be used now.
function M.spend(key, record)
    local connection = connect()
    if not connection then
        return nil
    end
    local answer, why = connection:set(key, record, "NX")
    -- A connection that failed in the middle may still get an answer: it is not used again.
    if answer then
        connection:set_keepalive()
    end
    return outcome(answer, why)
end

-- The same for a list of keys in one round trip: a list of outcomes, false where it is not known; nil
-- if it is known of none.
function M.spend_all(keys, record)
    local connection = connect()
    if not connection then
        return nil
    end
    connection:init_pipeline(#keys)
    for i = 1, #keys do
        connection:set(keys[i], record, "NX")
    end
    local answers, why = connection:commit_pipeline()
    if not answers then
        ngx.log(ngx.ERR, "Redis did not decide: ", why)
        return nil
    end
    connection:set_keepalive()
    for i = 1, #answers do
        answers[i] = outcome(answers[i]) or false
    end
    return answers
end

return M

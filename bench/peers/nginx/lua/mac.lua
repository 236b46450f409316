-- The tag of a token: HMAC-SHA-256, cut to 16 bytes. Makes the keyed states once, and verifies from
-- copies of them: two blocks of SHA-256 for each token, and no allocation. A kept HMAC_CTX of OpenSSL
-- takes about twice as long, and HMAC(), which finds the digest and allocates each time, many times.

local ffi = require "ffi"
local C = ffi.C

-- OpenSSL calls these functions low-level and deprecated; all of 1.x and 3.x has them. The layout is
-- the one in openssl/sha.h.
ffi.cdef [[
typedef struct {
    uint32_t h[8], Nl, Nh, data[16];
    unsigned int num, md_len;
} SHA256_CTX;
int SHA256_Init(SHA256_CTX *c);
int SHA256_Update(SHA256_CTX *c, const void *data, size_t len);
int SHA256_Final(unsigned char *md, SHA256_CTX *c);
int CRYPTO_memcmp(const void *a, const void *b, size_t len);
]]

local STATE = ffi.sizeof "SHA256_CTX"
local BLOCK, DIGEST, TAG = 64, 32, 16
local SIGNED = 35

-- One of HMAC's two states: a block of the key with the pad, already hashed.
local function keyed(key, pad)
    local block = ffi.new("uint8_t[?]", BLOCK)
    ffi.copy(block, key, #key)
    for i = 0, BLOCK - 1 do
        block[i] = bit.bxor(block[i], pad)
    end
    local state = ffi.new "SHA256_CTX"
    C.SHA256_Init(state)
    C.SHA256_Update(state, block, BLOCK)
    return state
end

-- A worker is one thread, and nothing here yields: these two are used by one token at a time.
local state = ffi.new "SHA256_CTX"
local digest = ffi.new("uint8_t[?]", DIGEST)
local bytes_t = ffi.typeof "const uint8_t *"

local M = {}

-- A function that says whether the last 16 of 51 bytes are the tag of the first 35 under this key.
-- It takes as long whatever the tag.
function M.verifier(key, prefix)
    assert(#key == 32, "a key has 32 bytes")
    local inner, outer = keyed(key, 0x36), keyed(key, 0x5c)
    -- The prefix is the same in every message: it waits in the inner state.
    C.SHA256_Update(inner, prefix, #prefix)

    return function(bytes)
        ffi.copy(state, inner, STATE)
        C.SHA256_Update(state, bytes, SIGNED)
        C.SHA256_Final(digest, state)
        ffi.copy(state, outer, STATE)
        C.SHA256_Update(state, digest, DIGEST)
        C.SHA256_Final(digest, state)
        return C.CRYPTO_memcmp(digest, ffi.cast(bytes_t, bytes) + SIGNED, TAG) == 0
    end
end

return M

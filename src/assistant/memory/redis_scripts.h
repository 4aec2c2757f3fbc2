// The Lua that changes sessions within Redis, each one atomic. Keys of an assistant, all with the
// prefix "argosy:{NAME}:", whose braces put them into one hash slot:
//   s:ID  hash: user, created, used, first, bytes, summary, summarised
//   m:ID  list of "BYTES JSON", the oldest message first
//   u:USER  set of the user's session ids
//   z     sorted set of session ids by when they were used
// Redis itself forgets a session at max_age; what the sets say of it then is dropped when it is
// met.
#pragma once

#include <string>
#include <string_view>

namespace argosy::assistant::internal {

// ARGV[1] of every script is the prefix.
inline constexpr std::string_view kLuaDrop = R"(
local p = ARGV[1]
local function drop(id)
  local user = redis.call('HGET', p..'s:'..id, 'user')
  if user then redis.call('SREM', p..'u:'..user, id) end
  redis.call('ZREM', p..'z', id)
  return redis.call('DEL', p..'s:'..id, p..'m:'..id) > 0
end
)";

// id, user, now, oldest allowed, max age, max messages, max bytes, max sessions, then "BYTES JSON".
inline constexpr std::string_view kLuaAppend = R"(
local id, user, now, oldest, age = ARGV[2], ARGV[3], ARGV[4], tonumber(ARGV[5]), ARGV[6]
local s, m, u = p..'s:'..id, p..'m:'..id, p..'u:'..user
local used = redis.call('HGET', s, 'used')
if used and tonumber(used) < oldest then drop(id); used = false end
if not used then
  redis.call('DEL', m)
  redis.call('HSET', s, 'user', user, 'created', now, 'first', 0, 'bytes', 0, 'summary', '',
             'summarised', 0)
elseif redis.call('HGET', s, 'user') ~= user then
  return 'other'
end
redis.call('HSET', s, 'used', now)
local bytes = tonumber(redis.call('HGET', s, 'bytes'))
local first = tonumber(redis.call('HGET', s, 'first'))
local count = redis.call('LLEN', m)
for i = 10, #ARGV do
  count = redis.call('RPUSH', m, ARGV[i])
  bytes = bytes + tonumber(string.match(ARGV[i], '^%d+'))
end
while count > 1 and (count > tonumber(ARGV[7]) or bytes > tonumber(ARGV[8])) do
  bytes = bytes - tonumber(string.match(redis.call('LPOP', m), '^%d+'))
  first = first + 1
  count = count - 1
end
redis.call('HSET', s, 'bytes', bytes, 'first', first)
redis.call('SADD', u, id)
redis.call('ZADD', p..'z', now, id)
for _, key in ipairs({s, m, u, p..'z'}) do redis.call('PEXPIRE', key, age) end
local over = redis.call('ZCARD', p..'z') - tonumber(ARGV[9])
if over > 0 then
  for _, old in ipairs(redis.call('ZRANGE', p..'z', 0, over - 1)) do drop(old) end
end
return 'ok'
)";

// id. All fields of the hash, and the messages.
inline constexpr std::string_view kLuaLoad = R"(
return {redis.call('HGETALL', p..'s:'..ARGV[2]), redis.call('LRANGE', p..'m:'..ARGV[2], 0, -1)}
)";

// id, summary, number.
inline constexpr std::string_view kLuaSummary = R"(
local s = p..'s:'..ARGV[2]
local covered = redis.call('HGET', s, 'summarised')
if not covered then return 0 end
if tonumber(covered) <= tonumber(ARGV[4]) then
  redis.call('HSET', s, 'summary', ARGV[3], 'summarised', ARGV[4])
end
return 1
)";

// id.
inline constexpr std::string_view kLuaDelete = "return drop(ARGV[2]) and 1 or 0";

// user. Of each session: id, created, used, messages, bytes.
inline constexpr std::string_view kLuaList = R"(
local found = {}
for _, id in ipairs(redis.call('SMEMBERS', p..'u:'..ARGV[2])) do
  local h = redis.call('HMGET', p..'s:'..id, 'created', 'used', 'bytes')
  if h[2] then
    found[#found + 1] = {id, h[1], h[2], tostring(redis.call('LLEN', p..'m:'..id)), h[3]}
  else
    drop(id)
    redis.call('SREM', p..'u:'..ARGV[2], id)
  end
end
return found
)";

// user.
inline constexpr std::string_view kLuaErase = R"(
local gone = 0
for _, id in ipairs(redis.call('SMEMBERS', p..'u:'..ARGV[2])) do
  if drop(id) then gone = gone + 1 end
end
redis.call('DEL', p..'u:'..ARGV[2])
return gone
)";

// oldest allowed.
inline constexpr std::string_view kLuaExpire = R"(
local gone = 0
for _, id in ipairs(redis.call('ZRANGEBYSCORE', p..'z', '-inf', '('..ARGV[2])) do
  if drop(id) then gone = gone + 1 end
end
return gone
)";

}  // namespace argosy::assistant::internal

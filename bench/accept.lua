-- The requests of bench/load.py for wrk: pieces of a body, joined by a text that is new each time.
local pieces, unique, count = {}, "", 0

function init(args)
  local file = assert(io.open(args[1], "rb"))
  for piece in (file:read("*a") .. "\30"):gmatch("(.-)\30") do
    pieces[#pieces + 1] = piece
  end
  file:close()
  wrk.method = "POST"
  wrk.headers["Authorization"] = args[2]
  wrk.headers["Content-Type"] = "application/json"
  unique = args[3] .. "-"
end

function request()
  count = count + 1
  return wrk.format(nil, nil, nil, table.concat(pieces, unique .. count))
end

function done(summary, latency)
  local failed = summary.errors.status
  io.write(string.format(
    'RESULT{"seconds": %f, "acknowledged": %d, "refused": %d, "p50": %f, "p99": %f}',
    summary.duration / 1e6, summary.requests - failed, failed,
    latency:percentile(50) / 1e3, latency:percentile(99) / 1e3))
end

"""A small MCP server on standard streams, for tests: one JSON-RPC message a line."""
import json
import os
import sys
import time

TOOLS = [
    {"name": "add", "description": "Adds two numbers",
     "inputSchema": {"type": "object", "properties": {"a": {"type": "number"},
                                                      "b": {"type": "number"}},
                     "required": ["a", "b"]}},
    {"name": "fail", "inputSchema": {"type": "object"}},
    {"name": "slow", "inputSchema": {"type": "object"}},
    {"name": "die", "inputSchema": {"type": "object"}},
    {"name": "environment", "inputSchema": {"type": "object", "$defs": {}}},
]


def text(value, error=False):
    return {"content": [{"type": "text", "text": value}], "isError": error}


def call(name, arguments):
    if name == "add":
        return text(str(arguments["a"] + arguments["b"]))
    if name == "fail":
        return text("this tool always fails", True)
    if name == "slow":
        time.sleep(30)
    if name == "die":
        os._exit(3)
    return text(",".join(sorted(os.environ)))


def answer(message):
    method, params = message["method"], message.get("params", {})
    if method == "initialize":
        return {"protocolVersion": params["protocolVersion"], "capabilities": {"tools": {}},
                "serverInfo": {"name": "test", "version": "1"}}
    if method == "tools/list":
        at = int(params.get("cursor", "0"))
        page = {"tools": TOOLS[at:at + 2]}
        return {**page, "nextCursor": str(at + 2)} if at + 2 < len(TOOLS) else page
    if method == "tools/call":
        return call(params["name"], params["arguments"])
    raise KeyError(method)


def send(message):
    print(json.dumps({"jsonrpc": "2.0", **message}), flush=True)


print("a line that is no message", flush=True)
for line in sys.stdin:
    request = json.loads(line)
    if "id" not in request or "method" not in request:
        continue
    send({"method": "notifications/message", "params": {}})
    send({"id": "from-server", "method": "ping"})
    try:
        send({"id": request["id"], "result": answer(request)})
    except KeyError as error:
        send({"id": request["id"], "error": {"code": -32601, "message": f"unknown {error}"}})

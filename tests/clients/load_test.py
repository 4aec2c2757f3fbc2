"""64 streaming clients that come and go: every answer whole, the same for the same request whatever
else ran, nothing held at the end, memory flat, a clean end. Meant for the sanitizers' builds:
`ctest --preset asan -L load`. ARGOSY_LOAD_SECONDS says how long (20)."""
import asyncio
import json
import os
import pathlib
import random
import time
import unittest
import urllib.parse

from server import Server

SECONDS = float(os.environ.get("ARGOSY_LOAD_SECONDS", "20"))
CLIENTS = 64
SYSTEM = "You sell tea. " * 12
SCHEMA = {"type": "object", "properties": {"tea": {"enum": ["Assam", "Sencha"]},
                                           "cups": {"type": "integer", "minimum": 1, "maximum": 9}},
          "required": ["tea", "cups"], "additionalProperties": False}


class Left(Exception):
    """The client went away in the middle, as it meant to."""


def make_request(pick):
    """A request of a small set, so that the same one comes back in other company."""
    kind = pick.randrange(40)
    dice = random.Random(kind)
    body = {"messages": [{"role": "user", "content": f"Question {kind} " + "tea " * dice.randrange(60)}],
            "max_tokens": dice.randint(1, 48), "seed": kind, "temperature": dice.choice([0, 1.0]),
            "stream": kind % 8 != 7}
    if kind % 2 == 0:
        body["messages"].insert(0, {"role": "system", "content": SYSTEM})
    if kind % 5 == 0:
        body["n"] = 2
    if kind % 6 == 1:
        body |= {"response_format": {"type": "json_schema",
                                     "json_schema": {"name": "order", "schema": SCHEMA}},
                 "max_tokens": 200}
    if kind % 7 == 2:
        body |= {"logprobs": True, "top_logprobs": 3}
    if body["stream"]:
        body["stream_options"] = {"include_usage": True}
    return kind, body


async def read_body(reader, headers):
    """Pieces of a response's body as they come."""
    if headers.get("transfer-encoding") != "chunked":
        yield await reader.readexactly(int(headers["content-length"]))
        return
    while size := int(await reader.readline(), 16):
        yield await reader.readexactly(size)
        await reader.readexactly(2)
    await reader.readline()


async def ask(address, body, leave_after):
    """The texts of a request's choices; Left once `leave_after` pieces came."""
    reader, writer = await asyncio.open_connection(*address)
    try:
        data = json.dumps(body).encode()
        writer.write(b"POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\n"
                     b"Content-Length: %d\r\n\r\n" % len(data) + data)
        if leave_after == 0:
            raise Left
        status = (await reader.readline()).split()[1]
        headers = {}
        while (line := await reader.readline()) != b"\r\n":
            name, value = line.decode().split(":", 1)
            headers[name.lower()] = value.strip().lower()
        text, pieces = b"", 0
        async for piece in read_body(reader, headers):
            text += piece
            pieces += 1
            if pieces == leave_after:
                raise Left
        assert status == b"200", (status, text)
        return texts_of_stream(text.decode()) if body["stream"] else texts_of(json.loads(text))
    finally:
        writer.close()


def texts_of(answer):
    assert all(c["finish_reason"] in ("stop", "length") for c in answer["choices"]), answer
    return {c["index"]: c["message"]["content"] for c in answer["choices"]}


def texts_of_stream(text):
    events = [event.removeprefix("data: ") for event in text.split("\n\n") if event]
    assert events[-1] == "[DONE]", events[-1]
    texts, finished, usage = {}, set(), None
    for event in map(json.loads, events[:-1]):
        assert "error" not in event, event
        usage = event.get("usage") or usage
        for choice in event["choices"]:
            index = choice["index"]
            assert index not in finished, "a piece behind the last"
            texts[index] = texts.get(index, "") + (choice["delta"].get("content") or "")
            if choice["finish_reason"]:
                finished.add(index)
    assert finished == set(texts) and usage["completion_tokens"] > 0, events
    return texts


class Load(unittest.TestCase):
    def resident(self):
        text = pathlib.Path(f"/proc/{self.server.process.pid}/status").read_text()
        return int(next(line for line in text.splitlines() if line.startswith("VmRSS")).split()[1])

    async def client(self, number):
        pick = random.Random(number)
        while time.monotonic() < self.until:
            kind, body = make_request(pick)
            leave_after = pick.randrange(12) if pick.random() < 0.3 else None
            try:
                texts = await asyncio.wait_for(ask(self.address, body, leave_after), 120)
            except Left:
                self.left += 1
                continue
            self.answered += 1
            if "response_format" in body:
                for text in texts.values():
                    assert json.loads(text)["tea"] in ("Assam", "Sencha"), text
            assert self.seen.setdefault(kind, texts) == texts, f"request {kind} got another text"

    async def run_all(self):
        clients = [asyncio.create_task(self.client(i)) for i in range(CLIENTS)]
        samples = []
        while not all(c.done() for c in clients):
            await asyncio.sleep(0.5)
            samples.append(self.resident())
        await asyncio.gather(*clients)
        return samples

    def test_many_clients_that_come_and_go(self):
        # A small quarantine of freed memory, or its growth would hide ours.
        sanitizers = {"ASAN_OPTIONS": "detect_leaks=1:quarantine_size_mb=16",
                      "TSAN_OPTIONS": "halt_on_error=1:second_deadlock_stack=1"}
        self.server = Server("--threads", "2", "--speculative-ngram", "3", "--log-level", "warn",
                             env=sanitizers)
        self.addCleanup(self.server.process.kill)  # where the test fails
        url = urllib.parse.urlparse(self.server.url)
        self.address = (url.hostname, url.port)
        self.left = self.answered = 0
        self.seen = {}
        self.until = time.monotonic() + SECONDS
        samples = asyncio.run(self.run_all())
        idle = time.monotonic() + 60  # a request whose client left ends at its next token
        while self.server.metric("vllm:num_requests_running") and time.monotonic() < idle:
            time.sleep(0.1)
        self.assertEqual(self.server.metric("vllm:num_requests_running"), 0)
        self.assertEqual(self.server.metric("vllm:num_requests_waiting"), 0)
        self.assertEqual(self.server.stop(), 0, "see the sanitizer's report above")
        warm, end = max(samples[: max(1, len(samples) // 2)]), samples[-1]
        print(json.dumps({"name": "load", "clients": CLIENTS, "seconds": SECONDS,
                          "answered": self.answered, "left": self.left,
                          "resident_kib_first_half": warm, "resident_kib_end": end}))
        self.assertGreater(self.answered, CLIENTS)
        self.assertGreater(self.left, CLIENTS // 4)
        self.assertLess(end, warm * 1.1 + 16384, "memory grew")


if __name__ == "__main__":
    unittest.main()

"""`argosy up` on a tiny application, and an upstream whose answers the test lets go on."""
import http.server
import json
import os
import pathlib
import queue
import signal
import subprocess
import tempfile
import threading
import urllib.error
import urllib.request

ARGOSY = os.environ["ARGOSY"]


def run(*arguments, state=None):
    environment = {key: value for key, value in os.environ.items() if not key.startswith("ARGOSY_")}
    where = ["--state", str(state)] if state else []
    return subprocess.run([ARGOSY, *arguments, *where], capture_output=True, text=True,
                          env=environment, timeout=120)


class Application:
    """A folder with models of random weights and the files that declare them."""

    def __init__(self):
        self._folder = tempfile.TemporaryDirectory()
        self.folder = pathlib.Path(self._folder.name)
        self.file = self.folder / "app.yaml"
        self.state = self.folder / "state"
        for name, arch in (("chat", "qwen3"), ("embed", "bert")):
            subprocess.run([ARGOSY, "make-model", self.folder / f"{name}.gguf", "--arch", arch,
                            "--quant", "q8_0"], check=True, stdout=subprocess.DEVNULL)
        (self.folder / "shop.csv").write_text(
            "id,name,colour,price_cents\nP1,Rain jacket,blue,7900\nP2,Sun hat,yellow,1900\n")

    def write(self, *documents):
        made = self.folder / "app.yaml.new"
        made.write_text("---\n".join(documents))
        made.rename(self.file)  # as editors do

    def cleanup(self):
        self._folder.cleanup()


def document(kind, name, spec):
    text = f"apiVersion: argosy.dev/v1alpha1\nkind: {kind}\nmetadata: {{name: {name}}}\nspec:\n"
    return text + "".join(f"  {line}\n" for line in spec.strip().splitlines())


CHAT = document("Model", "chat", "source: ./chat.gguf\ncontext: 512\nresources: {cpu: 1}")
EMBED = document("Model", "embed", "source: ./embed.gguf\ntask: embedding\nresources: {cpu: 1}")
CATALOG = document("KnowledgeBase", "catalog",
                   "sources: [{uri: shop.csv, idColumn: id, titleColumn: name}]\n"
                   "splitter: {kind: row}\nembedding: embed")
HELP = document("Assistant", "help", """prompt: You help.
model: chat
knowledge: [catalog]
sampling: {maxTokens: 8}
memory: {summarize: false}
ui: {title: Help, suggestions: ["What is blue?"]}""")


class Up:
    """The process; its events come as JSON lines."""

    def __init__(self, application, *options, wait=True):
        self.application = application
        environment = {k: v for k, v in os.environ.items() if not k.startswith("ARGOSY_")}
        self.process = subprocess.Popen(
            [ARGOSY, "up", "-o", "json", "-f", application.file, "--state", application.state,
             "--port", "0", *options], stdout=subprocess.PIPE, text=True, env=environment)
        self.events = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()
        if wait:
            self.url = self.until("settled")["url"]

    def _read(self):
        for line in self.process.stdout:
            self.events.put(json.loads(line))
        self.events.put(None)

    def until(self, event):
        """Events up to the next of this name, which it gives."""
        while True:
            got = self.events.get(timeout=120)
            if got is None:
                raise RuntimeError(f"argosy up ended before '{event}'")
            if "error" in got:
                raise RuntimeError(got["error"]["message"])
            if got["event"] == event:
                return got

    def request(self, method, path, body=None, key=None):
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=60) as response:
                return response.status, response.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def get(self, path):
        status, text = self.request("GET", path)
        assert status == 200, text
        return json.loads(text)

    def chat(self, model, text="Hello", **more):
        return self.request("POST", "/v1/chat/completions",
                            {"model": model, "messages": [{"role": "user", "content": text}],
                             "max_tokens": 4, **more})

    def states(self):
        return {f"{one['kind']}/{one['name']}": one for one in self.get("/v1/resources")["data"]}

    def end(self, send=signal.SIGTERM):
        self.process.send_signal(send)
        status = self.process.wait(timeout=60)
        self.process.stdout.close()
        return status


class Upstream:
    """An OpenAI-compatible server whose stream goes on when it is told to."""

    def __init__(self):
        self.began, self.go_on = threading.Event(), threading.Event()
        upstream = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                self.rfile.read(int(self.headers["Content-Length"]))
                upstream.key = self.headers.get("Authorization")
                self.send_response(200)
                self.send_header("Content-Type", "text/event-stream")
                self.end_headers()
                for word in ("first", "last"):
                    if word == "last":
                        upstream.go_on.wait(60)
                    chunk = {"choices": [{"index": 0, "delta": {"content": word}}]}
                    self.wfile.write(f"data: {json.dumps(chunk)}\n\n".encode())
                    self.wfile.flush()
                    upstream.began.set()
                self.wfile.write(b"data: [DONE]\n\n")

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.model = document("Model", "far", f"""engine: external
external: {{url: "http://127.0.0.1:{self.server.server_port}/v1", apiKey: {{env: FAR_KEY}}}}""")

    def open_stream(self, up, model="far"):
        """Asks, and gives the answer of which the first part has come."""
        body = {"model": model, "stream": True, "messages": [{"role": "user", "content": "Hi"}]}
        request = urllib.request.Request(up.url + "/v1/chat/completions", json.dumps(body).encode())
        response = urllib.request.urlopen(request, timeout=60)
        assert "first" in response.readline().decode()
        return response

    def open_stream_of_assistant(self, up, name):
        request = urllib.request.Request(f"{up.url}/v1/assistants/{name}/messages",
                                         json.dumps({"message": "Hi", "stream": True}).encode())
        response = urllib.request.urlopen(request, timeout=60)
        assert self.began.wait(60)
        return response

    def close(self):
        self.go_on.set()
        self.server.shutdown()
        self.server.server_close()

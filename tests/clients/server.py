"""`argosy serve` on a random-weight model, for tests: started once for a model and its options."""
import json
import os
import pathlib
import signal
import subprocess
import tempfile
import urllib.request

ARGOSY = os.environ["ARGOSY"]


class Server:
    def __init__(self, *options, arch="qwen3", env=None):
        self._folder = tempfile.TemporaryDirectory()
        self.folder = pathlib.Path(self._folder.name)
        model = self.folder / f"tiny-{arch}.gguf"
        subprocess.run([ARGOSY, "make-model", model, "--arch", arch, "--quant", "q8_0"], check=True,
                       stdout=subprocess.DEVNULL)
        self.model = model.stem
        self.process = subprocess.Popen(
            [ARGOSY, "serve", "-o", "json", "--model", model, "--port", "0", *options],
            stdout=subprocess.PIPE, text=True, env={**os.environ, **(env or {})})
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError("argosy serve did not start")
        self.url = json.loads(line)["url"]

    def get(self, path):
        with urllib.request.urlopen(self.url + path) as response:
            return response.read().decode()

    def metric(self, name):
        for line in self.get("/metrics").splitlines():
            if line.startswith(name + "{"):
                return float(line.split()[-1])
        raise KeyError(name)

    def stop(self):
        """Ends by SIGTERM; the exit status."""
        self.process.send_signal(signal.SIGTERM)
        status = self.process.wait(timeout=60)
        self.process.stdout.close()
        self._folder.cleanup()
        return status

"""What benchmarks share: where things are, models of random weights, servers, paired ratios."""
import contextlib
import json
import os
import pathlib
import socket
import statistics
import subprocess
import time
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[1]
ARGOSY = ROOT / "build/release/bin/argosy"
THREADS = len(os.sched_getaffinity(0))


def peer_python(topic):
    """A Python that has the topic's peers."""
    return subprocess.run([ROOT / "bench/setup", topic], check=True, stdout=subprocess.PIPE,
                          text=True).stdout.strip()


def build(program):
    """The path of one of our bench programs, built."""
    subprocess.run(["cmake", "--build", "--preset", "release", "--target", program], cwd=ROOT,
                   check=True, stdout=subprocess.DEVNULL)
    return next((ROOT / "build/release/src").glob(f"*/{program}"))


def make_model(size, quant, arch="qwen3"):
    """The path of a random-weight model, made once."""
    path = ROOT / f"build/bench-models/{arch}-{size}-{quant}.gguf"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        subprocess.run([ARGOSY, "make-model", path, "--arch", arch, "--preset", size,
                        "--quant", quant], check=True, stdout=subprocess.DEVNULL)
    return str(path)


def last_json(command):
    """The JSON object in the last line that a command prints."""
    output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return json.loads(output.strip().splitlines()[-1])


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def llama_server():
    """The llama-server that LLAMA_SERVER names, or None."""
    return os.environ.get("LLAMA_SERVER")


def command_of(engine, model, port, slots, context):
    """Both serve `slots` sequences at a time of `context` tokens each, on all CPUs."""
    if engine == "argosy":
        return [ARGOSY, "serve", model, "--port", str(port), "--threads", str(THREADS),
                "--context", str(context), "--kv-cache", f"{slots * context * 112 * 1024}",
                "--max-running", str(slots), "--log-level", "warn"]
    return [llama_server(), "-m", model, "--port", str(port), "--threads", str(THREADS),
            "--parallel", str(slots), "--ctx-size", str(slots * context), "--no-webui"]


@contextlib.contextmanager
def serving(engine, model, slots=8, context=2048):
    """Starts a server, waits until it can answer; gives (URL, process)."""
    port = free_port()
    process = subprocess.Popen(command_of(engine, model, port, slots, context),
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{port}"
    try:
        until = time.monotonic() + 300
        while not answers(url + "/health"):
            if process.poll() is not None or time.monotonic() > until:
                raise RuntimeError(f"{engine} did not start")
            time.sleep(0.002)
        yield url, process
    finally:
        process.terminate()
        process.wait(timeout=60)


def answers(url):
    try:
        with urllib.request.urlopen(url, timeout=5) as response:
            return response.status == 200
    except OSError:
        return False


def peak_bytes(process):
    """The most memory that a process has had, mapped files included."""
    text = pathlib.Path(f"/proc/{process.pid}/status").read_text()
    return int(next(x for x in text.splitlines() if x.startswith("VmHWM")).split()[1]) * 1024


def paired(rounds):
    """Of (ours, peer) in each round: medians of both, and of the rounds' ratios. Both of a round
    ran within seconds, so that their ratio holds where the machine's speed drifts."""
    ours, theirs = zip(*rounds)
    return (statistics.median(ours), statistics.median(theirs),
            statistics.median(a / b if b else float("inf") for a, b in rounds))


def closing_line(name, ours, peer, ratio, unit, bar, **more):
    print(json.dumps({"name": name, "ours": round(ours, 3), "peer": round(peer, 3),
                      "ratio": round(ratio, 3), "unit": unit, "bar": bar, **more}))

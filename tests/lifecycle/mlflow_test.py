"""What our RunLog writes to a real MLflow server, read back through MLflow's own client."""
import json
import math
import os
import pathlib
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.request

os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"
from mlflow.tracking import MlflowClient  # noqa: E402

RUN = os.environ["MLFLOW_RUN"]


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    """`mlflow server` on sqlite, in a folder of its own."""

    def __init__(self, folder):
        self.folder, self.port = folder, free_port()
        self.uri = f"http://127.0.0.1:{self.port}"

    def start(self):
        command = [sys.executable, "-m", "mlflow", "server", "--host", "127.0.0.1", "--port",
                   str(self.port), "--workers", "1", "--gunicorn-opts", "--timeout 120",
                   "--backend-store-uri", f"sqlite:///{self.folder}/mlflow.db",
                   "--artifacts-destination", f"{self.folder}/artifacts"]
        environment = {**os.environ, "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",
                       "HOME": str(self.folder),
                       "PATH": str(pathlib.Path(sys.executable).parent) + ":" + os.environ["PATH"]}
        self.log = open(self.folder / "server.log", "w")
        self.process = subprocess.Popen(command, stdout=self.log, stderr=subprocess.STDOUT,
                                        cwd=self.folder, env=environment, start_new_session=True)

    def wait(self):
        until = time.monotonic() + 120
        while time.monotonic() < until and self.process.poll() is None:
            try:
                return urllib.request.urlopen(self.uri + "/health", timeout=5).read()
            except OSError:
                time.sleep(0.1)
        raise RuntimeError((self.folder / "server.log").read_text())

    def stop(self):
        os.killpg(self.process.pid, signal.SIGTERM)
        self.process.wait()
        self.log.close()


class Mlflow(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.server = Server(self.folder)
        self.plot = self.folder / "loss curve.png"
        self.plot.write_bytes(b"\x89PNG" + bytes(range(256)) * 100)

    def run_it(self, **environment):
        base = {k: v for k, v in os.environ.items() if not k.startswith("MLFLOW_TRACKING")}
        result = subprocess.run(
            [RUN, str(self.plot)], capture_output=True, text=True, timeout=120,
            env={**base, "MLFLOW_TRACKING_URI": self.server.uri, **environment})
        self.assertEqual(result.returncode, 0, result.stderr)
        return json.loads(result.stdout), result.stderr

    def test_the_run_is_read_back_whole(self):
        self.server.start()
        self.addCleanup(self.server.stop)
        self.server.wait()
        answer, _ = self.run_it(MLFLOW_EXPERIMENT_NAME="the shop / tuning")
        self.assertEqual(answer["lost"], 0)
        client = MlflowClient(self.server.uri)
        experiment = client.get_experiment_by_name("the shop / tuning")
        run = client.search_runs([experiment.experiment_id])[0]
        self.assertEqual(run.info.run_id, answer["run_id"])
        self.assertEqual(run.info.run_name, "loyalty-lora")
        self.assertEqual(run.info.status, "FINISHED")
        self.assertGreaterEqual(run.info.end_time, run.info.start_time)
        self.assertEqual(run.data.params["rank"], "8")
        self.assertEqual(len(run.data.params["data"]), 6000)
        self.assertEqual(run.data.tags["argosy.base"], "shop-chat")
        curve = client.get_metric_history(run.info.run_id, "train/loss")
        self.assertEqual([p.step for p in curve], list(range(3001)))
        for point in curve[:3000]:
            self.assertAlmostEqual(point.value, 4 * math.exp(-point.step / 500), places=12)
        self.assertTrue(math.isnan(curve[3000].value))
        evals = client.get_metric_history(run.info.run_id, "eval/loss")
        self.assertEqual([p.step for p in evals], list(range(0, 3000, 500)))
        self.assertEqual([a.path for a in client.list_artifacts(run.info.run_id, "plots")],
                         ["plots/loss curve.png"])
        copy = client.download_artifacts(run.info.run_id, "plots/loss curve.png", self.folder)
        self.assertEqual(pathlib.Path(copy).read_bytes(), self.plot.read_bytes())
        # The same experiment again, and the same run again.
        again, _ = self.run_it(MLFLOW_EXPERIMENT_NAME="the shop / tuning",
                               MLFLOW_RUN_ID=answer["run_id"])
        self.assertEqual(again["run_id"], answer["run_id"])
        self.assertEqual(len(client.search_runs([experiment.experiment_id])), 1)

    def test_a_server_that_is_down_ends_nothing(self):
        start = time.monotonic()
        answer, errors = self.run_it()
        self.assertLess(time.monotonic() - start, 30)
        self.assertGreater(answer["lost"], 6000)
        self.assertIn("MLflow cannot be reached; training goes on", errors)


if __name__ == "__main__":
    unittest.main()

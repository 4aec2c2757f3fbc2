"""A run of `argosy tune` on a real MLflow server, read back through MLflow's own client."""
import importlib.util
import pathlib
import unittest

from fixtures import Tuning

LIFECYCLE = pathlib.Path(__file__).resolve().parents[1] / "lifecycle" / "mlflow_test.py"


def server_class():
    """The server of tests/lifecycle, whose own tests need another program."""
    import os
    os.environ.setdefault("MLFLOW_RUN", "")
    spec = importlib.util.spec_from_file_location("lifecycle_mlflow", LIFECYCLE)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.Server, module.MlflowClient


class Mlflow(Tuning):
    def test_the_server_shows_parameters_curves_and_artefacts_of_one_run(self):
        Server, MlflowClient = server_class()
        folder = self.path / "mlflow"
        folder.mkdir()
        server = Server(folder)
        server.start()
        self.addCleanup(server.stop)
        server.wait()
        env = {"MLFLOW_TRACKING_URI": server.uri, "MLFLOW_EXPERIMENT_NAME": "loyalty"}
        steps = ["--eval", self.few, "--max-steps", "6", "--eval-every", "3"]
        summary = self.tuned("faq", *steps, env=env)
        self.assertEqual(summary["log_lost"], 0)
        # Gone on with, though there is nothing left to do: the same run.
        again = self.tuned("faq", *steps, "--resume", env=env)
        self.assertEqual(again["mlflow_run_id"], summary["mlflow_run_id"])
        client = MlflowClient(server.uri)
        experiment = client.get_experiment_by_name("loyalty")
        runs = client.search_runs([experiment.experiment_id])
        self.assertEqual([run.info.run_id for run in runs], [summary["mlflow_run_id"]])
        run = runs[0]
        self.assertEqual((run.info.run_name, run.info.status), ("faq", "FINISHED"))
        self.assertEqual(run.data.params["rank"], "4")
        self.assertEqual(run.data.params["method"], "lora")
        self.assertEqual(run.data.tags["argosy.base"], str(self.base))
        history = lambda key: client.get_metric_history(run.info.run_id, key)
        self.assertEqual([point.step for point in history("train/loss")], list(range(1, 7)))
        self.assertEqual([point.step for point in history("eval/loss")], [0, 3, 6])
        self.assertEqual(history("train/loss")[-1].value, summary["last_loss"])
        paths = lambda folder: sorted(a.path for a in client.list_artifacts(run.info.run_id, folder))
        self.assertEqual(paths(None), ["adapter", "loss.png", "report.json", "summary.json"])
        self.assertEqual(paths("adapter"),
                         ["adapter/adapter_config.json", "adapter/adapter_model.safetensors"])
        plot = client.download_artifacts(run.info.run_id, "loss.png", folder)
        self.assertEqual(pathlib.Path(plot).read_bytes()[:4], b"\x89PNG")


if __name__ == "__main__":
    unittest.main()

"""A small shop, a tiny model of random weights, and the command, for the tests of `argosy tune`."""
import json
import os
import pathlib
import subprocess
import tempfile
import unittest

ARGOSY = os.environ["ARGOSY"]
FAST = {"--rank": "4", "--learning-rate": "1e-2", "--batch-size": "4", "--threads": "1"}


def environment(extra=None):
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("ARGOSY_", "MLFLOW_"))}
    return {**kept, "OMP_WAIT_POLICY": "passive", **(extra or {})}


def argosy(*arguments, env=None):
    return subprocess.run([ARGOSY, *map(str, arguments)], capture_output=True, text=True,
                          env=environment(env), timeout=120)


class Tuning(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.path = pathlib.Path(folder.name)
        cls.base, cls.shop = cls.path / "base.gguf", cls.path / "shop"
        for made in (
            argosy("make-shop", "--out", cls.shop, "--products", "400", "--questions", "150",
                   "--eval-questions", "50", "--pairs", "200"),
            argosy("make-model", cls.base, "--quant", "f32", "--layers", "2", "--width", "64",
                   "--heads", "4", "--feed-forward", "96"),
        ):
            if made.returncode != 0:
                raise RuntimeError(made.stderr)
        rows = (cls.shop / "faq-eval.jsonl").read_text().splitlines()[:12]
        cls.few = cls.path / "few.jsonl"
        cls.few.write_text("\n".join(rows) + "\n")

    def tune(self, out, *arguments, data="faq-train.jsonl", env=None):
        options = {"--model": self.base, "--data": self.shop / data, "--out": self.path / out,
                   **FAST}
        given = [option for name, value in options.items() if name not in arguments
                 for option in (name, value)]
        return argosy("tune", *given, *arguments, env=env)

    def tuned(self, out, *arguments, **keywords):
        """Runs it to its end and gives its summary."""
        result = self.tune(out, *arguments, "-o", "json", **keywords)
        self.assertEqual(result.returncode, 0, result.stderr)
        return json.loads(result.stdout)

    def summary(self, out):
        return json.loads((self.path / out / "summary.json").read_text())

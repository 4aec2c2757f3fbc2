"""A run that is interrupted or killed and resumed ends with the losses of one that was not."""
import itertools
import json
import re
import shlex
import signal
import subprocess
import time
import unittest

from fixtures import ARGOSY, FAST, Tuning, argosy, environment

STEPS = ["--max-steps", "40", "--save-every", "5", "--dropout", "0.1", "--eval-share", "0"]


class Resuming(Tuning):
    def start(self, out):
        return subprocess.Popen(
            [ARGOSY, "tune", "--model", str(self.base), "--data",
             str(self.shop / "faq-train.jsonl"), "--out", str(self.path / out),
             *itertools.chain(*FAST.items()), *STEPS],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment())

    def losses(self, out):
        losses = {}
        for line in (self.path / out / "log.jsonl").read_text().splitlines():
            event = json.loads(line)
            if "train/loss" in event.get("metrics", {}):
                losses[event["step"]] = event["metrics"]["train/loss"]
        return losses

    def send_after(self, process, out, step, what):
        """Once it has logged a step of at least this number."""
        log = self.path / out / "log.jsonl"
        until = time.monotonic() + 60
        while time.monotonic() < until and process.poll() is None:
            text = log.read_text() if log.exists() else ""
            if any(int(n) >= step for n in re.findall(r'"step":(\d+)', text)):
                break
            time.sleep(0.005)
        self.assertIsNone(process.poll(), "it ended before it was stopped")
        process.send_signal(what)
        return process.communicate(timeout=60)

    def test_interrupted_and_killed_it_ends_with_the_same_losses(self):
        self.tuned("whole", *STEPS)
        process = self.start("stopped")
        output, errors = self.send_after(process, "stopped", 7, signal.SIGINT)
        self.assertEqual(process.returncode, 130, errors)
        self.assertIn("a checkpoint is written. To go on:\n  argosy tune ", output)
        self.assertEqual(self.summary("stopped")["outcome"], "stopped")
        # Killed by the kernel between checkpoints, in the middle of whatever it does.
        command = shlex.split(output[output.index("argosy tune"):].splitlines()[0])
        process = subprocess.Popen([ARGOSY, *command[1:]], stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, text=True, env=environment())
        reached = max(self.losses("stopped"))
        self.send_after(process, "stopped", reached + 8, signal.SIGKILL)
        self.assertEqual(process.returncode, -signal.SIGKILL)
        summary = self.tuned("stopped", *STEPS, "--resume")
        self.assertEqual(summary["outcome"], "done")
        self.assertEqual(summary["last_loss"], self.summary("whole")["last_loss"])
        self.assertEqual(self.losses("stopped"), self.losses("whole"))

    def test_resuming_where_nothing_is_begins(self):
        self.assertEqual(self.tuned("new", "--max-steps", "2", "--resume")["steps"], 2)

    def test_a_run_of_other_options_is_not_gone_on_with(self):
        self.tuned("other", "--max-steps", "2")
        result = self.tune("other", "--max-steps", "2", "--seed", "9", "--resume")
        self.assertEqual(result.returncode, 1)
        self.assertIn("it is of another run", result.stderr)
        base = self.path / "base2.gguf"
        argosy("make-model", base, "--quant", "f32", "--layers", "2", "--width", "64", "--heads",
               "4", "--feed-forward", "96", "--seed", "2")
        result = self.tune("other", "--model", base, "--max-steps", "2", "--resume")
        self.assertEqual(result.returncode, 1)
        self.assertIn("began with another base", result.stderr)


if __name__ == "__main__":
    unittest.main()

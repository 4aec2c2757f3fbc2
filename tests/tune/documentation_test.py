"""Runs docs/tune.md as a reader would: each line of its sh blocks, in an empty folder, with few steps
and few evaluation rows."""
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests"))
from documented import free_port


class Documentation(unittest.TestCase):
    def test_every_command_of_the_page_succeeds(self):
        blocks = re.findall(r"```sh\n(.*?)```", (ROOT / "docs" / "tune.md").read_text(), re.S)
        self.assertEqual(len(blocks), 5)
        script = re.sub(r"--(epochs|max-steps) \d+", "--max-steps 3", "\n".join(blocks))
        script = script.replace("8080", free_port())
        made = script.index("\n", script.index("argosy make-shop")) + 1
        script = script[:made] + "sed -i '21,$d' shop/faq-eval.jsonl\n" + script[made:]
        environment = {**os.environ, "OMP_WAIT_POLICY": "passive", "PATH":
                       str(pathlib.Path(os.environ["ARGOSY"]).parent) + ":" + os.environ["PATH"]}
        with tempfile.TemporaryDirectory() as folder:
            # set -m gives the background job a group of its own, as an interactive shell does.
            result = subprocess.run(["bash", "-meuo", "pipefail", "-c", script], cwd=folder,
                                    env=environment, capture_output=True, text=True, timeout=280)
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn("nothing was trained (--dry-run)", result.stdout)
        self.assertIn("exact answers  0 of 20", result.stdout)
        self.assertIn("argosy serve --model base.gguf --lora loyalty=loyalty/adapter",
                      result.stdout)


if __name__ == "__main__":
    unittest.main()

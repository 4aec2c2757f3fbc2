"""Runs README.md's tour as a new user would: each line of its code block, in an empty folder."""
import json
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


class Tour(unittest.TestCase):
    def test_every_line_of_the_readme_tour_succeeds(self):
        text = (ROOT / "README.md").read_text()
        block = re.search(r"## A tour\n.*?```sh\n(.*?)```", text, re.S)
        self.assertIsNotNone(block, "README.md has no tour")
        script = block.group(1).replace("build/release/bin/argosy", os.environ["ARGOSY"])
        script = script.replace("8080", free_port())
        with tempfile.TemporaryDirectory() as folder:
            # set -m gives the background job a group of its own, as an interactive shell does.
            result = subprocess.run(["bash", "-meuo", "pipefail", "-c", script], cwd=folder,
                                    capture_output=True, text=True, timeout=600)
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn("architecture  llama", result.stdout)
        self.assertIn('"architecture":"llama"', result.stdout)
        # The schema leaves white space to the model, whose weights and seed are random.
        content = re.search(r'"content":("{(?:[^"\\]|\\.)*}")', result.stdout)
        self.assertIn(json.loads(json.loads(content.group(1)))["tea"], ("Assam", "Sencha"))
        self.assertIn("data: [DONE]", result.stdout)
        self.assertRegex(result.stdout, r"vllm:prompt_tokens_total{.*} [1-9]")


if __name__ == "__main__":
    unittest.main()

"""Runs README.md's tour as a new user would: each line of its code block, in an empty folder."""
import os
import pathlib
import re
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]


class Tour(unittest.TestCase):
    def test_every_line_of_the_readme_tour_succeeds(self):
        text = (ROOT / "README.md").read_text()
        block = re.search(r"## A tour\n```sh\n(.*?)```", text, re.S)
        self.assertIsNotNone(block, "README.md has no tour")
        script = block.group(1).replace("build/release/bin/argosy", os.environ["ARGOSY"])
        with tempfile.TemporaryDirectory() as folder:
            result = subprocess.run(
                ["bash", "-euo", "pipefail", "-c", script], cwd=folder, capture_output=True, text=True
            )
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn("architecture  llama", result.stdout)
        self.assertIn('"architecture":"llama"', result.stdout)


if __name__ == "__main__":
    unittest.main()

"""Runs openai_test.mjs against a server of its own."""
import os
import pathlib
import subprocess
import unittest

from server import Server


class JavaScript(unittest.TestCase):
    def test_the_openai_library(self):
        server = Server("--context", "2048")
        modules = pathlib.Path(os.environ["ARGOSY_CLIENTS"])
        script = modules / "openai_test.mjs"  # node looks for modules beside the script
        script.write_text((pathlib.Path(__file__).parent / "openai_test.mjs").read_text())
        try:
            result = subprocess.run(["node", "--test", script], capture_output=True, text=True,
                                    env={**os.environ, "URL": server.url, "MODEL": server.model})
        finally:
            server.stop()
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)


if __name__ == "__main__":
    unittest.main()

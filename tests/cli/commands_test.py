"""The command line's promises: help, errors, precedence of configuration, completion."""
import csv
import io
import json
import os
import pathlib
import subprocess
import tempfile
import unittest

ARGOSY = os.environ["ARGOSY"]


def run(*arguments, env=None):
    environment = {k: v for k, v in os.environ.items() if not k.startswith("ARGOSY_")}
    return subprocess.run(
        [ARGOSY, *arguments], capture_output=True, text=True, env={**environment, **(env or {})}
    )


class Commands(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.path = pathlib.Path(self.folder.name)

    def make(self, name="m.gguf", *arguments, **keywords):
        result = run("make-model", str(self.path / name), "-o", "json", *arguments, **keywords)
        self.assertEqual(result.returncode, 0, result.stderr)
        return json.loads(result.stdout)

    def test_every_command_has_help_with_an_example(self):
        for command in ("inspect", "convert", "make-model", "make-shop", "tune", "pull", "completion"):
            result = run(command, "--help")
            self.assertEqual(result.returncode, 0)
            self.assertIn(f"Example:\n  ", result.stdout)
            self.assertIn(f"argosy {command}", result.stdout)

    def test_a_mistyped_command_names_the_nearest(self):
        result = run("inspekt")
        self.assertEqual(result.returncode, 2)
        self.assertIn("Did you mean 'argosy inspect'?", result.stderr)

    def test_a_missing_file_is_named(self):
        result = run("inspect", str(self.path / "none.gguf"))
        self.assertEqual(result.returncode, 1)
        self.assertIn("none.gguf", result.stderr)

    def test_a_file_that_is_no_model_is_refused_with_its_place(self):
        bad = self.path / "bad.gguf"
        bad.write_bytes(b"NOPE" + bytes(100))
        result = run("inspect", str(bad))
        self.assertEqual(result.returncode, 1)
        self.assertIn("bad.gguf", result.stderr)
        self.assertIn("magic", result.stderr)

    def test_an_unknown_quantisation_lists_those_known(self):
        result = run("make-model", str(self.path / "m.gguf"), "--quant", "q9_9")
        self.assertEqual(result.returncode, 1)
        self.assertIn("q4_k_m", result.stderr)

    def test_same_seed_same_bytes(self):
        self.make("a.gguf", "--seed", "7")
        self.make("b.gguf", "--seed", "7")
        self.make("c.gguf", "--seed", "8")
        read = lambda name: (self.path / name).read_bytes()
        self.assertEqual(read("a.gguf"), read("b.gguf"))
        self.assertNotEqual(read("a.gguf"), read("c.gguf"))

    def architecture(self, *arguments, env=None):
        self.make("m.gguf", *arguments, env=env)
        about = run("inspect", str(self.path / "m.gguf"), "-o", "json")
        return json.loads(about.stdout)["architecture"]

    def test_flag_wins_over_environment_over_file_over_default(self):
        config = self.path / "config.yaml"
        config.write_text("make-model:\n  arch: qwen2\n")
        env = {"ARGOSY_CONFIG": str(config)}
        self.assertEqual(self.architecture(), "llama")
        self.assertEqual(self.architecture(env=env), "qwen2")
        env["ARGOSY_MAKE_MODEL_ARCH"] = "qwen3"
        self.assertEqual(self.architecture(env=env), "qwen3")
        self.assertEqual(self.architecture("--arch", "phi3", env=env), "phi3")

    def test_an_unknown_option_in_the_file_is_named_with_its_line(self):
        config = self.path / "config.yaml"
        config.write_text("make-model:\n  arhc: qwen2\n")
        result = run("make-model", str(self.path / "m.gguf"), "--config", str(config))
        self.assertEqual(result.returncode, 1)
        self.assertIn("line 2, column 3", result.stderr)
        self.assertIn("did you mean 'arch'?", result.stderr)

    def shop(self, name, *arguments):
        folder = self.path / name
        result = run("make-shop", "--out", str(folder), "--products", "600", "--questions", "150",
                     "--pairs", "50", "-o", "json", *arguments)
        self.assertEqual(result.returncode, 0, result.stderr)
        files = json.loads(result.stdout)["files"]
        return files, {file["name"]: (folder / file["name"]).read_bytes() for file in files}

    def test_a_shop_is_the_same_by_its_seed(self):
        files, first = self.shop("a", "--seed", "3")
        self.assertEqual(first, self.shop("b", "--seed", "3")[1])
        self.assertNotEqual(first, self.shop("c", "--seed", "4")[1])
        for file in files:
            self.assertEqual(file["bytes"], len(first[file["name"]]))
        rows = {file["name"]: file["rows"] for file in files}
        self.assertEqual(rows["catalog.csv"], 600)
        self.assertEqual(rows["train.jsonl"], 150)
        self.assertEqual(rows["eval.jsonl"], 500)
        catalogue = list(csv.DictReader(io.StringIO(first["catalog.csv"].decode())))
        held_out = {row["name"] for row in catalogue if row["split"] == "eval"}
        self.assertGreater(len(held_out), 60)
        training = (first["train.jsonl"] + first["pairs.jsonl"]).decode()
        self.assertFalse([name for name in held_out if name in training])
        for line in first["eval.jsonl"].decode().splitlines():
            truth = json.loads(line)["truth"]
            self.assertTrue(truth["none"] or truth["first"] or truth["kind"] == "greeting", line)

    def test_a_shop_that_is_too_small_is_refused(self):
        result = run("make-shop", "--out", str(self.path / "s"), "--products", "12")
        self.assertEqual(result.returncode, 1)
        self.assertIn("--products has to be from 400", result.stderr)

    def test_bash_completes_commands_and_their_options(self):
        script = (
            f"source <({ARGOSY} completion bash); COMP_WORDS=(argosy make-model --ar); COMP_CWORD=2;"
            " _argosy; echo ${COMPREPLY[@]}; COMP_WORDS=(argosy conv); COMP_CWORD=1; _argosy;"
            " echo ${COMPREPLY[@]}"
        )
        result = subprocess.run(["bash", "-c", script], capture_output=True, text=True)
        self.assertEqual(result.stdout.split(), ["--arch", "convert"], result.stderr)


if __name__ == "__main__":
    unittest.main()

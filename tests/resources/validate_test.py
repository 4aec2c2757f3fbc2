"""`argosy validate` and `argosy schema` as their users run them."""
import json
import os
import pathlib
import subprocess
import tempfile
import unittest

ARGOSY = os.environ["ARGOSY"]
ROOT = pathlib.Path(__file__).resolve().parents[2]
SHOP = ROOT / "examples/shop/app.yaml"


def run(*arguments):
    return subprocess.run([ARGOSY, *map(str, arguments)], capture_output=True, text=True)


class Validate(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = pathlib.Path(folder.name)

    def write(self, text):
        file = self.path / "app.yaml"
        file.write_text(text)
        return file

    def test_every_example_is_good(self):
        examples = sorted((ROOT / "examples").glob("*/app.yaml"))
        self.assertIn(SHOP, examples)
        for example in examples:
            result = run("validate", "-f", example)
            self.assertEqual(result.returncode, 0, result.stderr)
            self.assertIn("Assistant shop", result.stdout)

    def test_every_mistake_is_told_with_its_place(self):
        file = self.write("apiVersion: argosy.dev/v1alpha1\nkind: Model\nmetadata: {name: a}\n"
                          "spec:\n  sorce: hf://a/b\n  context: many\n")
        result = run("validate", "-f", file)
        self.assertEqual(result.returncode, 1)
        self.assertEqual(result.stderr.splitlines(), [
            f"{file}:5:3: Model a: spec: unknown field 'sorce'; did you mean 'source'?",
            f"{file}:6:12: Model a: spec.context: expected a whole number, found the text 'many'",
            "2 problems"])
        answer = json.loads(run("validate", "-f", file, "-o", "json").stdout)
        self.assertFalse(answer["valid"])
        self.assertEqual([(p["kind"], p["line"], p["column"], p["path"])
                          for p in answer["problems"]],
                         [("unknown", 5, 3, "spec"), ("type", 6, 12, "spec.context")])

    def test_the_order_of_the_start_is_shown(self):
        answer = json.loads(run("validate", "-f", SHOP, "-o", "json").stdout)
        self.assertEqual(answer["order"], ["Model shop-chat", "Model shop-embed",
                                           "KnowledgeBase catalog", "Assistant shop"])

    def test_what_is_printed_with_its_defaults_is_the_same_application(self):
        printed = run("validate", "-f", SHOP, "--print", "--defaults")
        self.assertIn("idleAfter: 10m", printed.stdout)
        again = run("validate", "-f", self.write(printed.stdout), "--print")
        self.assertEqual(again.stdout, run("validate", "-f", SHOP, "--print").stdout)

    def test_a_file_without_a_resource_is_no_application(self):
        for text in ("", "# nothing yet\n", "---\n"):
            result = run("validate", "-f", self.write(text))
            self.assertEqual(result.returncode, 1)
            self.assertIn("app.yaml: declares no resource of argosy.dev/v1alpha1", result.stderr)

    def test_a_file_that_is_not_there_is_named(self):
        result = run("validate", "-f", self.path / "none.yaml")
        self.assertEqual(result.returncode, 1)
        self.assertIn("none.yaml", result.stderr)

    def test_committed_crds_and_reference_are_what_schema_makes(self):
        self.assertEqual(run("schema", "--crd", self.path / "crds", "--docs",
                             self.path / "resources.md").returncode, 0)
        made = {file.name: file.read_text() for file in (self.path / "crds").iterdir()}
        there = {file.name: file.read_text() for file in (ROOT / "deploy/crds").glob("argosy.dev_*")}
        self.assertEqual(made, there)
        self.assertEqual((self.path / "resources.md").read_text(),
                         (ROOT / "docs/resources.md").read_text())

    def test_a_mistyped_kind_names_the_nearest(self):
        result = run("schema", "Modell")
        self.assertEqual(result.returncode, 1)
        self.assertIn("did you mean 'Model'?", result.stderr)

    def test_help_has_an_example(self):
        for command in ("validate", "schema"):
            self.assertIn(f"Example:\n  argosy {command}", run(command, "--help").stdout)


if __name__ == "__main__":
    unittest.main()

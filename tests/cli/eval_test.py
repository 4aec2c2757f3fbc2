"""`argosy eval shop`: the search and a model of random weights asked the shop's questions, and what is wrong with a
file named."""
import json
import os
import pathlib
import subprocess
import tempfile
import unittest

ARGOSY = os.environ["ARGOSY"]
QUESTIONS = 20


def run(*arguments):
    return subprocess.run([ARGOSY, *arguments], capture_output=True, text=True)


class EvalShop(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.path = pathlib.Path(cls.folder.name)
        cls.shop, cls.model = str(cls.path / "shop"), str(cls.path / "m.gguf")
        made = run("make-shop", "--out", cls.shop, "--products", "400", "--questions", "10", "--lookups", "10",
                   "--pairs", "10", "--eval-questions", str(QUESTIONS))
        assert made.returncode == 0, made.stderr
        made = run("make-model", cls.model, "--arch", "qwen2", "--quant", "f32")
        assert made.returncode == 0, made.stderr
        cls.rows = (cls.path / "shop" / "eval.jsonl").read_text().splitlines()

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def ask(self, *arguments):
        return run("eval", "shop", "--data", self.shop, "--chat", self.model, *arguments)

    def test_every_question_is_asked_and_judged_by_its_kind(self):
        result = self.ask("-o", "json")
        self.assertEqual(result.returncode, 0, result.stderr)
        answer = json.loads(result.stdout)
        kinds = [json.loads(row)["truth"]["kind"] for row in self.rows]
        self.assertEqual(answer["all"]["answers"], QUESTIONS)
        self.assertEqual({k: s["answers"] for k, s in answer["by_kind"].items()},
                         {k: kinds.count(k) for k in kinds})
        # Each answer that is not right stands in the list, with the wanted one and why.
        right = answer["all"]["right_products"]
        self.assertGreaterEqual(len(answer["wrong"]), QUESTIONS - right)
        for wrong in answer["wrong"]:
            row = json.loads(self.rows[wrong["line"] - 1])
            self.assertEqual(wrong["wanted"], row["messages"][-1]["content"])
            self.assertTrue(wrong["problems"])

    def test_the_search_is_judged_without_a_model_too(self):
        result = run("eval", "shop", "--data", self.shop, "-o", "json")
        self.assertEqual(result.returncode, 0, result.stderr)
        truths = [json.loads(row)["truth"] for row in self.rows]
        searched = len([t for t in truths if t["search"] and t["first"]])
        ways = {way["way"]: way for way in json.loads(result.stdout)["retrieval"]}
        self.assertEqual(set(ways), {"lexical", "whole search"})
        for way in ways.values():
            self.assertEqual(way["questions"], searched)
            self.assertTrue(0 <= way["recall_at_1"] <= way["recall_at_5"] <= 1, way)
        # What a question names, the search finds, in a catalogue as small as this one.
        self.assertGreaterEqual(ways["whole search"]["recall_at_5"], 0.9)
        self.assertGreater(ways["lexical"]["recall_at_5"], 0.5)

    def test_a_person_gets_a_table_and_the_wrong_answers(self):
        result = self.ask("--show-wrong")
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertRegex(result.stdout, rf"\nall +{QUESTIONS} ")
        self.assertIn("wanted: ", result.stdout)

    def test_a_bad_row_is_named_by_its_line(self):
        row = json.loads(self.rows[0])
        no_answer = dict(row, messages=row["messages"][:-1] + [{"role": "assistant", "content": None, "tool_calls": [
            {"type": "function", "function": {"name": "f", "arguments": "{}"}}]}])
        cases = {"{": "not JSON", json.dumps({"messages": row["messages"]}): "truth",
                 json.dumps(dict(row, truth={})): "kind",
                 json.dumps(no_answer): "an assistant's message in plain text"}
        for text, problem in cases.items():
            bad = self.path / "bad"
            bad.mkdir(exist_ok=True)
            (bad / "catalog.csv").write_bytes((self.path / "shop" / "catalog.csv").read_bytes())
            (bad / "eval.jsonl").write_text(self.rows[1] + "\n" + text + "\n")
            result = run("eval", "shop", "--data", str(bad), "--chat", self.model)
            self.assertEqual(result.returncode, 1, text)
            self.assertIn("eval.jsonl:2", result.stderr)
            self.assertIn(problem, result.stderr)

    def test_help_has_an_example(self):
        result = run("eval", "shop", "--help")
        self.assertIn("Example:\n", result.stdout)
        self.assertIn("argosy eval shop --data", result.stdout)


if __name__ == "__main__":
    unittest.main()

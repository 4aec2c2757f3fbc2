"""The JSON Schema says of a document what the parser says: thousands of changed documents, judged
by `argosy validate` and by the jsonschema library."""
import copy
import json
import os
import pathlib
import random
import subprocess
import tempfile
import unittest

import jsonschema

ARGOSY = os.environ["ARGOSY"]
ROOT = pathlib.Path(__file__).resolve().parents[2]
RICH = pathlib.Path(__file__).with_name("rich.yaml")
# What only the parser says: rules between two numbers, keys of a list, names, and how large a
# quantity is.
NOT_IN_A_SCHEMA = ("rule", "duplicate", "reference", "cycle")
ODD = [None, True, 0, 1, -1, 3.5, 10**12, "", "x", "yes", "30s", "8Gi", "$5", [], {}, ["x"],
       {"env": "KEY"}, [{"name": "x"}], "external", "a" * 2000, "hf://a/b", "http://a:b@c/"]


def run(*arguments):
    return json.loads(subprocess.run([ARGOSY, *map(str, arguments)], capture_output=True,
                                     text=True).stdout)


def spots(value):
    """Each place in a value: what holds it, and its key."""
    pairs = value.items() if isinstance(value, dict) else enumerate(value)
    for key, inner in list(pairs):
        yield value, key
        if isinstance(inner, (dict, list)):
            yield from spots(inner)


def change(document, rng):
    holder, key = rng.choice([spot for spot in spots(document["spec"])])
    action = rng.random()
    if action < 0.3:
        del holder[key]
    elif action < 0.8 or not isinstance(holder, dict):
        holder[key] = copy.deepcopy(rng.choice(ODD))
    elif action < 0.9:
        holder[key + "x"] = holder.pop(key)
    else:
        holder[rng.choice(["source", "name", "kind", "url", "max", "extra"])] = copy.deepcopy(rng.choice(ODD))


class SchemaAgrees(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.schema = run("schema")
        jsonschema.Draft202012Validator.check_schema(cls.schema)
        cls.validator = jsonschema.Draft202012Validator(cls.schema)
        cls.good = [document for file in (RICH, ROOT / "examples/shop/app.yaml")
                    for options in ((), ("--defaults",))
                    for document in run("validate", "-f", file, "--print", "-o", "json",
                                        *options)["resources"]]

    def parse(self, documents):
        """The problems of each document, of which each stands on a line of its own."""
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder) / "all.yaml"
            file.write_text("".join(f"---\n{json.dumps(each)}\n" for each in documents))
            problems = run("validate", "-f", file, "-o", "json")["problems"]
        by_document = [[] for _ in documents]
        for problem in problems:
            by_document[problem["line"] // 2 - 1].append(problem)
        return by_document

    def test_good_documents_are_good_to_both(self):
        for document in self.good:
            self.validator.validate(document)

    def test_changed_documents_are_judged_alike(self):
        rng = random.Random(1)
        documents = []
        for number in range(1500):
            document = copy.deepcopy(rng.choice(self.good))
            document["metadata"]["name"] = f"n{number}"
            for _ in range(rng.randint(1, 2)):
                if document["spec"]:
                    change(document, rng)
            documents.append(document)
        disagreements, bad = [], 0
        problems_of = [problems for start in range(0, len(documents), 150)  # a file has a limit
                       for problems in self.parse(documents[start:start + 150])]
        for document, problems in zip(documents, problems_of):
            ours = [p for p in problems if p["kind"] not in NOT_IN_A_SCHEMA]
            rules = [p for p in problems if p["kind"] == "rule"]
            theirs = [error.message for error in self.validator.iter_errors(document)]
            bad += bool(theirs)
            # A rule may be in the schema or not; without a problem of ours there may be none.
            if bool(ours) != bool(theirs) and not (rules and theirs):
                disagreements.append((document["kind"], [p["message"] for p in ours], theirs))
        self.assertGreater(bad, 500)
        self.assertLess(bad, 1450)
        self.assertEqual(disagreements, [], f"{len(disagreements)} disagreements")

    def test_other_apis_pass_and_mistyped_versions_do_not(self):
        self.assertTrue(self.validator.is_valid({"apiVersion": "v1", "kind": "Secret"}))
        self.assertFalse(self.validator.is_valid({"apiVersion": "argosy.dev/v1", "kind": "Model"}))
        self.assertFalse(self.validator.is_valid({"apiVersion": "argosy.dev/v1alpha1",
                                                  "kind": "Modl"}))


if __name__ == "__main__":
    unittest.main()

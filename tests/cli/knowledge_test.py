"""`argosy index` and `argosy search`: a knowledge base in a folder, made, brought up to date and asked, by words and
with an embedding model of random weights."""
import http.server
import json
import os
import pathlib
import signal
import subprocess
import tempfile
import threading
import time
import unittest

ARGOSY = os.environ["ARGOSY"]
SHOP = """id,name,colour,price
P1,Alder Parka,blue,79
P2,Birch Tent,green,120
P3,Cedar Lamp,red,25
"""


def run(*arguments, cwd=None):
    return subprocess.run([ARGOSY, *arguments], capture_output=True, text=True, cwd=cwd)


class Knowledge(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.models = tempfile.TemporaryDirectory()
        cls.model = str(pathlib.Path(cls.models.name) / "tiny-bert.gguf")
        made = run("make-model", cls.model, "--arch", "bert")
        assert made.returncode == 0, made.stderr

    @classmethod
    def tearDownClass(cls):
        cls.models.cleanup()

    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.path = pathlib.Path(self.folder.name)
        self.store = str(self.path / "kb")
        self.catalog = self.path / "catalog.csv"
        self.catalog.write_text(SHOP)

    def index(self, *arguments):
        result = run("index", *arguments, "--store", self.store, "--name", "catalog", "-o", "json")
        self.assertEqual(result.returncode, 0, result.stderr)
        return json.loads(result.stdout)

    def search(self, question, *arguments):
        result = run("search", question, "--store", self.store, "-o", "json", *arguments)
        self.assertEqual(result.returncode, 0, result.stderr)
        return json.loads(result.stdout)

    def found(self, question, *arguments):
        return [hit["document_id"] for hit in self.search(question, *arguments)["hits"]]

    def test_a_table_is_indexed_and_asked(self):
        report = self.index(str(self.catalog), "--id-column", "id", "--splitter", "row")
        self.assertEqual((report["added"], report["documents"], report["problem_count"]), (3, 3, 0))
        self.assertIsNone(report["embedding"])
        self.assertEqual(self.found("a tent")[0], "P2")
        answer = self.search("something blue under $100")
        self.assertEqual([hit["document_id"] for hit in answer["hits"]], ["P1"])
        self.assertEqual(len(answer["filter"]["must"]), 2)
        self.assertEqual(answer["hits"][0]["metadata"]["price"], 79)
        only = '{"must": [{"key": "colour", "match": {"value": "red"}}]}'
        self.assertEqual(set(self.found("lamp", "--filter", only)), {"P3"})

    def test_a_second_time_reads_what_has_changed_without_being_told_again(self):
        self.index(str(self.catalog), "--id-column", "id")
        self.catalog.write_text("id,name,colour,price\nP1,Alder Parka,grey,79\nP2,Birch Tent,green,120\nP4,Dune Mug,white,9\n")
        report = self.index()
        self.assertEqual([report[key] for key in ("added", "changed", "unchanged", "deleted")], [1, 1, 1, 1])
        self.assertEqual(self.found("grey parka")[0], "P1")
        faq = self.path / "faq.md"
        faq.write_text("# Returns\n\nThirty days, in the box.\n")
        self.assertEqual(self.index(str(faq))["documents"], 4)
        self.assertEqual(self.index()["unchanged"], 4)
        self.assertEqual(self.index(str(faq), "--only")["documents"], 1)

    def test_vectors_of_a_model_are_made_once_and_anew_when_it_changes(self):
        first = self.index(str(self.catalog), "--embed", self.model)
        self.assertEqual(first["embedding"], "tiny-bert")
        self.assertIsNotNone(self.search("somewhere to sleep, a tent")["hits"][0]["vector_score"])
        self.assertEqual(self.index()["unchanged"], 3)
        other = self.index("--passage-prefix", "passage: ")
        self.assertEqual((other["reembedded"], other["unchanged"]), (3, 3))
        words = self.index("--words-only")
        self.assertEqual((words["reembedded"], words["embedding"]), (3, None))
        self.assertIsNone(self.search("somewhere to sleep, a tent")["hits"][0]["vector_score"])

    def test_a_person_gets_a_report_and_a_list(self):
        self.catalog.write_text(SHOP + ",No Id,blue,1\nP1,Twice,red,2\n")
        result = run("index", str(self.catalog), "--store", self.store, "--name", "catalog", "--id-column", "id")
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn("3 added, 0 changed, 0 unchanged, 0 deleted", result.stdout)
        self.assertIn("2 left out:", result.stdout)
        self.assertIn(f"{self.catalog}:5: ", result.stdout)
        self.assertIn("'P1' was there before", result.stdout)
        result = run("search", "a tent under $150", "--store", self.store)
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertRegex(result.stdout, r"  1  \S+ +Birch Tent\n")
        self.assertIn("only where price under 150\n", result.stdout)
        self.assertIn("catalog.csv#row=3", result.stdout)

    def test_personal_data_is_masked_before_it_is_kept(self):
        self.catalog.write_text("id,note\nA,write to ann@example.com\n")
        self.index(str(self.catalog), "--pii", "mask")
        self.assertIn("[EMAIL]", self.search("write to")["hits"][0]["text"])
        kept = b"".join(path.read_bytes() for path in pathlib.Path(self.store).rglob("*") if path.is_file())
        self.assertNotIn(b"ann@example.com", kept)

    def test_errors_say_what_to_do(self):
        cases = [
            (("search", "x", "--store", self.store), 1, "argosy index FILE"),
            (("index", "--store", self.store, "--name", "catalog"), 1, "there is nothing to index"),
            (("index", str(self.path / "none.csv"), "--store", self.store, "--name", "c"), 1, "none.csv"),
            (("index", str(self.catalog), "--store", self.store, "--name", "a/b"), 1, "a/b"),
            (("index", str(self.catalog), "--store", self.store, "--name", "c", "--splitter", "rows"), 1, "did you mean 'row'"),
            (("index", str(self.catalog), "--store", self.store, "--name", "c", "--embed", "none.gguf"), 1, "none.gguf"),
            (("index", str(self.catalog), "--store", self.store, "--name", "c", "--splitter", "token"), 1, "tokenizer"),
            (("search", "--store", self.store), 2, "question"),
        ]
        for arguments, status, text in cases:
            result = run(*arguments)
            self.assertEqual(result.returncode, status, (arguments, result.stderr))
            self.assertIn(text, result.stdout + result.stderr, arguments)
        self.index(str(self.catalog))
        for arguments, text in [(("--name", "catalogue"), "did you mean 'catalog'?"), (("--filter", "{"), "--filter"),
                                (("--filter", '{"mist": []}'), 'did you mean "must"')]:
            result = run("search", "x", "--store", self.store, *arguments)
            self.assertEqual(result.returncode, 1, result.stdout)
            self.assertIn(text, result.stderr)
        # A source that was mistyped is not asked for again.
        self.assertEqual(run("index", "catlog.csv", "--store", self.store, "--name", "catalog").returncode, 1)
        self.assertEqual(self.index()["problem_count"], 0)
        (pathlib.Path(self.store) / "catalog.json").write_text('{"sources": 1}')
        result = run("search", "x", "--store", self.store)
        self.assertEqual(result.returncode, 1)
        self.assertIn("catalog.json", result.stderr)
        self.assertIn("'sources'", result.stderr)

    def test_addresses_of_this_network_are_read_only_where_that_is_said(self):
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                self.send_response(200)
                self.send_header("Content-Type", "text/csv")
                self.end_headers()
                self.wfile.write(SHOP.encode())

            def log_message(self, *_):
                pass

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        url = f"http://127.0.0.1:{server.server_port}/shop.csv"
        refused = run("index", url, "--store", self.store, "--name", "catalog")
        self.assertEqual(refused.returncode, 1)
        self.assertIn(url, refused.stdout)
        self.assertEqual(self.index(url, "--allow-private")["added"], 3)

    def test_a_killed_index_goes_on_where_it_was(self):
        rows = "".join(f"R{i},row number {i} of many\n" for i in range(2000))
        self.catalog.write_text("id,name\n" + rows)
        arguments = [ARGOSY, "index", str(self.catalog), "--store", self.store, "--name", "catalog", "--embed", self.model]
        child = subprocess.Popen(arguments, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        table = pathlib.Path(self.store) / "catalog" / "chunks.sqlite-wal"
        while child.poll() is None and not (table.exists() and table.stat().st_size > 100_000):
            time.sleep(0.005)
        child.send_signal(signal.SIGKILL)
        child.wait()
        report = self.index()
        self.assertEqual(report["added"] + report["unchanged"], 2000)
        self.assertGreater(report["unchanged"], 0)
        self.assertEqual(report["documents"], 2000)
        self.assertEqual(self.index()["unchanged"], 2000)

    def test_help_has_an_example(self):
        for command in ("index", "search"):
            result = run(command, "--help")
            self.assertIn("Example:\n", result.stdout)
            self.assertIn(f"argosy {command} ", result.stdout)


if __name__ == "__main__":
    unittest.main()

"""argosy up, get, describe, logs: what a user sees of a declared application on one machine."""
import json
import os
import signal
import subprocess
import unittest

from running import (ARGOSY, CATALOG, CHAT, EMBED, HELP, Application, Up, document, run)


class UpTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.application = Application()
        cls.application.write(
            CHAT, EMBED, CATALOG, HELP,
            document("Model", "cluster", "source: hf://a/b\nengine: vllm"),
            document("Assistant", "waits", "prompt: Help.\nmodel: cluster"),
            document("Route", "public", "names: [gpt-x]\nbackends: [{model: chat}]"))
        cls.up = Up(cls.application)

    @classmethod
    def tearDownClass(cls):
        status = cls.up.end()
        cls.application.cleanup()
        assert status == 0, status

    def tool(self, *arguments):
        return run(*arguments, state=self.application.state)

    def test_what_can_run_is_ready_and_the_rest_says_why(self):
        states = self.up.states()
        for name in ("Model/chat", "Model/embed", "KnowledgeBase/catalog", "Assistant/help",
                     "Route/public"):
            self.assertEqual(states[name]["state"], "Ready", states[name])
        self.assertEqual(states["KnowledgeBase/catalog"]["message"],
                         "2 documents, 2 passages, embedded by embed")
        self.assertEqual(states["Model/cluster"]["state"], "Degraded")
        self.assertIn("engine: external", states["Model/cluster"]["message"])
        self.assertIn("argosy describe models/cluster", states["Assistant/waits"]["message"])

    def test_models_assistants_and_routes_answer_by_name(self):
        for model in ("chat", "help", "gpt-x"):
            status, text = self.up.chat(model)
            self.assertEqual(status, 200, text)
            self.assertEqual(json.loads(text)["object"], "chat.completion")
        names = [model["id"] for model in self.up.get("/v1/models")["data"]]
        self.assertEqual(set(names), {"chat", "embed", "help", "gpt-x"})
        status, text = self.up.chat("none")
        self.assertEqual(status, 404)
        self.assertIn("'help'", text)

    def test_each_model_does_what_it_is_for(self):
        status, text = self.up.request("POST", "/v1/embeddings", {"input": "blue"})
        self.assertEqual(status, 200, text)
        self.assertEqual(json.loads(text)["model"], "embed")
        status, text = self.up.chat("embed")
        self.assertEqual(status, 400)
        self.assertIn("/v1/embeddings", text)

    def test_the_assistant_cites_its_knowledge_base(self):
        status, text = self.up.request("POST", "/v1/assistants/help/messages",
                                       {"message": "the blue rain jacket", "trace": True})
        self.assertEqual(status, 200, text)
        answer = json.loads(text)
        self.assertTrue(answer["session_id"])
        self.assertIn("P1", json.dumps(answer["trace"]))
        self.assertEqual(self.up.get("/v1/assistants")["data"][0]["ui"],
                         {"title": "Help", "suggestions": ["What is blue?"]})

    def test_knowledge_bases_are_searched_over_http(self):
        bases = self.up.get("/v1/knowledge_bases")["data"]
        self.assertEqual([(base["name"], base["documents"]) for base in bases], [("catalog", 2)])
        status, text = self.up.request("POST", "/v1/knowledge_bases/catalog/search",
                                       {"query": "sun hat"})
        self.assertEqual(status, 200, text)
        self.assertEqual(json.loads(text)["hits"][0]["document_id"], "P2")

    def test_metrics_tell_of_every_model(self):
        status, text = self.up.request("GET", "/metrics")
        self.assertEqual(status, 200)
        for model in ("chat", "embed"):
            self.assertIn(f'vllm:num_requests_running{{model_name="{model}"}}', text)
        self.assertEqual(text.count("# TYPE vllm:num_requests_running "), 1)

    def test_get_lists_and_filters(self):
        table = self.tool("get").stdout
        self.assertRegex(table, r"^KIND +NAME +STATE +REASON +AGE +MESSAGE\n")
        self.assertRegex(table, r"KnowledgeBase +catalog +Ready +Running +\d+[sm] +2 documents")
        only = json.loads(self.tool("get", "kb", "-o", "json").stdout)
        self.assertEqual([one["name"] for one in only["data"]], ["catalog"])
        self.assertIn("kind: Assistant\n", self.tool("get", "assistant/help", "-o", "yaml").stdout)
        wrong = self.tool("get", "asistants")
        self.assertEqual(wrong.returncode, 1)
        self.assertIn("did you mean 'assistants'?", wrong.stderr)
        missing = self.tool("get", "model/none")
        self.assertEqual(missing.returncode, 1)
        self.assertIn("There is no Model none", missing.stderr)

    def test_describe_explains_state_and_events(self):
        text = self.tool("describe", "model/cluster").stdout
        self.assertRegex(text, r"State: +Degraded for")
        self.assertRegex(text, r"Reason: +Unsupported\n")
        self.assertIn("Events:\n", text)
        self.assertRegex(text, r"\d\d:\d\d:\d\dZ +Progressing +Starting +starts\n")
        self.assertRegex(self.tool("describe", "model/chat").stdout, r"Context: +512\n")

    def test_logs_tell_what_happened(self):
        lines = self.tool("logs", "knowledgebase/catalog").stdout.splitlines()
        self.assertRegex(lines[-1], r"^\d{4}-.*Z Ready Running: 2 documents")
        missing = self.tool("logs", "model/none")
        self.assertEqual(missing.returncode, 1)
        self.assertIn("argosy get", missing.stderr)

    def test_a_second_process_on_the_state_is_refused(self):
        second = subprocess.run([ARGOSY, "up", "-f", self.application.file, "--state",
                                 self.application.state, "--port", "0"],
                                capture_output=True, text=True, timeout=60)
        self.assertEqual(second.returncode, 1)
        self.assertIn(f"(process {self.up.process.pid})", second.stderr)
        self.assertIn("--state", second.stderr)


class Starting(unittest.TestCase):
    def setUp(self):
        self.application = Application()
        self.addCleanup(self.application.cleanup)

    def up(self, *options, env=None):
        return subprocess.Popen(
            [ARGOSY, "up", "-f", self.application.file, "--state", self.application.state, "--port",
             "0", *options], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=env)

    def test_a_person_is_shown_progress_addresses_and_an_example(self):
        self.application.write(CHAT, EMBED, CATALOG, HELP)
        process = self.up()
        shown = ""
        for line in process.stdout:
            shown += line
            if "Ctrl-C" in line:
                break
        self.assertRegex(shown, r"model/chat +ready in \d+\.\d s  qwen3")
        self.assertRegex(shown, r"console +http://127\.0\.0\.1:\d+/\n")
        self.assertRegex(shown, r"OpenAI API +http://127\.0\.0\.1:\d+/v1\n")
        command = next(line for line in shown.splitlines() if line.startswith("  curl "))
        answer = subprocess.run(["sh", "-c", command], capture_output=True, text=True, timeout=60)
        self.assertEqual(json.loads(answer.stdout)["model"], "help")
        process.send_signal(signal.SIGINT)
        rest, _ = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 0)
        self.assertIn("Stopped.", rest)

    def test_a_wrong_file_is_refused_with_line_and_column(self):
        self.application.write("apiVersion: argosy.dev/v1alpha1\nkind: Modle\n")
        process = self.up()
        _, errors = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 1)
        self.assertRegex(errors, r"app\.yaml:2:7: .*Model")

    def test_a_shipped_model_that_is_not_there_names_the_places(self):
        self.application.write(document("Model", "m", "source: shipped://no-such"))
        up = Up(self.application)
        message = up.states()["Model/m"]["message"]
        self.assertIn("ARGOSY_MODELS", message)
        self.assertIn("share/argosy/models/no-such.gguf", message)
        self.assertEqual(up.end(), 0)

    def test_tenants_close_the_door(self):
        self.application.write(
            CHAT, EMBED, document("Tenant", "web", "apiKeys: [{name: a, secret: {file: "
                                  f"{self.application.folder}/key}}}}]\nmodels: [chat]"))
        (self.application.folder / "key").write_text("opens-it\n")
        up = Up(self.application)
        self.assertEqual(up.chat("chat")[0], 401)
        body = {"model": "chat", "messages": [{"role": "user", "content": "Hi"}], "max_tokens": 2}
        path = "/v1/chat/completions"
        self.assertEqual(up.request("POST", path, body, "wrong")[0], 401)
        self.assertEqual(up.request("POST", path, body, "opens-it")[0], 200)
        refused = up.request("POST", "/v1/embeddings", {"model": "embed", "input": "x"}, "opens-it")
        self.assertEqual(refused[0], 403, refused[1])
        self.assertEqual(run("get", state=self.application.state).returncode, 0)
        self.assertEqual(up.end(), 0)
        logs = "".join(p.read_text() for p in (self.application.state / "logs").iterdir())
        self.assertNotIn("opens-it", logs)

    def test_without_a_process_the_commands_say_how_to_start_one(self):
        for command in (("get",), ("describe", "model/chat")):
            result = run(*command, state=self.application.folder / "nowhere")
            self.assertEqual(result.returncode, 1)
            self.assertIn("argosy up -f app.yaml", result.stderr)

    def test_help_has_examples(self):
        for command in ("up", "get", "describe", "logs"):
            self.assertIn("Example:\n", run(command, "--help").stdout)


if __name__ == "__main__":
    unittest.main()

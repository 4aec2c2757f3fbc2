"""What a running application does when its file changes, and when it ends."""
import os
import signal
import unittest
import urllib.error

from running import CATALOG, CHAT, EMBED, HELP, Application, Up, Upstream, document, run

os.environ["FAR_KEY"] = "far-secret"


class Reload(unittest.TestCase):
    def setUp(self):
        self.application = Application()
        self.addCleanup(self.application.cleanup)
        self.upstream = Upstream()
        self.addCleanup(self.upstream.close)

    def test_only_what_changed_is_started_anew(self):
        self.application.write(CHAT, EMBED, CATALOG, HELP)
        up = Up(self.application)
        before = up.states()
        self.application.write(CHAT, EMBED, CATALOG, HELP.replace("You help.", "You help more."),
                               document("Assistant", "new", "prompt: New.\nmodel: chat"))
        self.assertFalse(up.until("reload")["unchanged"])
        up.until("settled")
        events = lambda name: up.get(f"/v1/resources/{name}")["events"]
        self.assertEqual(len([e for e in events("model/chat") if e["reason"] == "Running"]), 1)
        self.assertEqual(len([e for e in events("assistant/help") if e["reason"] == "Running"]), 2)
        self.assertEqual(up.states()["Model/chat"]["since"], before["Model/chat"]["since"])
        self.assertEqual(up.chat("new")[0], 200)
        self.application.write(CHAT)
        up.until("settled")
        self.assertEqual(list(up.states()), ["Model/chat"])
        self.assertEqual(up.chat("help")[0], 404)
        self.assertEqual(up.end(), 0)

    def test_a_broken_file_changes_nothing_and_is_told_with_its_place(self):
        self.application.write(CHAT)
        up = Up(self.application)
        self.application.write(CHAT, document("Assistant", "help", "prompt: Help.\nmodel: none"))
        problem = up.until("problems")["problems"][0]
        self.assertEqual((problem["line"], problem["column"]), (12, 10), problem)
        self.assertEqual(up.chat("chat")[0], 200)
        self.assertEqual(list(up.states()), ["Model/chat"])
        self.application.write(CHAT)
        self.assertTrue(up.until("reload")["unchanged"])
        self.assertEqual(up.end(), 0)

    def test_a_stream_outlives_the_model_that_it_comes_from(self):
        self.application.write(CHAT, self.upstream.model)
        up = Up(self.application)
        stream = self.upstream.open_stream(up)
        self.assertEqual(self.upstream.key, "Bearer far-secret")
        self.application.write(CHAT)
        up.until("settled")
        self.assertEqual(up.chat("far")[0], 404)
        self.upstream.go_on.set()
        rest = stream.read().decode()
        self.assertIn("last", rest)
        self.assertIn("[DONE]", rest)
        self.assertEqual(up.end(), 0)

    def test_an_assistant_finishes_its_answer_while_it_is_replaced(self):
        helper = document("Assistant", "help", "prompt: Old.\nmodel: far\nmemory: {kind: none}")
        self.application.write(self.upstream.model, helper)
        up = Up(self.application)
        stream = self.upstream.open_stream_of_assistant(up, "help")
        self.application.write(self.upstream.model, helper.replace("Old", "New"))
        up.until("settled")
        self.upstream.go_on.set()
        self.assertIn("last", stream.read().decode())
        self.assertEqual(up.end(), 0)

    def test_sources_are_read_again_when_they_change(self):
        self.application.write(EMBED, CATALOG)
        up = Up(self.application)
        with (self.application.folder / "shop.csv").open("a") as rows:
            rows.write("P3,Warm scarf,red,2900\n")
        while "3 documents" not in up.until("status")["message"]:
            pass
        self.assertEqual(up.get("/v1/knowledge_bases")["data"][0]["documents"], 3)
        self.assertEqual(up.end(), 0)

    def test_hangup_starts_again_what_failed(self):
        self.application.write(document("Model", "late", "source: ./late.gguf"))
        up = Up(self.application)
        self.assertEqual(up.states()["Model/late"]["state"], "Degraded")
        (self.application.folder / "chat.gguf").rename(self.application.folder / "late.gguf")
        up.process.send_signal(signal.SIGHUP)
        up.until("settled")
        self.assertEqual(up.states()["Model/late"]["state"], "Ready")
        self.assertEqual(up.end(), 0)

    def test_the_end_waits_for_running_answers(self):
        self.application.write(self.upstream.model)
        up = Up(self.application)
        stream = self.upstream.open_stream(up)
        up.process.send_signal(signal.SIGTERM)
        up.until("stopping")
        self.upstream.go_on.set()
        self.assertIn("[DONE]", stream.read().decode())
        self.assertTrue(up.until("stopped")["all_requests_ended"])
        self.assertEqual(up.process.wait(timeout=60), 0)
        self.assertEqual(run("get", state=self.application.state).returncode, 1)

    def test_the_end_is_bounded_by_drain(self):
        self.application.write(self.upstream.model)
        up = Up(self.application, "--drain", "0")
        stream = self.upstream.open_stream(up)
        up.process.send_signal(signal.SIGTERM)
        self.assertFalse(up.until("stopped")["all_requests_ended"])
        self.assertEqual(up.process.wait(timeout=60), 0)
        stream.close()

    def test_a_second_signal_ends_at_once(self):
        self.application.write(self.upstream.model)
        up = Up(self.application)
        stream = self.upstream.open_stream(up)
        up.process.send_signal(signal.SIGINT)
        up.until("stopping")
        up.process.send_signal(signal.SIGINT)
        self.assertEqual(up.process.wait(timeout=60), -signal.SIGINT)
        stream.close()

    def test_state_is_kept_from_one_run_to_the_next(self):
        self.application.write(CHAT, EMBED, CATALOG, HELP)
        up = Up(self.application)
        status, text = up.request("POST", "/v1/assistants/help/messages",
                                  {"message": "a jacket", "user": "ann"})
        self.assertEqual(status, 200, text)
        self.assertEqual(up.end(), 0)
        up = Up(self.application)
        sessions = up.get("/v1/assistants/help/sessions?user=ann")["data"]
        self.assertEqual(len(sessions), 1)
        self.assertEqual(up.end(), 0)


if __name__ == "__main__":
    unittest.main()

"""What `argosy tune` does with good data and with bad, and what it leaves behind."""
import json
import pathlib
import shutil
import subprocess
import unittest
import urllib.request

from fixtures import ARGOSY, Tuning, argosy, environment


def ask(url, model):
    request = urllib.request.Request(
        url + "/v1/chat/completions", headers={"Content-Type": "application/json"},
        data=json.dumps({"model": model, "temperature": 0, "max_tokens": 24, "messages": [
            {"role": "user", "content": "How many points do I earn for each dollar?"}]}).encode())
    return json.load(urllib.request.urlopen(request, timeout=60))["choices"][0]["message"]["content"]


class Running(Tuning):
    def test_the_loyalty_programme_is_learnt_and_served(self):
        summary = self.tuned("faq", "--eval", self.few, "--max-steps", "8", "--exact-answers",
                             "--eval-every", "4")
        self.assertEqual(summary["outcome"], "done")
        self.assertEqual(summary["steps"], 8)
        self.assertLess(summary["after"]["loss"], summary["before"]["loss"])
        self.assertEqual(summary["after"]["questions"], 12)
        self.assertEqual(summary["before"]["exact_answers"], 0)
        out = self.path / "faq"
        self.assertEqual(summary, self.summary("faq"))
        self.assertEqual((out / "loss.png").read_bytes()[:4], b"\x89PNG")
        config = json.loads((out / "adapter" / "adapter_config.json").read_text())
        self.assertEqual((config["peft_type"], config["r"]), ("LORA", 4))
        events = [json.loads(line) for line in (out / "log.jsonl").read_text().splitlines()]
        steps = [e["step"] for e in events if "train/loss" in e.get("metrics", {})]
        self.assertEqual(steps, list(range(1, 9)))
        evaluations = [e["step"] for e in events if "eval/loss" in e.get("metrics", {})]
        self.assertEqual(evaluations, [0, 4, 8])
        self.assertEqual(events[-1]["status"], "FINISHED")
        self.serve_and_compare(out / "adapter")

    def test_what_is_learnt_by_heart_is_answered_exactly(self):
        """So training and serving agree on how a conversation is written."""
        three = self.path / "three.jsonl"
        three.write_text("".join(self.few.read_text().splitlines(True)[:3]))
        for name, options in (("heart", ["--method", "full", "--quant", "f32"]), ("lora", [])):
            summary = self.tuned(name, "--eval", three, "--epochs", "100", "--exact-answers",
                                 "--learning-rate", "2e-2" if name == "lora" else "5e-3",
                                 "--eval-every", "1000", *options, data=three)
            self.assertEqual(summary["before"]["exact_answers"], 0)
            self.assertEqual(summary["after"]["exact_answers"], 3, summary["after"])

    def serve_and_compare(self, adapter):
        server = subprocess.Popen(
            [ARGOSY, "serve", "--model", str(self.base), "--port", "0", "--lora", f"faq={adapter}",
             "--threads", "2", "-o", "json"],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment())
        try:
            about = json.loads(server.stdout.readline())
            self.assertNotEqual(ask(about["url"], about["model"]), ask(about["url"], "faq"))
        finally:
            server.terminate()
            server.wait()
            server.stdout.close()

    def test_bad_rows_are_all_named_and_nothing_is_started(self):
        bad = self.path / "bad.jsonl"
        good = '{"prompt": "Q", "completion": "A"}'
        bad.write_text(f'{good}\n{{"prompt": "Q"}}\n{good}\nno json\n'
                       '{"messages": [{"role": "asistant", "content": "x"}]}\n')
        result = self.tune("never", data=bad)
        self.assertEqual(result.returncode, 1)
        self.assertIn("3 bad rows in the training data; nothing was started", result.stderr)
        for line in (2, 4, 5):
            self.assertIn(f"bad.jsonl:{line}: ", result.stderr)
        self.assertFalse((self.path / "never").exists())

    def test_personal_data_is_told_by_line_and_never_printed(self):
        data = self.path / "personal.jsonl"
        rows = [{"prompt": f"Question {i}?", "completion": f"Answer {i}."} for i in range(8)]
        rows[3]["completion"] = "Write to jane.doe@example.org or call +44 20 7946 0958."
        data.write_text("".join(json.dumps(row) + "\n" for row in rows))
        plain = self.tune("plain", "--dry-run", data=data)
        self.assertIn("personal data is trained on as it is; --mask-pii replaces it", plain.stdout)
        masked = self.tune("masked", "--mask-pii", "--max-steps", "2", data=data)
        self.assertIn("masked: 2 personal values", masked.stdout)
        for result in (plain, masked):
            self.assertEqual(result.returncode, 0, result.stderr)
            self.assertIn("personal.jsonl:4", result.stdout)
        written = [p.read_bytes() for p in (self.path / "masked").rglob("*") if p.is_file()]
        for secret in ("jane.doe", "7946"):
            self.assertNotIn(secret, plain.stdout + plain.stderr + masked.stdout + masked.stderr)
            self.assertFalse([text for text in written if secret.encode() in text])
        self.assertFalse((self.path / "plain").exists())

    def test_another_run_is_not_overwritten_unasked(self):
        self.tuned("taken", "--max-steps", "1")
        result = self.tune("taken", "--max-steps", "1", "-o", "json")
        self.assertEqual(result.returncode, 1)
        self.assertEqual(json.loads(result.stdout)["error"]["code"], "already_exists")
        self.assertIn("--resume goes on with it, --overwrite removes it", result.stderr)
        self.tuned("taken", "--max-steps", "2", "--overwrite")

    def test_it_stops_early_where_evaluation_no_longer_improves(self):
        summary = self.tuned("early", "--eval", self.few, "--max-steps", "60", "--eval-every", "1",
                             "--patience", "1", "--learning-rate", "0.3")
        self.assertEqual(summary["outcome"], "early")
        self.assertLess(summary["steps"], 60)

    def test_full_training_gives_a_model_and_lora_a_merged_one_or_gguf(self):
        for name, arguments in (
            ("full", ["--method", "full", "--quant", "q8_0"]),
            ("merged", ["--format", "merged", "--quant", "q4_0"]),
            ("gguf", ["--format", "gguf", "--method", "qlora", "--quant", "f16"]),
        ):
            summary = self.tuned(name, "--max-steps", "1", *arguments)
            about = argosy("inspect", summary["result"], "-o", "json")
            self.assertEqual(about.returncode, 0, about.stderr)
            types = json.loads(about.stdout)["types"]
            self.assertIn({"full": "Q8_0", "merged": "Q4_0", "gguf": "F16"}[name], types)

    def test_an_embedder_learns_from_pairs(self):
        model = self.path / "embedder.gguf"
        made = argosy("make-model", model, "--arch", "bert", "--quant", "f32", "--layers", "2")
        self.assertEqual(made.returncode, 0, made.stderr)
        summary = self.tuned("embed", "--model", model, "--task", "embed", "--eval-share", "0.2",
                             "--max-steps", "40", "--batch-size", "8", "--warmup", "4",
                             "--learning-rate", "3e-4", data="pairs.jsonl")
        self.assertLess(summary["after"]["loss"], summary["before"]["loss"])
        self.assertTrue(summary["result"].endswith("model.gguf"))

    def test_csv_columns_are_mapped(self):
        data = self.path / "faq.csv"
        data.write_text("Frage,Antwort\nWho?,Me\nWhere?,Here\nWhen?,Now\n")
        summary = self.tuned("csv", "--columns", "prompt=Frage,completion=Antwort", "--eval-share",
                             "0", "--max-steps", "1", "--packing", "--bf16",
                             "--gradient-checkpointing", data=data)
        self.assertEqual(summary["data"]["rows"], {"train": 3, "eval": 0})


class CommandLine(Tuning):
    def test_options_come_from_environment_and_file_too(self):
        config = self.path / "config.yaml"
        config.write_text("tune:\n  rank: 2\n  max-steps: 3\n  packing: true\n")
        result = argosy("tune", self.base, "--data", self.few, "--out", self.path / "configured",
                        "--config", config, "--threads", "1", "-o", "json", "--eval-share", "0",
                        env={"ARGOSY_TUNE_MAX_STEPS": "2"})
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertEqual(json.loads(result.stdout)["steps"], 2)
        log = (self.path / "configured" / "log.jsonl").read_text()
        self.assertIn('"rank":"2"', log)
        self.assertIn('"packing":"true"', log)

    def test_wrong_options_are_said(self):
        for arguments, words in ((["--method", "full", "--format", "peft"], "has to be merged"),
                                 (["--rank", "0"], "rank is 0, must be 1 to 1024"),
                                 (["--target-modules", "q_prj"], "no projection")):
            result = self.tune("wrong", "--overwrite", *arguments)
            self.assertEqual(result.returncode, 1)
            self.assertIn(words, result.stderr)

    def test_a_missing_trainer_is_said_with_what_helps(self):
        alone = self.path / "alone"
        alone.mkdir()
        shutil.copy(ARGOSY, alone / "argosy")
        result = subprocess.run(
            [alone / "argosy", "tune", "m.gguf", "--data", "d", "--out", "o"], text=True,
            capture_output=True, env=environment({"PATH": "/usr/bin:/bin"}))
        self.assertEqual(result.returncode, 1)
        self.assertIn("install libtorch-dev and build the target argosy-train", result.stderr)

    def test_argosy_itself_is_free_of_libtorch(self):
        # Names of libraries only: an address that ldd prints may well hold "c10".
        linked = subprocess.run(["ldd", ARGOSY], capture_output=True, text=True).stdout
        self.assertNotRegex(linked, r"lib(torch|c10)")
        trainer = pathlib.Path(ARGOSY).parent / "argosy-train"
        linked = subprocess.run(["ldd", trainer], capture_output=True, text=True).stdout
        self.assertRegex(linked, r"libtorch")


if __name__ == "__main__":
    unittest.main()

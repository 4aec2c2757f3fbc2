"""What users of other servers complain of does not happen: a model that does not fit, a CPU without
the fast instructions, a broken chat template, each said at start with what would help."""
import os
import pathlib
import re
import subprocess
import tempfile
import unittest

ARGOSY = os.environ["ARGOSY"]


def run(*arguments, through=()):
    return subprocess.run([*through, ARGOSY, *arguments], capture_output=True, text=True)


class Errors(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.model = pathlib.Path(folder.name) / "m.gguf"
        self.assertEqual(run("make-model", self.model, "--arch", "llama", "--quant", "q8_0")
                         .returncode, 0)

    def answer(self, *options, **keywords):
        return run("run", self.model, "Hello", "--max-tokens", "4", "--seed", "1", *options,
                   **keywords)

    def test_a_model_that_does_not_fit_is_refused_with_the_arithmetic(self):
        result = self.answer("--memory-limit", "20MiB")
        self.assertEqual(result.returncode, 1)
        self.assertRegex(result.stderr, r"does not fit in memory: weights [\d.]+ \w+ \+ KV cache "
                         r"[\d.]+ \w+ .* \+ buffers [\d.]+ MiB = [\d.]+ MiB of 20.0 MiB free")
        self.assertIn("it needs a machine with", result.stderr)

    def test_a_context_that_does_not_fit_says_which_would(self):
        result = self.answer("--memory-limit", "40MiB", "--context", "2000000")
        self.assertEqual(result.returncode, 1)
        self.assertRegex(result.stderr, r"does not fit in memory: .*; what would fit: a context of [\d,]+ tokens")

    @unittest.skipIf(os.environ.get("ARGOSY_SANITIZE"), "sanitizers do not run under qemu")
    def test_a_cpu_without_avx2_works_and_says_that_it_is_slow(self):
        result = self.answer(through=("qemu-x86_64", "-cpu", "Nehalem"))
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn("slow machine", result.stderr)
        self.assertIn("shows no AVX2", result.stderr)
        self.assertIn('kernels="portable kernels', result.stderr)

    def test_the_kernels_in_use_are_said_at_start(self):
        self.assertRegex(self.answer().stderr, r'kernels="[\w-]+ kernels \(')

    def test_a_models_broken_chat_template_falls_back_loudly(self):
        data = self.model.read_bytes()
        at = data.index(b"tokenizer.chat_template")
        broken = re.sub(rb"\{%-? *for", lambda m: b"{%" + b"?" * (len(m[0]) - 2), data[at:], count=1)
        self.assertNotEqual(broken, data[at:])
        self.model.write_bytes(data[:at] + broken)
        result = self.answer()
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertRegex(result.stderr, r"warn +chat template .*reason=")

    def test_a_broken_template_of_the_users_own_is_refused_with_its_line(self):
        template = self.model.with_name("bad.jinja")
        template.write_text("{{ messages }}\n{% for %}")
        result = self.answer("--chat-template", template)
        self.assertEqual(result.returncode, 1)
        self.assertIn("--chat-template: chat template line 2", result.stderr)


if __name__ == "__main__":
    unittest.main()

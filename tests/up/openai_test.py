"""OpenAI's client against the models and assistants of `argosy up`."""
import unittest

import openai

from running import CATALOG, CHAT, EMBED, HELP, Application, Up


class OpenAI(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.application = Application()
        cls.application.write(CHAT, EMBED, CATALOG, HELP)
        cls.up = Up(cls.application)
        cls.client = openai.OpenAI(base_url=cls.up.url + "/v1", api_key="none", max_retries=0)

    @classmethod
    def tearDownClass(cls):
        cls.client.close()
        status = cls.up.end()
        cls.application.cleanup()
        assert status == 0, status

    def ask(self, model, **more):
        return self.client.chat.completions.create(
            model=model, messages=[{"role": "user", "content": "A blue jacket?"}], **more)

    def test_a_model_and_an_assistant_chat(self):
        model = self.ask("chat", max_tokens=5)
        self.assertIn(model.usage.completion_tokens, range(1, 6))
        self.assertEqual(model.model, "chat")
        self.assertEqual(self.ask("help").model, "help")

    def test_both_stream(self):
        for name in ("chat", "help"):
            chunks = list(self.ask(name, stream=True))
            self.assertTrue(any(chunk.choices and chunk.choices[0].finish_reason
                                for chunk in chunks), name)

    def test_the_embedding_model_is_listed_and_embeds(self):
        self.assertEqual({model.id for model in self.client.models.list()},
                         {"chat", "embed", "help"})
        self.assertTrue(self.client.embeddings.create(model="embed", input="x").data[0].embedding)

    def test_an_unknown_model_is_not_found(self):
        with self.assertRaises(openai.NotFoundError):
            self.ask("none")


if __name__ == "__main__":
    unittest.main()

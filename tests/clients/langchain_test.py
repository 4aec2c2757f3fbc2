"""LangChain's OpenAI integration against `argosy serve`."""
import unittest
from typing import Literal

from langchain_core.messages import HumanMessage, ToolMessage
from langchain_core.tools import tool
from langchain_openai import ChatOpenAI, OpenAIEmbeddings
from pydantic import BaseModel

from server import Server


@tool
def find_product(kind: Literal["bag", "hat"], in_stock: bool) -> str:
    """Finds a product of the shop."""
    return f"a {kind}"


class Choice(BaseModel):
    """A choice."""

    kind: Literal["bag", "hat"]
    gift: bool


class LangChain(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server("--context", "2048")
        cls.model = ChatOpenAI(model=cls.server.model, base_url=cls.server.url + "/v1", api_key="none",
                               max_tokens=600, seed=5, max_retries=0)

    @classmethod
    def tearDownClass(cls):
        cls.server.stop()

    def test_invoke_and_stream_agree(self):
        model = self.model.bind(max_tokens=10)
        whole = model.invoke("Hello")
        self.assertEqual("".join(c.content for c in model.stream("Hello")), whole.content)
        self.assertGreater(whole.usage_metadata["input_tokens"], 0)

    def test_tools(self):
        model = self.model.bind_tools([find_product], tool_choice="any", parallel_tool_calls=False)
        answer = model.invoke("I need something for the rain")
        call = answer.tool_calls[0]
        self.assertEqual(call["name"], "find_product")
        result = find_product.invoke(call["args"])
        history = [HumanMessage("I need something"), answer, ToolMessage(result, tool_call_id=call["id"])]
        self.assertTrue(self.model.bind(max_tokens=5).invoke(history).response_metadata)

    def test_structured_output(self):
        for method in ("json_schema", "function_calling"):
            with self.subTest(method):
                model = self.model.with_structured_output(Choice, method=method)
                self.assertIsInstance(model.invoke("A gift"), Choice)

    def test_batch(self):
        self.assertEqual(len(self.model.bind(max_tokens=4).batch(["a", "b", "c"])), 3)


class LangChainEmbeddings(unittest.TestCase):
    def test_documents_and_query(self):
        server = Server(arch="bert")
        try:
            # Without check_embedding_ctx_length LangChain would tokenise by tiktoken's own files.
            model = OpenAIEmbeddings(model=server.model, base_url=server.url + "/v1", api_key="none",
                                     check_embedding_ctx_length=False)
            documents = model.embed_documents(["a red bag", "a hat"])
            query = model.embed_query("a red bag")
            self.assertEqual(len(documents), 2)
            for x, y in zip(documents[0], query):
                self.assertAlmostEqual(x, y, places=5)
        finally:
            server.stop()


if __name__ == "__main__":
    unittest.main()

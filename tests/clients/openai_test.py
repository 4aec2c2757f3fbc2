"""The openai library against `argosy serve`."""
import json
import threading
import time
import unittest
from typing import Literal

import openai
from pydantic import BaseModel, Field

from server import Server

WEATHER = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "The weather of a city",
        "parameters": {
            "type": "object",
            "properties": {"city": {"enum": ["Paris", "Rome"]}, "celsius": {"type": "boolean"}},
            "required": ["city", "celsius"],
        },
    },
}
HELLO = [{"role": "user", "content": "Hello there"}]


class Product(BaseModel):
    name: str = Field(max_length=8)
    kind: Literal["bag", "hat"]
    in_stock: bool


class WithServer(unittest.TestCase):
    options = ("--context", "2048")
    arch = "qwen3"

    @classmethod
    def setUpClass(cls):
        cls.server = Server(*cls.options, arch=cls.arch)
        cls.client = openai.OpenAI(base_url=cls.server.url + "/v1", api_key="none", max_retries=0)

    @classmethod
    def tearDownClass(cls):
        cls.client.close()
        assert cls.server.stop() == 0, "serve did not end well"

    def chat(self, **fields):
        fields = {"model": self.server.model, "messages": HELLO, "max_tokens": 12, "seed": 7, **fields}
        return self.client.chat.completions.create(**fields)


class Chat(WithServer):
    def test_answers_with_usage(self):
        answer = self.chat()
        self.assertEqual(answer.object, "chat.completion")
        self.assertEqual(answer.choices[0].message.role, "assistant")
        self.assertTrue(answer.choices[0].message.content)
        self.assertIn(answer.choices[0].finish_reason, ("stop", "length"))
        self.assertLessEqual(answer.usage.completion_tokens, 12)
        self.assertEqual(answer.usage.total_tokens,
                         answer.usage.prompt_tokens + answer.usage.completion_tokens)

    def test_streams_the_same_text_with_usage_last(self):
        whole = self.chat()
        chunks = list(self.chat(stream=True, stream_options={"include_usage": True}))
        text = "".join(c.choices[0].delta.content or "" for c in chunks if c.choices)
        self.assertEqual(text, whole.choices[0].message.content)
        self.assertEqual(chunks[0].choices[0].delta.role, "assistant")
        self.assertEqual(chunks[-1].choices, [])
        self.assertEqual(chunks[-1].usage.completion_tokens, whole.usage.completion_tokens)
        self.assertEqual(len({c.id for c in chunks}), 1)

    def test_choices_differ_and_the_first_is_that_of_one(self):
        two = self.chat(n=2)
        self.assertEqual([c.index for c in two.choices], [0, 1])
        self.assertNotEqual(two.choices[0].message.content, two.choices[1].message.content)
        self.assertEqual(two.choices[0].message.content, self.chat().choices[0].message.content)

    def test_logprobs_are_of_each_token_and_sorted(self):
        answer = self.chat(logprobs=True, top_logprobs=3, temperature=0)
        tokens = answer.choices[0].logprobs.content
        self.assertEqual(len(tokens), answer.usage.completion_tokens)
        for token in tokens:
            top = [t.logprob for t in token.top_logprobs]
            self.assertEqual(len(top), 3)
            self.assertEqual(top, sorted(top, reverse=True))
            self.assertAlmostEqual(token.logprob, top[0], places=5)

    def test_stops_before_a_stop_string(self):
        content = self.chat(temperature=0, max_tokens=16).choices[0].message.content
        stop = next(c for c in content[3:] if c != "\ufffd")
        answer = self.chat(temperature=0, max_tokens=16, stop=[stop])
        self.assertEqual(answer.choices[0].message.content, content[: content.index(stop)])
        self.assertEqual(answer.choices[0].finish_reason, "stop")

    def test_second_turn_finds_its_prefix_in_the_cache(self):
        messages = [{"role": "user", "content": "a long beginning " * 20}]
        self.chat(messages=messages)
        again = self.chat(messages=messages)
        self.assertGreater(again.usage.prompt_tokens_details.cached_tokens, 0)

    def test_many_at_once_get_what_each_gets_alone(self):
        prompts = [[{"role": "user", "content": f"number {i}"}] for i in range(12)]
        alone = [self.chat(messages=m).choices[0].message.content for m in prompts]
        together = [None] * len(prompts)

        def ask(i):
            together[i] = self.chat(messages=prompts[i]).choices[0].message.content

        threads = [threading.Thread(target=ask, args=(i,)) for i in range(len(prompts))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(together, alone)

    def test_leaving_a_stream_ends_its_generation(self):
        stream = self.chat(stream=True, max_tokens=1800, extra_body={"ignore_eos": True})
        next(iter(stream))
        stream.close()
        deadline = time.monotonic() + 30
        while self.server.metric("vllm:num_requests_running") > 0:
            self.assertLess(time.monotonic(), deadline, "the generation went on")
            time.sleep(0.05)


class Structure(WithServer):
    def test_a_schema_is_kept(self):
        answer = self.client.chat.completions.parse(
            model=self.server.model, messages=HELLO, response_format=Product, max_tokens=600)
        self.assertIsInstance(answer.choices[0].message.parsed, Product)

    def test_json_object(self):
        schema = {"type": "json_object"}
        answer = self.chat(response_format=schema, max_tokens=600, temperature=0.5,
                           logit_bias={}).choices[0]
        if answer.finish_reason == "stop":
            self.assertIsInstance(json.loads(answer.message.content), dict)
        self.assertEqual(answer.message.content.lstrip()[0], "{")

    def test_regex_and_choice_as_vllm_has_them(self):
        body = {"structured_outputs": {"regex": "[ab]{3}"}}
        self.assertRegex(self.chat(extra_body=body).choices[0].message.content, "^[ab]{3}$")
        body = {"guided_choice": ["yes", "no"]}
        self.assertIn(self.chat(extra_body=body).choices[0].message.content, ("yes", "no"))

    def check_call(self, name, arguments):
        self.assertEqual(name, "get_weather")
        arguments = json.loads(arguments)
        self.assertIn(arguments["city"], ("Paris", "Rome"))
        self.assertIsInstance(arguments["celsius"], bool)

    def call(self, **fields):
        return self.chat(tools=[WEATHER], tool_choice="required", parallel_tool_calls=False,
                         max_tokens=600, **fields)

    def test_a_tool_is_called_and_its_result_taken(self):
        answer = self.call().choices[0]
        self.assertEqual(answer.finish_reason, "tool_calls")
        call = answer.message.tool_calls[0]
        self.check_call(call.function.name, call.function.arguments)
        messages = HELLO + [answer.message, {"role": "tool", "tool_call_id": call.id, "content": "21"}]
        self.assertTrue(self.chat(messages=messages, tools=[WEATHER]).choices[0].finish_reason)

    def test_a_tool_call_streams(self):
        name, arguments, finish = "", "", None
        for chunk in self.call(stream=True):
            for call in chunk.choices[0].delta.tool_calls or []:
                name += call.function.name or ""
                arguments += call.function.arguments or ""
            finish = chunk.choices[0].finish_reason or finish
        self.check_call(name, arguments)
        self.assertEqual(finish, "tool_calls")

    def test_a_named_function_is_called(self):
        other = {"type": "function", "function": {"name": "other"}}
        answer = self.chat(tools=[other, WEATHER], max_tokens=600,
                           tool_choice={"type": "function", "function": {"name": "get_weather"}})
        call = answer.choices[0].message.tool_calls[0]
        self.check_call(call.function.name, call.function.arguments)


class Completions(WithServer):
    def complete(self, **fields):
        return self.client.completions.create(
            **{"model": self.server.model, "prompt": "once upon", "max_tokens": 6, "seed": 3, **fields})

    def test_several_prompts_and_choices(self):
        answer = self.complete(prompt=["one", "two"], n=2)
        self.assertEqual([c.index for c in answer.choices], [0, 1, 2, 3])

    def test_stream_gives_the_same_text(self):
        text = "".join(c.choices[0].text for c in self.complete(stream=True))
        self.assertEqual(text, self.complete().choices[0].text)

    def test_echo_with_logprobs(self):
        choice = self.complete(echo=True, logprobs=2, temperature=0).choices[0]
        self.assertTrue(choice.text.startswith("once upon"))
        self.assertIsNone(choice.logprobs.token_logprobs[0])
        self.assertEqual(len(choice.logprobs.tokens), len(choice.logprobs.token_logprobs))
        self.assertEqual(choice.logprobs.text_offset[0], 0)

    def test_token_ids_as_a_prompt(self):
        self.assertEqual(self.complete(prompt=[5, 6, 7]).usage.prompt_tokens, 3)


class Responses(WithServer):
    def ask(self, **fields):
        return self.client.responses.create(
            **{"model": self.server.model, "input": "Hello", "max_output_tokens": 8, **fields})

    def test_answers(self):
        answer = self.ask(instructions="Be brief")
        self.assertEqual(answer.object, "response")
        self.assertTrue(answer.output_text)
        self.assertEqual(answer.instructions, "Be brief")

    def test_goes_on_from_a_stored_one(self):
        first = self.ask()
        second = self.ask(previous_response_id=first.id, input="And then?")
        self.assertGreater(second.usage.input_tokens, first.usage.input_tokens)
        self.assertEqual(self.client.responses.retrieve(first.id).id, first.id)
        self.client.responses.delete(first.id)
        with self.assertRaises(openai.NotFoundError):
            self.ask(previous_response_id=first.id)

    def test_streams_typed_events(self):
        text, last = "", None
        for number, event in enumerate(self.ask(stream=True)):
            self.assertEqual(event.sequence_number, number)
            if event.type == "response.output_text.delta":
                text += event.delta
            last = event
        self.assertIn(last.type, ("response.completed", "response.incomplete"))
        self.assertEqual(last.response.output_text, text)

    def test_calls_a_function(self):
        tool = {"type": "function", **WEATHER["function"]}
        answer = self.ask(tools=[tool], tool_choice="required", parallel_tool_calls=False,
                          max_output_tokens=600)
        call = next(item for item in answer.output if item.type == "function_call")
        self.assertIn(json.loads(call.arguments)["city"], ("Paris", "Rome"))
        answer = self.ask(input=[{"role": "user", "content": "Hello"}, call.model_dump(),
                                 {"type": "function_call_output", "call_id": call.call_id,
                                  "output": "21"}])
        self.assertEqual(answer.error, None)

    def test_keeps_a_schema(self):
        answer = self.client.responses.parse(model=self.server.model, input="A hat", text_format=Product,
                                             max_output_tokens=600)
        self.assertIsInstance(answer.output_parsed, Product)


class Embeddings(WithServer):
    options = ()
    arch = "bert"

    def test_floats_and_base64_are_the_same_and_of_length_one(self):
        fields = {"model": self.server.model, "input": ["a red bag", "a hat"]}
        packed = self.client.embeddings.create(**fields)  # the library asks for base64
        plain = self.client.embeddings.create(**fields, encoding_format="float")
        self.assertEqual(len(packed.data), 2)
        for a, b in zip(packed.data, plain.data):
            self.assertEqual(len(a.embedding), len(b.embedding))
            for x, y in zip(a.embedding, b.embedding):
                self.assertAlmostEqual(x, y, places=6)
            self.assertAlmostEqual(sum(x * x for x in b.embedding), 1, places=4)

    def test_generating_with_it_is_refused(self):
        with self.assertRaisesRegex(openai.BadRequestError, "generates no text"):
            self.client.chat.completions.create(model=self.server.model, messages=HELLO)


class Refusals(WithServer):
    options = ("--context", "512", "--max-running", "1", "--max-queued", "1")

    def test_unknown_model(self):
        with self.assertRaises(openai.NotFoundError) as caught:
            self.chat(model="gpt-none")
        self.assertEqual(caught.exception.code, "model_not_found")
        self.assertIn(self.server.model, caught.exception.message)

    def test_bad_parameters_are_named(self):
        for fields, word in [({"temperature": -1}, "temperature"), ({"top_p": 0}, "top_p"),
                             ({"messages": []}, "messages"), ({"n": 0}, "n is 0"),
                             ({"top_logprobs": 3}, "top_logprobs"),
                             ({"response_format": {"type": "x"}}, "response_format"),
                             ({"messages": [{"role": "wizard", "content": "x"}]}, "role"),
                             ({"tools": [{"type": "function"}]}, "tools"),
                             ({"stop": 3}, "stop"), ({"logit_bias": {"x": 1}}, "logit_bias")]:
            with self.subTest(fields), self.assertRaisesRegex(openai.BadRequestError, word):
                self.chat(**fields)

    def test_a_prompt_beyond_the_context_is_refused_with_the_numbers(self):
        with self.assertRaisesRegex(openai.BadRequestError, "512"):
            self.chat(messages=[{"role": "user", "content": "word " * 900}])

    def test_a_full_queue_is_429(self):
        body = {"ignore_eos": True}
        streams, refused = [], None
        for _ in range(6):
            try:
                streams.append(self.chat(stream=True, max_tokens=400, extra_body=body, timeout=60))
            except openai.RateLimitError as error:
                refused = error
                break
            except openai.APITimeoutError:
                break
            if len(streams) == 1:
                threads = [threading.Thread(target=self.swallow, daemon=True) for _ in range(6)]
                for thread in threads:
                    thread.start()
                for thread in threads:
                    thread.join()
                refused = self.refused
                break
        for stream in streams:
            stream.close()
        self.assertIsNotNone(refused)
        self.assertEqual(refused.response.headers["retry-after"], "1")

    refused = None

    def swallow(self):
        try:
            self.chat(max_tokens=400, extra_body={"ignore_eos": True})
        except openai.RateLimitError as error:
            Refusals.refused = error

    def test_no_json(self):
        response = self.client._client.post(self.server.url + "/v1/chat/completions", content="{")
        self.assertEqual(response.status_code, 400)
        self.assertEqual(response.json()["error"]["type"], "invalid_request_error")


class Keys(unittest.TestCase):
    def test_without_the_key_nobody_gets_in(self):
        server = Server(env={"ARGOSY_SERVE_API_KEY": "sesame"})
        try:
            for key, allowed in [("wrong", False), ("sesame", True)]:
                with openai.OpenAI(base_url=server.url + "/v1", api_key=key, max_retries=0) as client:
                    if allowed:
                        self.assertEqual(client.models.list().data[0].id, server.model)
                        continue
                    with self.assertRaises(openai.AuthenticationError):
                        client.models.list()
            self.assertIn("ok", server.get("/health"))
        finally:
            self.assertEqual(server.stop(), 0)


if __name__ == "__main__":
    unittest.main()

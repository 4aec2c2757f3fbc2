// The openai JavaScript library against `argosy serve` (URL and MODEL from the environment).
import assert from "node:assert/strict";
import test from "node:test";
import OpenAI from "openai";

const model = process.env.MODEL;
const client = new OpenAI({baseURL: process.env.URL + "/v1", apiKey: "none", maxRetries: 0});
const messages = [{role: "user", content: "Hello there"}];
const schema = {
  type: "object",
  properties: {city: {enum: ["Paris", "Rome"]}, celsius: {type: "boolean"}},
  required: ["city", "celsius"],
};

test("answers, and streams the same text", async () => {
  const request = {model, messages, max_tokens: 10, seed: 4};
  const whole = await client.chat.completions.create(request);
  const stream = await client.chat.completions.create({...request, stream: true});
  let text = "";
  for await (const chunk of stream) text += chunk.choices[0]?.delta?.content ?? "";
  assert.equal(text, whole.choices[0].message.content);
  assert.ok(whole.usage.total_tokens > 0);
});

test("calls a tool, streamed by the library's helper", async () => {
  const runner = client.chat.completions.stream({
    model, messages, max_tokens: 600, tool_choice: "required", parallel_tool_calls: false,
    tools: [{type: "function", function: {name: "get_weather", parameters: schema}}],
  });
  const message = (await runner.finalChatCompletion()).choices[0].message;
  assert.equal(message.tool_calls[0].function.name, "get_weather");
  assert.ok(["Paris", "Rome"].includes(JSON.parse(message.tool_calls[0].function.arguments).city));
});

test("keeps a schema", async () => {
  const answer = await client.chat.completions.create({
    model, messages, max_tokens: 600,
    response_format: {type: "json_schema", json_schema: {name: "place", schema, strict: true}},
  });
  assert.equal(typeof JSON.parse(answer.choices[0].message.content).celsius, "boolean");
});

test("streams responses", async () => {
  const stream = await client.responses.create({model, input: "Hi", max_output_tokens: 6, stream: true});
  const types = [];
  for await (const event of stream) types.push(event.type);
  assert.equal(types[0], "response.created");
  assert.match(types.at(-1), /^response\.(completed|incomplete)$/);
});

test("embeds", async () => {
  const answer = await client.embeddings.create({model, input: ["a", "b"]});
  assert.equal(answer.data.length, 2);
  assert.ok(answer.data[0].embedding.every(Number.isFinite));
});

test("an unknown model is a NotFoundError", async () => {
  await assert.rejects(client.chat.completions.create({model: "none", messages}), OpenAI.NotFoundError);
});

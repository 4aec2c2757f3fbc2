// The API's routes over fixed data. A question's words choose what happens to it: "slowly" streams
// until it is stopped, "break" fails midway, "refuse" is answered with an error.
import type { ServerResponse } from "node:http";
import {
  kAnswerPieces,
  kAssistants,
  kJacket,
  kKnowledgeBase,
  kModels,
  kPoncho,
  kResources,
  kSearch,
  metricsText,
  traceOf,
} from "./fixed_data";
import type { Recorded, RecordingServer } from "./recording_server";

type Answer = (
  server: RecordingServer,
  asked: Recorded,
  to: ServerResponse,
  match: string[],
) => unknown;

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

function json(to: ServerResponse, body: unknown, status = 200): void {
  to.writeHead(status, { "Content-Type": "application/json" });
  to.end(JSON.stringify(body));
}

function startSse(to: ServerResponse): (name: string, data: unknown) => void {
  to.writeHead(200, { "Content-Type": "text/event-stream", "Cache-Control": "no-cache" });
  return (name, data) => {
    const event = name ? `event: ${name}\n` : "";
    to.write(`${event}data: ${typeof data === "string" ? data : JSON.stringify(data)}\n\n`);
  };
}

function list(data: unknown[]): object {
  return { object: "list", data };
}

async function streamSlowly(
  server: RecordingServer,
  to: ServerResponse,
  send: (i: number) => void,
) {
  let left = false;
  to.on("close", () => {
    left = true;
  });
  for (let i = 0; i < 600 && !left; i += 1) {
    send(i);
    await sleep(50);
  }
  server.abandoned += 1;
}

const answerMessage: Answer = async (server, asked, to) => {
  const { message, session_id } = JSON.parse(asked.body);
  if (message.includes("refuse")) {
    return json(to, { error: { message: "The model 'shop-chat' is still loading" } }, 503);
  }
  server.lastSession += 1;
  const session = session_id ?? `session-${server.lastSession}`;
  const send = startSse(to);
  send("start", { id: "msg-1", session_id: session });
  if (message.includes("slowly")) {
    return streamSlowly(server, to, (i) => send("text", { text: `word${i} ` }));
  }
  for (const text of kAnswerPieces) {
    send("text", { text });
    await sleep(30);
    if (message.includes("break")) return to.destroy();
  }
  const response = kAnswerPieces.join("");
  const citations = [kJacket, kPoncho];
  remember(server, session, message, response);
  send("done", {
    id: "msg-1",
    object: "assistant.message",
    assistant: "shop",
    session_id: session,
    response,
    citations,
    unknown: false,
    refused: false,
    finish_reason: "stop",
    usage: {
      prompt_tokens: 318,
      completion_tokens: 74,
      total_tokens: 392,
      prompt_tokens_details: { cached_tokens: 96 },
    },
    trace: traceOf(message),
  });
  to.end();
};

function remember(server: RecordingServer, id: string, question: string, answer: string): void {
  const named = [kJacket, kPoncho].map(({ number, id: passage, title, source }) => ({
    number,
    id: passage,
    title,
    source,
  }));
  const session = server.sessions.get(id) ?? { id, used: 0, content: [] };
  session.used = Date.now();
  session.content.push({ role: "user", content: question });
  session.content.push({ role: "assistant", content: answer, extra: { citations: named } });
  server.sessions.set(id, session);
}

const listSessions: Answer = (server, _asked, to) =>
  json(
    to,
    list(
      [...server.sessions.values()]
        .sort((a, b) => b.used - a.used)
        .map(({ id, used, content }) => ({ id, created: used, used, messages: content.length })),
    ),
  );

const oneSession: Answer = (server, asked, to, [, id = ""]) => {
  const session = server.sessions.get(id);
  if (!session) return json(to, { error: { message: `There is no session '${id}'` } }, 404);
  if (asked.method === "DELETE") server.sessions.delete(id);
  json(to, asked.method === "DELETE" ? { id, deleted: true } : { ...session, summary: "" });
};

const completeChat: Answer = async (_server, _asked, to) => {
  const send = startSse(to);
  for (const content of ["Plain ", "models ", "have no sources."]) {
    send("", { choices: [{ index: 0, delta: { content } }] });
    await sleep(20);
  }
  send("", { choices: [], usage: { prompt_tokens: 9, completion_tokens: 5 } });
  send("", "[DONE]");
  to.end();
};

const takeIn: Answer = async (_server, asked, to) => {
  const send = startSse(to);
  const total = asked.body.length;
  if (asked.path.includes(".exe")) {
    send("error", { error: { message: "setup.exe: no loader knows this kind of file" } });
    return to.end();
  }
  for (const part of [0.25, 0.5, 1]) {
    send("progress", {
      documents: Math.round(4 * part),
      done_bytes: total * part,
      total_bytes: total,
    });
    await sleep(120);
  }
  const problems = [{ place: "new.csv:3", message: "2 columns where the header has 3" }];
  send("done", { added: 3, changed: 1, unchanged: 0, deleted: 0, problems });
  to.end();
};

function documents(server: RecordingServer, from: number): object {
  const all = Array.from({ length: 60 }, (_, i) => ({
    id: `P-${1000 + i}`,
    source: `catalog.csv#row=${i + 1}`,
    title: i === 0 ? "Ridgeline Rain Jacket" : `Product ${1000 + i}`,
    chunks: 1,
  })).filter((one) => !server.deletedDocuments.has(one.id));
  const next = from + 50 < all.length ? String(from + 50) : null;
  return { data: all.slice(from, from + 50), next };
}

const kBase = "/v1/knowledge_bases";
const kRoutes: [string, RegExp, Answer][] = [
  ["GET", /^\/v1\/assistants$/, (_s, _a, to) => json(to, list(kAssistants))],
  ["POST", /^\/v1\/assistants\/shop\/messages$/, answerMessage],
  ["GET", /^\/v1\/assistants\/shop\/sessions\?user=.+/, listSessions],
  ["*", /^\/v1\/assistants\/shop\/sessions\/([^?]+)\?user=.+/, oneSession],
  ["GET", /^\/v1\/models$/, (_s, _a, to) => json(to, list(kModels))],
  ["POST", /^\/v1\/chat\/completions$/, completeChat],
  ["GET", /^\/v1\/resources$/, (_s, _a, to) => json(to, list(kResources))],
  ["GET", new RegExp(`^${kBase}$`), (_s, _a, to) => json(to, list([kKnowledgeBase]))],
  ["POST", new RegExp(`^${kBase}/catalog/search$`), (_s, _a, to) => json(to, kSearch)],
  ["POST", new RegExp(`^${kBase}/catalog/documents\\?filename=.+`), takeIn],
  [
    "GET",
    new RegExp(`^${kBase}/catalog/documents\\?limit=50(?:&after=(\\d+))?$`),
    (s, _a, to, [, from]) => json(to, documents(s, Number(from ?? 0))),
  ],
  [
    "DELETE",
    new RegExp(`^${kBase}/catalog/documents/(.+)$`),
    (s, _a, to, [, id = ""]) => {
      s.deletedDocuments.add(id);
      json(to, { id, deleted: true });
    },
  ],
];

export async function answerApi(
  server: RecordingServer,
  asked: Recorded,
  to: ServerResponse,
): Promise<void> {
  if (asked.path === "/metrics") {
    server.looks += 1;
    to.writeHead(200, { "Content-Type": "text/plain; version=0.0.4" });
    return void to.end(metricsText(server.looks));
  }
  for (const [method, pattern, answer] of kRoutes) {
    const match = pattern.exec(asked.path);
    if (match && (method === "*" || method === asked.method)) {
      await answer(server, asked, to, match);
      return;
    }
  }
  json(to, { error: { message: `There is no ${asked.method} ${asked.path}` } }, 404);
}

// Assistants and their sessions.
import { ApiError, getJson, segment, sendJson, streamEvents } from "./client";
import type {
  AssistantInfo,
  AssistantMessage,
  ModelInfo,
  ResourceInfo,
  SessionInfo,
  StoredSession,
} from "./types";
import { userId } from "./user";

type List<T> = { data: T[] };

/** An `argosy serve` without assistants has no such route: an empty list. */
async function listOrNone<T>(path: string): Promise<T[]> {
  try {
    return (await getJson<List<T>>(path)).data;
  } catch (error) {
    if (error instanceof ApiError && error.absent) return [];
    throw error;
  }
}

export function listAssistants(): Promise<AssistantInfo[]> {
  return listOrNone("v1/assistants");
}

export async function listModels(): Promise<ModelInfo[]> {
  return (await getJson<List<ModelInfo>>("v1/models")).data;
}

export function listResources(): Promise<ResourceInfo[]> {
  return listOrNone("v1/resources");
}

function sessionsPath(assistant: string, session = ""): string {
  const tail = session && `/${segment(session)}`;
  return `v1/assistants/${segment(assistant)}/sessions${tail}?user=${segment(userId())}`;
}

export function listSessions(assistant: string): Promise<SessionInfo[]> {
  return listOrNone(sessionsPath(assistant));
}

export function getSession(assistant: string, session: string): Promise<StoredSession> {
  return getJson(sessionsPath(assistant, session));
}

export function deleteSession(assistant: string, session: string): Promise<unknown> {
  return sendJson("DELETE", sessionsPath(assistant, session));
}

export interface AskHandlers {
  start(session: string): void;
  text(piece: string): void;
}

/** Asks and hears the answer out; what comes back is the whole of it. */
export async function ask(
  assistant: string,
  message: string,
  session: string | null,
  handlers: AskHandlers,
  signal: AbortSignal,
): Promise<AssistantMessage> {
  const json = {
    message,
    user: userId(),
    stream: true,
    trace: true,
    ...(session ? { session_id: session } : {}),
  };
  const path = `v1/assistants/${segment(assistant)}/messages`;
  for await (const event of streamEvents(path, { json, signal })) {
    const data = JSON.parse(event.data);
    if (event.name === "start") handlers.start(data.session_id ?? "");
    else if (event.name === "text") handlers.text(data.text ?? "");
    else if (event.name === "done") return data as AssistantMessage;
    else if (event.name === "error") throw new ApiError(500, data.error?.message ?? "It failed.");
  }
  throw new ApiError(0, "The connection ended before the answer was whole. Try again.");
}

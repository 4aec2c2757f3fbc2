// Requests to the server that the page came from: key, errors in words, JSON and event streams.
import { apiKey, askForKey } from "./key";
import { readEvents, type ServerEvent } from "./sse";

export class ApiError extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
    this.name = "ApiError";
  }
  /** Whether the server has no such route at all: a plain `argosy serve` has no assistants. */
  get absent(): boolean {
    return this.status === 404 || this.status === 405 || this.status === 501;
  }
}

export interface RequestOptions {
  method?: string;
  json?: unknown;
  body?: Blob;
  signal?: AbortSignal;
}

export async function request(path: string, options: RequestOptions = {}): Promise<Response> {
  const key = apiKey();
  const response = await send(path, options, key);
  if (response.status === 401 && (await askForKey(key))) {
    return checked(await send(path, options, apiKey()));
  }
  return checked(response);
}

async function send(path: string, options: RequestOptions, key: string): Promise<Response> {
  const headers = new Headers();
  if (key) headers.set("Authorization", `Bearer ${key}`);
  if (options.json !== undefined) headers.set("Content-Type", "application/json");
  try {
    return await fetch(path, {
      method: options.method ?? "GET",
      headers,
      body: options.json === undefined ? (options.body ?? null) : JSON.stringify(options.json),
      signal: options.signal ?? null,
    });
  } catch (error) {
    if (isAbort(error)) throw error;
    throw new ApiError(0, "The server cannot be reached. Is argosy still running?");
  }
}

async function checked(response: Response): Promise<Response> {
  if (response.ok) return response;
  throw new ApiError(response.status, await messageOf(response));
}

async function messageOf(response: Response): Promise<string> {
  const text = await response.text().catch(() => "");
  try {
    const message: unknown = JSON.parse(text)?.error?.message;
    if (typeof message === "string" && message) return advised(response.status, message);
  } catch {
    // Not JSON: a proxy's page, perhaps.
  }
  return advised(response.status, `The server answered ${response.status}.`);
}

/** What to do about it, where the status tells. */
function advised(status: number, message: string): string {
  const sentence = /[.!?]$/.test(message) ? message : `${message}.`;
  if (status === 401) return `${sentence} Enter the API key under "Key" and try again.`;
  if (status === 413) return `${sentence} Split the file, or put it into the sources on disk.`;
  if (status === 429 || status === 503) return `${sentence} Try again in a moment.`;
  return sentence;
}

export async function getJson<T>(path: string, signal?: AbortSignal): Promise<T> {
  return (await request(path, signal ? { signal } : {})).json() as Promise<T>;
}

export async function sendJson<T>(method: string, path: string, json?: unknown): Promise<T> {
  const text = await (await request(path, { method, json })).text();
  return (text ? JSON.parse(text) : null) as T; // a 204 has none
}

export async function* streamEvents(
  path: string,
  options: RequestOptions,
): AsyncGenerator<ServerEvent> {
  const response = await request(path, { method: "POST", ...options });
  if (!response.body) throw new ApiError(response.status, "The server's answer has no body.");
  try {
    yield* readEvents(response.body);
  } catch (error) {
    if (isAbort(error)) throw error;
    throw new ApiError(0, "The connection broke before the answer was whole. Try again.");
  }
}

export function isAbort(error: unknown): boolean {
  return error instanceof DOMException && error.name === "AbortError";
}

export function errorText(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** A segment of a path. */
export function segment(text: string): string {
  return encodeURIComponent(text);
}

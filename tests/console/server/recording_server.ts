// Answers the console's API with fixed data, records what was asked, and hands all else to the
// program that serves the embedded page: its headers and bytes are the real ones.
import { type ChildProcess, spawn } from "node:child_process";
import {
  createServer,
  type IncomingMessage,
  request,
  type Server,
  type ServerResponse,
} from "node:http";
import type { AddressInfo } from "node:net";
import { answerApi } from "./api";

export interface Recorded {
  method: string;
  path: string;
  body: string;
  key: string;
}

export interface StoredSession {
  id: string;
  used: number;
  content: { role: string; content: string; extra?: object }[];
}

function bodyOf(incoming: IncomingMessage): Promise<string> {
  return new Promise((resolve) => {
    const parts: Buffer[] = [];
    incoming.on("data", (part: Buffer) => parts.push(part));
    incoming.on("end", () => resolve(Buffer.concat(parts).toString("utf8")));
  });
}

async function startPage(program: string): Promise<{ child: ChildProcess; url: string }> {
  const child = spawn(program, { stdio: ["pipe", "pipe", "inherit"] });
  const url = await new Promise<string>((resolve, reject) => {
    child.once("error", reject);
    child.stdout?.once("data", (bytes: Buffer) => resolve(bytes.toString().trim()));
  });
  return { child, url };
}

export class RecordingServer {
  readonly requests: Recorded[] = [];
  readonly sessions = new Map<string, StoredSession>();
  deletedDocuments = new Set<string>();
  requiredKey = "";
  /** Answers that were ended by their reader. */
  abandoned = 0;
  looks = 0;
  lastSession = 0;
  private http: Server | null = null;
  private page: ChildProcess | null = null;
  private pageUrl = "";
  url = "";

  async start(program: string): Promise<void> {
    const { child, url } = await startPage(program);
    this.page = child;
    this.pageUrl = url;
    this.http = createServer((incoming, outgoing) => void this.answer(incoming, outgoing));
    await new Promise<void>((resolve) => this.http?.listen(0, "127.0.0.1", resolve));
    this.url = `http://127.0.0.1:${(this.http.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.page?.stdin?.end();
    this.http?.closeAllConnections();
    await new Promise((resolve) => this.http?.close(resolve));
  }

  /** As it was at the start. */
  reset(): void {
    this.requests.length = 0;
    this.sessions.clear();
    this.deletedDocuments.clear();
    this.requiredKey = "";
    this.abandoned = 0;
  }

  asked(method: string, path: string): Recorded[] {
    return this.requests.filter((one) => one.method === method && one.path.startsWith(path));
  }

  private async answer(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const path = incoming.url ?? "/";
    if (!path.startsWith("/v1/") && path !== "/metrics") return this.passOn(incoming, outgoing);
    const key = (incoming.headers.authorization ?? "").replace(/^Bearer /, "");
    const recorded = { method: incoming.method ?? "", path, body: await bodyOf(incoming), key };
    this.requests.push(recorded);
    if (path.startsWith("/v1/") && this.requiredKey && key !== this.requiredKey) {
      outgoing.writeHead(401, { "Content-Type": "application/json" });
      return void outgoing.end('{"error":{"message":"A valid API key is needed"}}');
    }
    await answerApi(this, recorded, outgoing);
  }

  private passOn(incoming: IncomingMessage, outgoing: ServerResponse): void {
    const { method, headers, url } = incoming;
    const onward = request(`${this.pageUrl}${url}`, { method, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    });
    onward.on("error", () => outgoing.destroy());
    incoming.pipe(onward);
  }
}

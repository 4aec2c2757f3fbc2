// Knowledge bases: what is in them, search, ingest, deletion.
import { ApiError, getJson, segment, sendJson, streamEvents } from "./client";
import type {
  DocumentInfo,
  IngestProgress,
  IngestReport,
  KnowledgeBaseInfo,
  SearchAnswer,
} from "./types";

const kRoot = "v1/knowledge_bases";

export async function listKnowledgeBases(): Promise<KnowledgeBaseInfo[]> {
  try {
    return (await getJson<{ data: KnowledgeBaseInfo[] }>(kRoot)).data;
  } catch (error) {
    if (error instanceof ApiError && error.absent) return [];
    throw error;
  }
}

export function search(name: string, query: string, limit = 20): Promise<SearchAnswer> {
  return sendJson("POST", `${kRoot}/${segment(name)}/search`, { query, limit });
}

export interface DocumentPage {
  data: DocumentInfo[];
  next: string | null;
}

export function listDocuments(name: string, after: string | null): Promise<DocumentPage> {
  const from = after ? `&after=${segment(after)}` : "";
  return getJson(`${kRoot}/${segment(name)}/documents?limit=50${from}`);
}

export function deleteDocument(name: string, id: string): Promise<unknown> {
  return sendJson("DELETE", `${kRoot}/${segment(name)}/documents/${segment(id)}`);
}

export async function ingest(
  name: string,
  file: File,
  onProgress: (progress: IngestProgress) => void,
  signal: AbortSignal,
): Promise<IngestReport> {
  const path = `${kRoot}/${segment(name)}/documents?filename=${segment(file.name)}`;
  for await (const event of streamEvents(path, { body: file, signal })) {
    const data = JSON.parse(event.data);
    if (event.name === "progress") onProgress(data as IngestProgress);
    else if (event.name === "done") return data as IngestReport;
    else if (event.name === "error") throw new ApiError(500, data.error?.message ?? "It failed.");
  }
  throw new ApiError(0, "The connection ended before the file was taken in whole. Drop it again.");
}

// What the server's JSON looks like, as far as the console reads it.

export interface Citation {
  number: number;
  id: string;
  title: string;
  source: string;
  /** Missing in stored sessions, which keep only what names the passage. */
  text?: string;
  metadata?: Record<string, unknown>;
}

export interface Usage {
  prompt_tokens: number;
  completion_tokens: number;
  prompt_tokens_details?: { cached_tokens?: number };
}

/** A step's further notes depend on its kind. */
export interface TraceStep {
  step: string;
  start_us: number;
  duration_us: number;
  [note: string]: unknown;
}

export interface Trace {
  started: number;
  steps: TraceStep[];
  [note: string]: unknown;
}

export interface AssistantInfo {
  id: string;
  description?: string;
  model?: string;
  knowledge?: boolean;
  memory?: boolean;
  tools?: string[];
  ui?: { title?: string; greeting?: string; suggestions?: string[] };
}

export interface AssistantMessage {
  id: string;
  session_id: string;
  response: string;
  citations: Citation[];
  unknown: boolean;
  refused: boolean;
  finish_reason: string;
  usage: Usage;
  trace?: Trace;
}

export interface SessionInfo {
  id: string;
  /** Milliseconds since 1970, like `used`. */
  created: number;
  used: number;
  messages: number;
}

export interface StoredMessage {
  role: string;
  content: string;
  at?: number;
  extra?: { citations?: Citation[] };
}

export interface StoredSession extends SessionInfo {
  summary?: string;
  content: StoredMessage[];
}

export interface ModelInfo {
  id: string;
  parent?: string | null;
  root?: string;
  max_model_len?: number;
  argosy?: {
    architecture?: string;
    context_length?: number;
    generates?: boolean;
    embeds?: boolean;
    reranks?: boolean;
    weight_bytes?: number;
    lora_rank?: number;
    warning?: string;
  };
}

export interface Problem {
  place: string;
  message: string;
}

export interface KnowledgeBaseInfo {
  name: string;
  documents: number;
  chunks: number;
  embedding?: string;
  store?: string;
  sources?: { uri: string; state: string; documents: number; problems?: Problem[] }[];
  state: string;
  message?: string;
}

export interface Hit {
  id: string;
  document_id: string;
  title: string;
  source: string;
  text: string;
  score: number;
  text_score?: number | null;
  vector_score?: number | null;
  metadata?: Record<string, unknown>;
}

export interface SearchAnswer {
  hits: Hit[];
  filter: Record<string, unknown> | null;
  dropped_filter: boolean;
  took_ms: number;
}

export interface DocumentInfo {
  id: string;
  source: string;
  title: string;
  chunks: number;
}

export interface IngestProgress {
  documents: number;
  done_bytes: number;
  total_bytes: number;
}

export interface IngestReport {
  added: number;
  changed: number;
  unchanged: number;
  deleted: number;
  problems: Problem[];
}

export interface ResourceInfo {
  kind: string;
  name: string;
  state: "Ready" | "Progressing" | "Degraded";
  reason?: string;
  message?: string;
  since?: string | number;
}

// What the recording server knows: a shop with one assistant, one knowledge base, two models.

export const kJacket = {
  number: 1,
  id: "P-1042#0",
  title: "Ridgeline Rain Jacket",
  source: "catalog.csv#row=42",
  text: "Ridgeline Rain Jacket. Waterproof three-layer shell for hiking, taped seams, 340 g. Colours: blue, moss.",
  metadata: {
    id: "P-1042",
    category: "jackets",
    colour: "blue",
    price_cents: 7490,
    waterproof: true,
    stock: 12,
  },
};
export const kPoncho = {
  number: 2,
  id: "P-1107#0",
  title: "Drizzle Pack Poncho",
  source: "catalog.csv#row=107",
  text: "Drizzle Pack Poncho. Packs into its own pocket, waterproof to 10,000 mm.",
  metadata: {
    id: "P-1107",
    category: "jackets",
    colour: "green",
    price_cents: 3900,
    waterproof: true,
    stock: 3,
  },
};

export const kAnswerPieces = [
  "Two products ",
  "fit your question:\n\n",
  "| Product | Price | Weight |\n|---|---:|---:|\n",
  "| **Ridgeline Rain Jacket** [1] | $74.90 | 340 g |\n",
  "| Drizzle Pack Poncho [2] | $39.00 | 210 g |\n\n",
  "The *Ridgeline* is the better one for hiking: its seams are taped [1]. ",
  "For a day in town the poncho is enough [2].",
];

export const kAssistants = [
  {
    id: "shop",
    object: "assistant",
    description: "Knows the shop's catalogue and answers with its rows.",
    model: "shop-chat",
    knowledge: true,
    memory: true,
    tools: ["add_to_cart", "order_status"],
    ui: {
      title: "Shop assistant",
      greeting: "What are you looking for?",
      suggestions: [
        "A waterproof jacket under 80 dollars for hiking?",
        "Which tents weigh less than two kilograms?",
        "Where is my order 10245?",
        "A gift for somebody who runs",
      ],
    },
  },
];

export const kModels = [
  {
    id: "shop-chat",
    object: "model",
    root: "models/shop-chat.gguf",
    parent: null,
    max_model_len: 2048,
    argosy: {
      architecture: "qwen3",
      context_length: 2048,
      generates: true,
      weight_bytes: 31_500_000,
    },
  },
  {
    id: "shop-polite",
    object: "model",
    root: "adapters/shop-polite",
    parent: "shop-chat",
    max_model_len: 2048,
    argosy: { lora_rank: 16 },
  },
  {
    id: "shop-embed",
    object: "model",
    root: "models/shop-embed.gguf",
    parent: null,
    max_model_len: 512,
    argosy: { architecture: "bert", generates: false, embeds: true, weight_bytes: 9_200_000 },
  },
  { id: "shop", object: "model", parent: null },
];

export const kKnowledgeBase = {
  name: "catalog",
  documents: 2400,
  chunks: 2400,
  embedding: "shop-embed",
  store: "embedded",
  sources: [
    {
      uri: "catalog.csv",
      state: "Ready",
      documents: 2400,
      problems: [{ place: "catalog.csv:817", message: "12 columns where the header has 13" }],
    },
  ],
  state: "Ready",
  message: "",
};

const kHitNames = ["Ridgeline Rain Jacket", "Drizzle Pack Poncho", "Harbour Shell", "Trail Anorak"];

export const kSearch = {
  hits: kHitNames.map((title, i) => ({
    id: i === 0 ? kJacket.id : `P-11${i}7#0`,
    document_id: i === 0 ? "P-1042" : `P-11${i}7`,
    title,
    source: `catalog.csv#row=${42 + 65 * i}`,
    text: i === 0 ? kJacket.text : `${title}. A waterproof jacket for hiking and rain.`,
    score: 0.0328 - 0.0031 * i,
    text_score: i === 2 ? null : 11.4 - 1.7 * i,
    vector_score: 0.871 - 0.04 * i,
    metadata: { colour: i % 2 ? "green" : "blue", price_cents: 7490 - 900 * i, waterproof: true },
  })),
  filter: {
    must: [
      { key: "price_cents", range: { lt: 8000 } },
      { key: "waterproof", match: { value: true } },
    ],
  },
  dropped_filter: false,
  took_ms: 3.4,
};

export const kResources = [
  {
    kind: "Model",
    name: "shop-chat",
    state: "Ready",
    reason: "Loaded",
    message: "31 MB mapped, 2 CPU threads",
  },
  { kind: "Model", name: "shop-embed", state: "Ready", reason: "Loaded", message: "9 MB mapped" },
  {
    kind: "KnowledgeBase",
    name: "catalog",
    state: "Progressing",
    reason: "Indexing",
    message: "1,900 of 2,400 documents embedded",
  },
  {
    kind: "Assistant",
    name: "shop",
    state: "Degraded",
    reason: "ToolUnreachable",
    message:
      "add_to_cart: nothing listens on localhost:8090. Start the cart service, or remove the tool.",
  },
].map((one, i) => ({ ...one, since: new Date(Date.now() - (i + 1) * 340_000).toISOString() }));

export function traceOf(question: string): object {
  const step = (name: string, start_us: number, duration_us: number, notes: object) => ({
    step: name,
    start_us,
    duration_us,
    ...notes,
  });
  const prompt = [
    { role: "system", content: "You help visitors of an online shop." },
    { role: "user", content: `[1] ${kJacket.text}\n[2] ${kPoncho.text}\n\nQuestion: ${question}` },
  ];
  const found = [kJacket, kPoncho].map(({ id, title, source }, i) => ({
    id,
    title,
    source,
    score: 0.0328 - 0.0031 * i,
  }));
  return {
    started: Date.now(),
    steps: [
      step("check_input", 4, 61, { bytes: question.length, findings: [] }),
      step("memory", 70, 412, { from: "new session", messages: 0, used: 0, summary_bytes: 0 }),
      step("standalone", 490, 38, { follow_up: "none", question }),
      step("search", 540, 3420, { question, found }),
      step("prompt", 3970, 45, { passages: 2, messages: prompt }),
      step("model", 4020, 412_000, {
        model: "shop-chat",
        round: 0,
        first_text_us: 48_200,
        prompt_tokens: 318,
        cached_tokens: 96,
        completion_tokens: 74,
        finish: "stop",
      }),
      step("citations", 416_100, 20, { cited: [1, 2], dropped: [7] }),
      step("remember", 416_200, 640, {}),
    ],
    findings: [],
  };
}

/** Counters that grow as time passes, like those of a busy server. */
export function metricsText(look: number): string {
  const busy = 3 + Math.sin(look / 6) * 2;
  const tokens = Math.round(look * 240 + 90 * Math.sin(look / 4));
  const labels = 'model_name="shop-chat"';
  const ttft = "vllm:time_to_first_token_seconds";
  const answers = look * 4;
  return [
    "# HELP vllm:num_requests_running Requests in the running batch.",
    "# TYPE vllm:num_requests_running gauge",
    `vllm:num_requests_running{${labels}} ${Math.round(busy)}`,
    `vllm:num_requests_waiting{${labels}} ${Math.max(0, Math.round(busy - 3))}`,
    `vllm:kv_cache_usage_perc{${labels}} ${(0.3 + 0.2 * Math.sin(look / 9)).toFixed(4)}`,
    `vllm:prompt_tokens_total{${labels}} ${look * 610}`,
    `vllm:generation_tokens_total{${labels}} ${tokens}`,
    `vllm:request_success_total{${labels},finished_reason="stop"} ${answers}`,
    `${ttft}_bucket{${labels},le="0.025"} ${look}`,
    `${ttft}_bucket{${labels},le="0.05"} ${look * 3}`,
    `${ttft}_bucket{${labels},le="0.1"} ${answers}`,
    `${ttft}_bucket{${labels},le="+Inf"} ${answers}`,
    `${ttft}_sum{${labels}} ${(answers * 0.041 + Math.sin(look / 3) * 0.2).toFixed(4)}`,
    `${ttft}_count{${labels}} ${answers}`,
    "",
  ].join("\n");
}

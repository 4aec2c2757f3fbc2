// Markdown's blocks: headings, paragraphs, fenced code, lists, quotes, tables, rules. A text that is
// still being streamed is read as if it ended here: an open fence is code to its end.

export type Align = "left" | "center" | "right" | null;

export type Block =
  | { kind: "paragraph"; text: string }
  | { kind: "heading"; level: number; text: string }
  | { kind: "code"; language: string; text: string }
  | { kind: "list"; ordered: boolean; start: number; items: Block[][] }
  | { kind: "quote"; blocks: Block[] }
  | { kind: "table"; align: Align[]; head: string[]; rows: string[][] }
  | { kind: "rule" };

const kFence = /^ {0,3}(`{3,}|~{3,})\s*([\w+#.-]*)[^`]*$/;
const kHeading = /^ {0,3}(#{1,6})\s+(.*?)\s*#*\s*$/;
const kRule = /^ {0,3}([-*_])\s*(?:\1\s*){2,}$/;
const kItem = /^( {0,3})([-*+]|\d{1,9}[.)])(\s+|$)(.*)$/;
const kQuote = /^ {0,3}> ?/;
const kTableRule = /^ {0,3}\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)*\|?\s*$/;
const kMaxDepth = 8;

type Taken = { block: Block; next: number };
type Taker = (lines: string[], at: number, depth: number) => Taken | null;

const takeFence: Taker = (lines, at) => {
  const match = kFence.exec(lines[at] ?? "");
  if (!match) return null;
  const fence = match[1] ?? "```";
  const close = new RegExp(`^ {0,3}${fence[0]}{${fence.length},}\\s*$`);
  let end = at + 1;
  while (end < lines.length && !close.test(lines[end] ?? "")) end += 1;
  const text = lines.slice(at + 1, end).join("\n");
  return { block: { kind: "code", language: match[2] ?? "", text }, next: end + 1 };
};

const takeHeading: Taker = (lines, at) => {
  const match = kHeading.exec(lines[at] ?? "");
  if (!match) return null;
  const level = (match[1] ?? "#").length;
  return { block: { kind: "heading", level, text: match[2] ?? "" }, next: at + 1 };
};

const takeRule: Taker = (lines, at) =>
  kRule.test(lines[at] ?? "") ? { block: { kind: "rule" }, next: at + 1 } : null;

const takeQuote: Taker = (lines, at, depth) => {
  let end = at;
  while (end < lines.length && kQuote.test(lines[end] ?? "")) end += 1;
  if (end === at) return null;
  const inner = lines.slice(at, end).map((line) => line.replace(kQuote, ""));
  return { block: { kind: "quote", blocks: parseLines(inner, depth + 1) }, next: end };
};

function cells(line: string): string[] {
  const inner = line.trim().replace(/^\|/, "").replace(/\|$/, "");
  return inner.split(/(?<!\\)\|/).map((cell) => cell.trim().replace(/\\\|/g, "|"));
}

function alignOf(cell: string): Align {
  const left = cell.startsWith(":");
  const right = cell.endsWith(":");
  if (left && right) return "center";
  return right ? "right" : left ? "left" : null;
}

const takeTable: Taker = (lines, at) => {
  const first = lines[at] ?? "";
  const second = lines[at + 1] ?? "";
  if (!first.includes("|") || !second.includes("-") || !kTableRule.test(second)) return null;
  const head = cells(first);
  const align = cells(second).map(alignOf);
  if (head.length !== align.length) return null;
  let end = at + 2;
  while (end < lines.length && (lines[end] ?? "").includes("|")) end += 1;
  const rows = lines.slice(at + 2, end).map((line) => {
    const row = cells(line);
    return head.map((_, i) => row[i] ?? "");
  });
  return { block: { kind: "table", align, head, rows }, next: end };
};

function indentOf(line: string): number {
  return line.length - line.trimStart().length;
}

// Lines of one item: those indented to its text, and lazy ones that go on with its paragraph.
function itemEnd(lines: string[], at: number, indent: number): number {
  let end = at + 1;
  for (; end < lines.length; end += 1) {
    const line = lines[end] ?? "";
    if (line.trim() === "") {
      const after = lines[end + 1] ?? "";
      if (after.trim() === "" || indentOf(after) < indent) break;
      continue;
    }
    if (indentOf(line) >= indent) continue;
    if (kItem.test(line) || startsBlock(lines, end)) break;
  }
  return end;
}

const takeList: Taker = (lines, at, depth) => {
  const first = kItem.exec(lines[at] ?? "");
  if (!first) return null;
  const marker = first[2] ?? "-";
  const ordered = /\d/.test(marker);
  const items: Block[][] = [];
  let next = at;
  while (next < lines.length) {
    const match = kItem.exec(lines[next] ?? "");
    if (!match || /\d/.test(match[2] ?? "") !== ordered || kRule.test(lines[next] ?? "")) break;
    const indent = (match[1] ?? "").length + (match[2] ?? "").length + 1;
    const end = itemEnd(lines, next, indent);
    const inner = lines
      .slice(next + 1, end)
      .map((line) => line.slice(Math.min(indent, indentOf(line))));
    items.push(parseLines([match[4] ?? "", ...inner], depth + 1));
    next = end;
    // A blank line between items does not end the list.
    if ((lines[next] ?? "x").trim() === "" && kItem.test(lines[next + 1] ?? "")) next += 1;
  }
  const start = ordered ? Number.parseInt(marker, 10) : 1;
  return { block: { kind: "list", ordered, start, items }, next };
};

const kTakers: Taker[] = [takeFence, takeHeading, takeRule, takeQuote, takeTable, takeList];

function startsBlock(lines: string[], at: number): boolean {
  const line = lines[at] ?? "";
  return kFence.test(line) || kHeading.test(line) || kRule.test(line) || kQuote.test(line);
}

function takeParagraph(lines: string[], at: number): Taken {
  let end = at + 1;
  while (end < lines.length && (lines[end] ?? "").trim() !== "") {
    if (startsBlock(lines, end) || kItem.test(lines[end] ?? "")) break;
    if (takeTable(lines, end, 0)) break;
    end += 1;
  }
  const text = lines.slice(at, end).map((line) => line.trim());
  return { block: { kind: "paragraph", text: text.join("\n") }, next: end };
}

function parseLines(lines: string[], depth: number): Block[] {
  const out: Block[] = [];
  for (let at = 0; at < lines.length; ) {
    if ((lines[at] ?? "").trim() === "") {
      at += 1;
      continue;
    }
    let taken: Taken | null = null;
    // A text of a thousand ">" is deep for the stack, and for nobody's eyes.
    if (depth < kMaxDepth) {
      for (const take of kTakers) {
        taken = take(lines, at, depth);
        if (taken) break;
      }
    }
    const { block, next } = taken ?? takeParagraph(lines, at);
    out.push(block);
    at = next;
  }
  return out;
}

export function parseMarkdown(source: string): Block[] {
  return parseLines(source.replace(/\r\n?/g, "\n").replace(/\t/g, "    ").split("\n"), 0);
}

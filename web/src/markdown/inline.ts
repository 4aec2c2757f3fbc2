// Text within a block: code, emphasis, links, line breaks and citations. Gives a tree, never HTML,
// so that nothing a model writes can become markup.

export type Inline =
  | { kind: "text"; text: string }
  | { kind: "code"; text: string }
  | { kind: "strong" | "em" | "del"; children: Inline[] }
  | { kind: "link"; href: string; children: Inline[] }
  | { kind: "citation"; numbers: number[] }
  | { kind: "break" };

type Reading = { node: Inline; end: number };
type Reader = (source: string, at: number) => Reading | null;

const kEscapable = /[\\`*_{}[\]()#+\-.!|~<>]/;
const kCitation = /\[(\d{1,3}(?:\s*,\s*\d{1,3})*)\](?!\()/y;
const kLink =
  /!?\[((?:[^[\]\\]|\\.)*)\]\(\s*<?([^\s<>()]*(?:\([^\s()]*\)[^\s<>()]*)*)>?(?:\s+"[^"]*")?\s*\)/y;
const kAddress = /https?:\/\/[^\s<>"'`]*[^\s<>"'`.,;:!?)\]}*_]/y;
const kCode = /(`+)([^`]|[^`][\s\S]*?[^`])\1(?!`)/y;

function matchAt(pattern: RegExp, source: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(source);
}

/** Links that may be followed: the web, mail, and places of this page. */
export function safeHref(href: string): string | null {
  if (/^(https?:|mailto:)/i.test(href)) return href;
  return /^(#|\/(?!\/))/.test(href) ? href : null;
}

const readCode: Reader = (source, at) => {
  const match = matchAt(kCode, source, at);
  if (!match) return null;
  const text = (match[2] ?? "").replace(/\n/g, " ").replace(/^ (.*[^ ].*) $/, "$1");
  return { node: { kind: "code", text }, end: at + match[0].length };
};

const readCitation: Reader = (source, at) => {
  const match = matchAt(kCitation, source, at);
  if (!match) return null;
  const numbers = (match[1] ?? "").split(",").map(Number);
  return { node: { kind: "citation", numbers }, end: at + match[0].length };
};

// An image is a link too: the page loads nothing from elsewhere.
const readLink: Reader = (source, at) => {
  const match = matchAt(kLink, source, at);
  if (!match) return null;
  const label = match[1] || match[2] || "";
  const end = at + match[0].length;
  const href = safeHref(match[2] ?? "");
  if (!href) return { node: { kind: "text", text: label }, end };
  const children: Inline[] =
    label === match[2] ? [{ kind: "text", text: label }] : parseInline(label);
  return { node: { kind: "link", href, children }, end };
};

const readAddress: Reader = (source, at) => {
  const match = matchAt(kAddress, source, at);
  if (!match) return null;
  const href = match[0];
  const node: Inline = { kind: "link", href, children: [{ kind: "text", text: href }] };
  return { node, end: at + href.length };
};

function isWord(letter: string | undefined): boolean {
  return letter !== undefined && /[\p{L}\p{N}]/u.test(letter);
}

const kMarks = [
  ["**", "strong"],
  ["__", "strong"],
  ["~~", "del"],
  ["*", "em"],
  ["_", "em"],
] as const;

const readEmphasis: Reader = (source, at) => {
  for (const [mark, kind] of kMarks) {
    if (!source.startsWith(mark, at)) continue;
    const inside = at + mark.length;
    // snake_case is no emphasis, nor is a lonely star.
    if (mark[0] === "_" && isWord(source[at - 1])) continue;
    if (/\s/.test(source[inside] ?? " ")) continue;
    const close = findClose(source, inside, mark);
    if (close < 0) continue;
    const children = parseInline(source.slice(inside, close));
    return { node: { kind, children }, end: close + mark.length };
  }
  return null;
};

function findClose(source: string, from: number, mark: string): number {
  for (let at = source.indexOf(mark, from + 1); at >= 0; at = source.indexOf(mark, at + 1)) {
    const longer = mark.length === 1 && source[at + 1] === mark;
    if (longer) {
      at += 1;
      continue;
    }
    if (/\s/.test(source[at - 1] ?? " ") || source[at - 1] === "\\") continue;
    if (mark[0] === "_" && isWord(source[at + mark.length])) continue;
    return at;
  }
  return -1;
}

const kReaders: Record<string, Reader[]> = {
  "`": [readCode],
  "[": [readCitation, readLink],
  "!": [readLink],
  h: [readAddress],
  "*": [readEmphasis],
  _: [readEmphasis],
  "~": [readEmphasis],
};

const readBreak: Reader = (source, at) =>
  source[at] === "\n" ? { node: { kind: "break" }, end: at + 1 } : null;

export function parseInline(source: string): Inline[] {
  const out: Inline[] = [];
  let text = "";
  const flush = () => {
    if (text) out.push({ kind: "text", text });
    text = "";
  };
  for (let at = 0; at < source.length; ) {
    const letter = source[at] ?? "";
    if (letter === "\\" && kEscapable.test(source[at + 1] ?? "")) {
      text += source[at + 1];
      at += 2;
      continue;
    }
    const readers = letter === "\n" ? [readBreak] : (kReaders[letter] ?? []);
    const reading = readers.map((read) => read(source, at)).find((found) => found !== null);
    if (!reading) {
      text += letter;
      at += 1;
      continue;
    }
    flush();
    out.push(reading.node);
    at = reading.end;
  }
  flush();
  return out;
}

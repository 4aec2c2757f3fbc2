import { describe, expect, it } from "vitest";
import { type Block, parseMarkdown } from "./blocks";
import { parseInline, safeHref } from "./inline";

describe("parseInline", () => {
  it("reads emphasis, code and breaks", () => {
    expect(parseInline("**a** *b* `c` ~~d~~\ne")).toEqual([
      { kind: "strong", children: [{ kind: "text", text: "a" }] },
      { kind: "text", text: " " },
      { kind: "em", children: [{ kind: "text", text: "b" }] },
      { kind: "text", text: " " },
      { kind: "code", text: "c" },
      { kind: "text", text: " " },
      { kind: "del", children: [{ kind: "text", text: "d" }] },
      { kind: "break" },
      { kind: "text", text: "e" },
    ]);
  });

  it("leaves snake_case, lonely stars and escaped marks alone", () => {
    for (const text of ["price_cents_total", "2 * 3 * 4", "a ** b", "**open", "`open"]) {
      expect(parseInline(text)).toEqual([{ kind: "text", text }]);
    }
    expect(parseInline("\\*a\\*")).toEqual([{ kind: "text", text: "*a*" }]);
  });

  it("finds citations, one or several, but not links' labels or years", () => {
    expect(parseInline("[1][2, 3]")).toEqual([
      { kind: "citation", numbers: [1] },
      { kind: "citation", numbers: [2, 3] },
    ]);
    expect(parseInline("[1](https://a.b)")[0]).toMatchObject({ kind: "link" });
    expect(parseInline("[2024]")).toEqual([{ kind: "text", text: "[2024]" }]);
  });

  it("follows only harmless links, and makes images links", () => {
    expect(safeHref("javascript:alert(1)")).toBeNull();
    expect(safeHref("JaVaScRiPt:alert(1)")).toBeNull();
    expect(safeHref("data:text/html,x")).toBeNull();
    expect(safeHref("//evil.example")).toBeNull();
    expect(safeHref("https://a.b")).toBe("https://a.b");
    expect(parseInline("[x](javascript:alert(1))")).toEqual([{ kind: "text", text: "x" }]);
    expect(parseInline("![a cat](https://a.b/c.png)")).toMatchObject([
      { kind: "link", href: "https://a.b/c.png" },
    ]);
    expect(parseInline("see https://a.b/c.")).toMatchObject([
      { kind: "text", text: "see " },
      { kind: "link", href: "https://a.b/c" },
      { kind: "text", text: "." },
    ]);
  });

  it("keeps markup as text", () => {
    const text = "<img src=x onerror=alert(1)>";
    expect(parseInline(text)).toEqual([{ kind: "text", text }]);
  });
});

function kinds(source: string): string[] {
  return parseMarkdown(source).map((block) => block.kind);
}

describe("parseMarkdown", () => {
  it("tells blocks apart", () => {
    const source = "# T\n\npara\nmore\n\n- a\n- b\n\n1. c\n\n> q\n\n---\n\n```js\nx\n```\nend";
    expect(kinds(source)).toEqual([
      "heading",
      "paragraph",
      "list",
      "list",
      "quote",
      "rule",
      "code",
      "paragraph",
    ]);
  });

  it("reads a fence that is still open as code", () => {
    expect(parseMarkdown("```py\nprint(1)\n")).toEqual([
      { kind: "code", language: "py", text: "print(1)\n" },
    ]);
  });

  it("nests lists", () => {
    const [list] = parseMarkdown("1. a\n   - b\n   - c\n2. d") as Extract<
      Block,
      { kind: "list" }
    >[];
    expect(list?.ordered).toBe(true);
    expect(list?.items.length).toBe(2);
    expect(list?.items[0]?.map((block) => block.kind)).toEqual(["paragraph", "list"]);
  });

  it("reads tables with alignment, short rows filled and escaped bars", () => {
    expect(parseMarkdown("| a | b |\n|---|--:|\n| 1 |\n| x\\|y | 2 | 3 |")).toEqual([
      {
        kind: "table",
        align: [null, "right"],
        head: ["a", "b"],
        rows: [
          ["1", ""],
          ["x|y", "2"],
        ],
      },
    ]);
  });

  it("ends on any text, fast", () => {
    const started = performance.now();
    for (const piece of [">", "- ", "*", "[", "`", "|-", "1. ", "**_", "[1](", "\n\n", "~~~"]) {
      parseMarkdown(piece.repeat(4000)).forEach((block) => {
        if (block.kind === "paragraph") parseInline(block.text.slice(0, 4000));
      });
    }
    expect(performance.now() - started).toBeLessThan(10_000);
  });
});

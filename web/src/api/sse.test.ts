import { describe, expect, it } from "vitest";
import { readFrame } from "./completions";
import { SseParser } from "./sse";

function parse(...pieces: string[]) {
  const parser = new SseParser();
  return pieces.flatMap((piece) => parser.push(piece));
}

describe("SseParser", () => {
  it("gives events by name, with data of several lines", () => {
    expect(parse('event: start\ndata: {"a":1}\n\ndata: x\ndata: y\n\n')).toEqual([
      { name: "start", data: '{"a":1}' },
      { name: "message", data: "x\ny" },
    ]);
  });

  it("is the same for any pieces and line ends", () => {
    const text = "event: a\r\ndata: 1\r\n\r\n: comment\r\ndata:2\r\n\r\n";
    const whole = parse(text);
    expect(whole).toEqual([
      { name: "a", data: "1" },
      { name: "message", data: "2" },
    ]);
    expect(parse(...text)).toEqual(whole);
    expect(parse(text.replaceAll("\r\n", "\n"))).toEqual(whole);
  });

  it("holds back what is not whole, and drops events without data", () => {
    expect(parse("data: x\n")).toEqual([]);
    expect(parse("event: a\n\n")).toEqual([]);
  });
});

describe("readFrame", () => {
  it("reads text, usage, the end and errors", () => {
    expect(readFrame('{"choices":[{"delta":{"content":"hi"}}]}')).toEqual({
      text: "hi",
      reasoning: "",
      usage: null,
    });
    expect(readFrame("[DONE]")).toBeNull();
    expect(() => readFrame('{"error":{"message":"out of memory"}}')).toThrow("out of memory");
  });
});

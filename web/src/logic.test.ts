// The smaller pieces of logic, one describe each.
import { beforeEach, describe, expect, it, vi } from "vitest";
import { apiKey, askForKey, setApiKey, setAsker } from "./api/key";
import { filterText } from "./knowledge/filter_text";
import { IngestStore } from "./knowledge/ingest_store";
import { readPlace } from "./place";
import { byNeed, sinceMillis } from "./resources/order";
import { costOf, traceRows } from "./trace/trace_rows";
import { ago, bytes, figure, micros, millis, shortened } from "./ui/format";

describe("format", () => {
  it("writes for people", () => {
    expect([bytes(999), bytes(31_500_000), bytes(123_456_789_000)]).toEqual([
      "999 B",
      "31.5 MB",
      "123 GB",
    ]);
    expect([micros(61), micros(3420), millis(412), millis(65_000)]).toEqual([
      "61 µs",
      "3.4 ms",
      "412 ms",
      "1 min 5 s",
    ]);
    expect([figure(0), figure(1.234), figure(34.56), figure(4321)]).toEqual([
      "0",
      "1.23",
      "34.6",
      "4.3k",
    ]);
    expect([ago(0, 30_000), ago(0, 7_200_000), ago(0, 864_000_000)]).toEqual([
      "just now",
      "2 h ago",
      "1970-01-01",
    ]);
    expect(shortened("a  b\nc and more", 8)).toBe("a b c a…");
  });
});

describe("filterText", () => {
  it("reads Qdrant's shape", () => {
    expect(
      filterText({
        must: [
          { key: "price", range: { gte: 10, lt: 80 } },
          { key: "colour", match: { any: ["blue", "moss"] } },
        ],
        must_not: { key: "sold", match: { value: true } },
        should: [{ key: "a", match: { value: 1 } }, { must: [{ key: "b", match: { text: "x" } }] }],
      }),
    ).toBe(
      "price ≥ 10 and price < 80 and colour in blue, moss and (a = 1 or (b has x)) and not sold = true",
    );
    expect(filterText({ other: 1 })).toBe("");
  });
});

describe("place", () => {
  it("reads the address, whatever it is", () => {
    expect(readPlace("#/knowledge/my%20docs")).toEqual({ page: "knowledge", detail: "my docs" });
    expect(readPlace("#/knowledge/100%")).toEqual({ page: "knowledge", detail: "100%" });
    expect(readPlace("")).toEqual({ page: "chat", detail: "" });
    expect(readPlace("#/nowhere/x")).toEqual({ page: "chat", detail: "" });
  });
});

describe("resources", () => {
  it("come by need", () => {
    const list = byNeed([
      { kind: "Model", name: "b", state: "Ready" },
      { kind: "Model", name: "a", state: "Ready" },
      { kind: "Tool", name: "c", state: "Degraded" },
    ]);
    expect(list.map((one) => one.name)).toEqual(["c", "a", "b"]);
    expect([
      sinceMillis(1_700_000_000),
      sinceMillis("1970-01-01T00:00:01Z"),
      sinceMillis("?"),
    ]).toEqual([1_700_000_000_000, 1000, null]);
  });
});

describe("traceRows", () => {
  it("nests steps within those that hold them", () => {
    const step = (name: string, start_us: number, duration_us: number) => ({
      step: name,
      start_us,
      duration_us,
    });
    const trace = {
      started: 0,
      steps: [
        step("model", 0, 100),
        step("tool", 10, 20),
        step("search", 40, 60),
        step("x", 100, 100),
      ],
      usage: { cost_micro_dollars: 120 },
    };
    const rows = traceRows(trace);
    expect(rows.map((row) => row.depth)).toEqual([0, 1, 1, 0]);
    expect(rows[3]).toMatchObject({ begin: 0.5, length: 0.5 });
    expect(costOf(trace)).toBe("$0.000120");
  });
});

describe("askForKey", () => {
  beforeEach(() => {
    const kept = new Map<string, string>();
    vi.stubGlobal("sessionStorage", {
      getItem: (name: string) => kept.get(name) ?? null,
      setItem: (name: string, value: string) => kept.set(name, value),
      removeItem: (name: string) => kept.delete(name),
    });
  });
  it("asks once for requests that fail together", async () => {
    const asker = vi.fn(async () => "k");
    setAsker(asker);
    expect(await Promise.all([askForKey(""), askForKey("")])).toEqual([true, true]);
    expect(asker).toHaveBeenCalledTimes(1);
    expect(apiKey()).toBe("k");
    // One refused with an older key just tries the current one.
    expect(await askForKey("older")).toBe(true);
    expect(asker).toHaveBeenCalledTimes(1);
  });
  it("takes no for an answer", async () => {
    setApiKey("");
    setAsker(async () => null);
    expect(await askForKey("")).toBe(false);
  });
});

describe("IngestStore", () => {
  it("takes files one after the other, and goes on after a failure", async () => {
    const report = { added: 1, changed: 0, unchanged: 0, deleted: 0, problems: [] };
    let running = 0;
    const done = vi.fn();
    const store = new IngestStore("kb", done, async (_base, file, onProgress) => {
      running += 1;
      expect(running).toBe(1);
      onProgress({ documents: 1, done_bytes: 1, total_bytes: 2 });
      await Promise.resolve();
      running -= 1;
      if (file.name === "bad") throw new Error("no loader");
      return report;
    });
    const files = ["a", "bad", "c"].map((name) => new File(["x"], name));
    const adding = store.add(files);
    store.stop(3);
    await adding;
    expect(store.value.map((one) => one.state)).toEqual(["done", "failed", "stopped"]);
    expect(store.value[1]?.error).toBe("no loader");
    expect(done).toHaveBeenCalledTimes(2);
  });
});

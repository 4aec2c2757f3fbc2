import { beforeEach, describe, expect, it, vi } from "vitest";
import { ChatStore } from "./chat_store";
import { type Conversations, type Listener, messagesOf, type SessionRow } from "./conversations";
import { LocalSessions } from "./local_sessions";
import { newTurn, type Turn, tokensPerSecond, turnsOf } from "./turn";

class MemoryStorage implements Storage {
  private kept = new Map<string, string>();
  get length() {
    return this.kept.size;
  }
  clear = () => this.kept.clear();
  getItem = (name: string) => this.kept.get(name) ?? null;
  key = () => null;
  removeItem = (name: string) => void this.kept.delete(name);
  setItem = (name: string, value: string) => void this.kept.set(name, value);
}

class FakeConversations implements Conversations {
  answers: ((to: Listener, signal: AbortSignal) => Promise<void>)[] = [];
  rows: SessionRow[] = [];
  list = async () => this.rows;
  open = async () => [{ ...newTurn("old"), status: "done" as const, answer: "answer" }];
  remove = vi.fn(async () => undefined);
  answer = async (_turns: Turn[], _session: string | null, to: Listener, signal: AbortSignal) =>
    (this.answers.shift() ?? (async () => undefined))(to, signal);
}

async function storeWith(fake: FakeConversations): Promise<ChatStore> {
  const store = new ChatStore(() => fake);
  store.setTargets([{ id: "shop" }], [{ id: "shop" }, { id: "m" }]);
  await Promise.resolve();
  return store;
}

beforeEach(() => {
  vi.stubGlobal("sessionStorage", new MemoryStorage());
  vi.stubGlobal("localStorage", new MemoryStorage());
});

describe("ChatStore", () => {
  it("offers assistants once, and no model that only embeds", () => {
    const store = new ChatStore(() => new FakeConversations());
    store.setTargets(
      [{ id: "shop" }],
      [{ id: "shop" }, { id: "m" }, { id: "e", argosy: { generates: false } }],
    );
    expect(store.value.targets.map((one) => `${one.kind} ${one.id}`)).toEqual([
      "assistant shop",
      "model m",
    ]);
  });

  it("streams into the turn and ends it", async () => {
    const fake = new FakeConversations();
    fake.answers.push(async (to) => {
      to.session("s1");
      to.change({ answer: "a", status: "streaming" });
      to.change({ answer: "ab" });
    });
    const store = await storeWith(fake);
    await store.send("  hi ");
    expect(store.value.session).toBe("s1");
    expect(store.value.turns).toMatchObject([{ question: "hi", answer: "ab", status: "done" }]);
    expect(store.value.turns[0]?.firstMs).not.toBeNull();
  });

  it("stops, keeps what came, and hears nothing more", async () => {
    const fake = new FakeConversations();
    fake.answers.push(
      (to, signal) =>
        new Promise((_, reject) => {
          to.change({ answer: "half", status: "streaming" });
          signal.addEventListener("abort", () => {
            to.change({ answer: "late" });
            reject(new DOMException("", "AbortError"));
          });
        }),
    );
    const store = await storeWith(fake);
    const sending = store.send("q");
    await store.send("not while one is running");
    store.stop();
    await sending;
    expect(store.value.turns).toMatchObject([{ answer: "half", status: "stopped" }]);
  });

  it("replaces the last answer on retry", async () => {
    const fake = new FakeConversations();
    fake.answers.push(async () => {
      throw new Error("no");
    });
    fake.answers.push(async (to) => to.change({ answer: "yes" }));
    const store = await storeWith(fake);
    await store.send("q");
    expect(store.value.turns).toMatchObject([{ status: "failed", error: "no" }]);
    await store.retry();
    expect(store.value.turns).toMatchObject([{ question: "q", answer: "yes", status: "done" }]);
  });

  it("begins anew where the open session is deleted", async () => {
    const fake = new FakeConversations();
    fake.rows = [{ id: "s1", title: "t", used: 1 }];
    const store = await storeWith(fake);
    await store.refresh();
    await store.openSession("s1");
    expect(store.value.turns[0]?.answer).toBe("answer");
    await store.removeSession("s1");
    expect(store.value).toMatchObject({ session: null, turns: [], sessions: [] });
  });
});

describe("turns", () => {
  it("come of stored messages, even cut ones", () => {
    const turns = turnsOf([
      { role: "assistant", content: "cut" },
      { role: "user", content: "q" },
      { role: "assistant", content: "a", extra: { citations: [] } },
      { role: "user", content: "open" },
    ]);
    expect(turns.map(({ question, answer }) => [question, answer])).toEqual([
      ["", "cut"],
      ["q", "a"],
      ["open", ""],
    ]);
  });

  it("become a model's messages without the unanswered ones", () => {
    const turns = [{ ...newTurn("a"), answer: "b" }, newTurn("failed"), newTurn("now")];
    expect(messagesOf(turns).map((one) => one.content)).toEqual(["a", "b", "now"]);
  });

  it("tell a rate only where there is one", () => {
    const turn = { ...newTurn("q"), usage: { prompt_tokens: 1, completion_tokens: 11 } };
    expect(tokensPerSecond(turn)).toBeNull();
    expect(tokensPerSecond({ ...turn, firstMs: 100, totalMs: 600 })).toBe(20);
  });
});

describe("LocalSessions", () => {
  it("keeps the newest thirty, and survives nonsense", () => {
    const storage = new MemoryStorage();
    const kept = new LocalSessions("m", storage, () => 7);
    storage.setItem("argosy-chats:m", "{not json");
    expect(kept.list()).toEqual([]);
    for (let i = 0; i < 40; i += 1) kept.save(`s${i}`, [{ role: "user", content: `q${i}` }]);
    expect(kept.list().length).toBe(30);
    expect(kept.list()[0]).toEqual({ id: "s39", title: "q39", used: 7 });
    kept.remove("s39");
    expect(kept.messages("s39")).toEqual([]);
    expect(kept.messages("s38")).toEqual([{ role: "user", content: "q38" }]);
  });
});

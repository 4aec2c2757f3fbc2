// Conversations with plain models, kept in this browser: a bounded number of them, the oldest go.
import type { StoredMessage } from "../api/types";
import { shortened } from "../ui/format";

interface Kept {
  id: string;
  used: number;
  messages: StoredMessage[];
}

const kMostSessions = 30;
const kMostCharacters = 1_000_000;

export class LocalSessions {
  private readonly name: string;
  constructor(
    model: string,
    private readonly storage: Storage = localStorage,
    private readonly now: () => number = Date.now,
  ) {
    this.name = `argosy-chats:${model}`;
  }

  newId(): string {
    return crypto.randomUUID?.() ?? `chat-${this.now()}-${Math.random().toString(36).slice(2)}`;
  }

  list(): { id: string; title: string; used: number }[] {
    return this.read().map((kept) => ({
      id: kept.id,
      title: shortened(kept.messages[0]?.content ?? "Untitled", 60),
      used: kept.used,
    }));
  }

  messages(id: string): StoredMessage[] {
    return this.read().find((kept) => kept.id === id)?.messages ?? [];
  }

  save(id: string, messages: StoredMessage[]): void {
    const others = this.read().filter((kept) => kept.id !== id);
    this.write([{ id, used: this.now(), messages }, ...others].slice(0, kMostSessions));
  }

  remove(id: string): void {
    this.write(this.read().filter((kept) => kept.id !== id));
  }

  private read(): Kept[] {
    try {
      const parsed: unknown = JSON.parse(this.storage.getItem(this.name) ?? "[]");
      return Array.isArray(parsed) ? (parsed as Kept[]) : [];
    } catch {
      return []; // another version's, or broken by hand: nothing worth keeping the page from
    }
  }

  private write(all: Kept[]): void {
    let kept = all;
    let text = JSON.stringify(kept);
    while (text.length > kMostCharacters && kept.length > 1) {
      kept = kept.slice(0, -1);
      text = JSON.stringify(kept);
    }
    try {
      this.storage.setItem(this.name, text);
    } catch {
      // The browser's storage is full: the conversation goes on, unremembered.
    }
  }
}

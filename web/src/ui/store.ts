// A value that components watch. What outlives a page (the conversation, the metrics) stands here.
import { useEffect, useState } from "preact/hooks";

export class Store<T> {
  private listeners = new Set<() => void>();
  constructor(private current: T) {}

  get value(): T {
    return this.current;
  }
  set(next: T): void {
    this.current = next;
    for (const listener of [...this.listeners]) listener();
  }
  update(part: Partial<T>): void {
    this.set({ ...this.current, ...part });
  }
  subscribe(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }
}

export function useStore<T>(store: Store<T>): T {
  const [value, setValue] = useState(store.value);
  useEffect(() => {
    const read = () => setValue(() => store.value);
    read(); // it may have changed between render and effect
    return store.subscribe(read);
  }, [store]);
  return value;
}

// The first question of each session, as its title: the server's list has none.

const kStorageName = "argosy-titles";
const kMost = 300;

function read(): [string, string][] {
  try {
    const parsed: unknown = JSON.parse(localStorage.getItem(kStorageName) ?? "[]");
    return Array.isArray(parsed) ? parsed : [];
  } catch {
    return [];
  }
}

export function titleOf(session: string): string {
  return read().find(([id]) => id === session)?.[1] ?? "";
}

export function setTitle(session: string, title: string): void {
  const others = read().filter(([id]) => id !== session);
  const all = [[session, title], ...others].slice(0, kMost);
  try {
    localStorage.setItem(kStorageName, JSON.stringify(all));
  } catch {
    // Full: sessions without a title are still sessions.
  }
}

import type { ResourceInfo } from "../api/types";

const kRank: Record<string, number> = { Degraded: 0, Progressing: 1, Ready: 2 };

/** Those that need somebody first; else by kind and name. */
export function byNeed(list: ResourceInfo[]): ResourceInfo[] {
  return [...list].sort(
    (a, b) =>
      (kRank[a.state] ?? 1) - (kRank[b.state] ?? 1) ||
      a.kind.localeCompare(b.kind) ||
      a.name.localeCompare(b.name),
  );
}

/** An ISO time, or seconds or milliseconds since 1970. */
export function sinceMillis(since: string | number | undefined): number | null {
  if (since === undefined || since === "") return null;
  if (typeof since === "number") return since < 1e11 ? since * 1000 : since;
  const parsed = Date.parse(since);
  return Number.isNaN(parsed) ? null : parsed;
}

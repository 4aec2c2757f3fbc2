// The API key: kept for this tab alone, and asked for once when the server wants one.

const kStorageName = "argosy-key";

type Asker = (wrong: boolean) => Promise<string | null>;
let asker: Asker = async () => null;
let asking: Promise<boolean> | null = null;

export function apiKey(): string {
  return sessionStorage.getItem(kStorageName) ?? "";
}

export function setApiKey(key: string): void {
  if (key) sessionStorage.setItem(kStorageName, key);
  else sessionStorage.removeItem(kStorageName);
}

/** The dialog that asks; null is "no". */
export function setAsker(next: Asker): void {
  asker = next;
}

/**
 * After a 401: true when there is another key to try. Requests that fail together ask once, and
 * one that was refused with a key no longer current just tries the current one.
 */
export function askForKey(refused: string): Promise<boolean> {
  if (refused !== apiKey()) return Promise.resolve(true);
  asking ??= asker(refused !== "")
    .then((key) => {
      if (key) setApiKey(key);
      return Boolean(key);
    })
    .finally(() => {
      asking = null;
    });
  return asking;
}

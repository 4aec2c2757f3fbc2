// Who asks, as far as the console knows: a random name of this browser, so that its sessions are
// found again. It proves nothing; access is the API key's affair.

const kStorageName = "argosy-user";

export function userId(): string {
  const stored = localStorage.getItem(kStorageName);
  if (stored) return stored;
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  const made = `console-${Array.from(bytes, (b) => b.toString(16).padStart(2, "0")).join("")}`;
  localStorage.setItem(kStorageName, made);
  return made;
}

// Which page is shown: "#/knowledge/catalog" is the page and what of it.
import { useEffect, useState } from "preact/hooks";

export const kPages = ["chat", "knowledge", "models", "trace", "resources"] as const;
export type Page = (typeof kPages)[number];

export interface Place {
  page: Page;
  detail: string;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // a lone "%" typed into the address
  }
}

export function readPlace(hash: string): Place {
  const [, page = "", detail = ""] = hash.split("/");
  const known = kPages.find((one) => one === page);
  return { page: known ?? "chat", detail: known ? decoded(detail) : "" };
}

export function usePlace(): Place {
  const [place, setPlace] = useState(() => readPlace(location.hash));
  useEffect(() => {
    const onChange = () => setPlace(readPlace(location.hash));
    addEventListener("hashchange", onChange);
    return () => removeEventListener("hashchange", onChange);
  }, []);
  return place;
}

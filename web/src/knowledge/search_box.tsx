// Tries a question against a knowledge base: what it finds, with which scores, under which filter.
import type { JSX } from "preact";
import { useRef, useState } from "preact/hooks";
import { errorText } from "../api/client";
import { search } from "../api/knowledge";
import type { Hit, SearchAnswer } from "../api/types";
import { Fields } from "../ui/fields";
import { millis, plural } from "../ui/format";
import { Icon } from "../ui/icon";
import { Notice } from "../ui/notice";
import { filterText } from "./filter_text";

function Score(props: {
  name: string;
  value: number | null | undefined;
  best: number;
}): JSX.Element {
  const { name, value, best } = props;
  const part = typeof value === "number" && best > 0 ? Math.max(0, value / best) : 0;
  return (
    <div class="score" title={`${name} score`}>
      <span>{name}</span>
      <meter class="off-screen" min={0} max={1} value={part} aria-label={`${name} score`} />
      <svg viewBox="0 0 40 4" preserveAspectRatio="none" aria-hidden="true">
        <rect class="track" width={40} height={4} />
        <rect class="fill" width={40 * part} height={4} />
      </svg>
      <b>{typeof value === "number" ? value.toFixed(3) : "–"}</b>
    </div>
  );
}

function HitView(props: {
  hit: Hit;
  rank: number;
  best: Record<"score" | "text_score" | "vector_score", number>;
}): JSX.Element {
  const { hit, best } = props;
  return (
    <li class="hit">
      <div class="hit-head">
        <span class="rank">{props.rank}</span>
        <h3>{hit.title || hit.document_id}</h3>
      </div>
      <div class="scores">
        <Score name="text" value={hit.text_score} best={best.text_score} />
        <Score name="vector" value={hit.vector_score} best={best.vector_score} />
        <Score name="fused" value={hit.score} best={best.score} />
      </div>
      <p>{hit.text}</p>
      <details>
        <summary>
          <code>{hit.source}</code>
        </summary>
        <Fields values={hit.metadata ?? {}} hide={["source", "title"]} />
      </details>
    </li>
  );
}

function FilterLine(props: { answer: SearchAnswer }): JSX.Element {
  const { filter, dropped_filter, took_ms, hits } = props.answer;
  return (
    <p class="filter-line" role="status">
      <span>
        {plural(hits.length, "passage")} in {millis(took_ms)}
      </span>
      {filter && (
        <span class={`badge ${dropped_filter ? "warn" : "accent"}`}>
          {filterText(filter) || JSON.stringify(filter)}
        </span>
      )}
      {!filter && <span class="quiet">no filter derived from the question</span>}
      {dropped_filter && <span class="quiet">dropped: nothing met it</span>}
    </p>
  );
}

function Hits(props: { answer: SearchAnswer }): JSX.Element {
  const { hits } = props.answer;
  const largest = (pick: (hit: Hit) => number | null | undefined) =>
    Math.max(0, ...hits.map((hit) => pick(hit) ?? 0));
  const best = {
    score: largest((hit) => hit.score),
    text_score: largest((hit) => hit.text_score),
    vector_score: largest((hit) => hit.vector_score),
  };
  return (
    <ol class="hits" aria-label="Passages">
      {hits.map((hit, i) => (
        <HitView key={hit.id} hit={hit} rank={i + 1} best={best} />
      ))}
    </ol>
  );
}

export function SearchBox(props: { name: string }): JSX.Element {
  const [query, setQuery] = useState("");
  const [answer, setAnswer] = useState<SearchAnswer | null>(null);
  const [error, setError] = useState("");
  const asked = useRef(0);

  const run = async (event: Event) => {
    event.preventDefault();
    if (!query.trim()) return setAnswer(null);
    asked.current += 1;
    const mine = asked.current;
    try {
      const found = await search(props.name, query.trim());
      if (mine !== asked.current) return; // a later question was faster
      setAnswer(found);
      setError("");
    } catch (failed) {
      if (mine === asked.current) setError(errorText(failed));
    }
  };

  return (
    <section class="card" aria-label="Search">
      <form class="search" role="search" onSubmit={run}>
        <Icon name="search" />
        <input
          id="search"
          type="search"
          value={query}
          placeholder="Search as the assistant does: a waterproof jacket under 80 dollars"
          aria-label={`Search ${props.name}`}
          onInput={(event) => setQuery(event.currentTarget.value)}
        />
        <button type="submit" class="button">
          Search
        </button>
      </form>
      {error && <Notice kind="error" text={error} />}
      {answer && <FilterLine answer={answer} />}
      {answer && <Hits answer={answer} />}
    </section>
  );
}

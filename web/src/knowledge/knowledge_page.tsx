// Knowledge bases: what each holds and where it comes from; one of them opened.
import type { JSX } from "preact";
import { useCallback, useEffect, useState } from "preact/hooks";
import { errorText } from "../api/client";
import { listKnowledgeBases } from "../api/knowledge";
import type { KnowledgeBaseInfo } from "../api/types";
import { count, plural } from "../ui/format";
import { Empty, Notice } from "../ui/notice";
import { StateMark } from "../ui/state_mark";
import { Documents } from "./documents";
import { DropZone } from "./drop_zone";
import { SearchBox } from "./search_box";

function Summary(props: { base: KnowledgeBaseInfo }): JSX.Element {
  const { base } = props;
  return (
    <section class="card" aria-label="About">
      <dl class="figures-row">
        <div>
          <dt>Documents</dt>
          <dd>{count(base.documents)}</dd>
        </div>
        <div>
          <dt>Chunks</dt>
          <dd>{count(base.chunks)}</dd>
        </div>
        <div>
          <dt>Embedding</dt>
          <dd>{base.embedding || "none"}</dd>
        </div>
        <div>
          <dt>Store</dt>
          <dd>{base.store || "embedded"}</dd>
        </div>
      </dl>
      {base.message && (
        <Notice kind={base.state === "Degraded" ? "error" : "info"} text={base.message} />
      )}
      {(base.sources ?? []).map((source) => (
        <div class="source-line" key={source.uri}>
          <StateMark state={source.state} />
          <code>{source.uri}</code>
          <span class="quiet">{plural(source.documents, "document")}</span>
          {source.problems && source.problems.length > 0 && (
            <details class="problems">
              <summary>{plural(source.problems.length, "part")} left out, and why</summary>
              <ul>
                {source.problems.slice(0, 50).map((problem, i) => (
                  <li key={i}>
                    <code>{problem.place}</code> {problem.message}
                  </li>
                ))}
              </ul>
            </details>
          )}
        </div>
      ))}
    </section>
  );
}

function Tabs(props: { bases: KnowledgeBaseInfo[]; chosen: string }): JSX.Element {
  return (
    <nav class="tabs" aria-label="Knowledge bases">
      {props.bases.map((base) => (
        <a
          key={base.name}
          href={`#/knowledge/${encodeURIComponent(base.name)}`}
          aria-current={base.name === props.chosen ? "page" : undefined}
        >
          {base.name}
          <StateMark state={base.state} quiet />
        </a>
      ))}
    </nav>
  );
}

export function KnowledgePage(props: { chosen: string }): JSX.Element {
  const [bases, setBases] = useState<KnowledgeBaseInfo[] | null>(null);
  const [error, setError] = useState("");
  const [version, setVersion] = useState(0);
  const load = useCallback(() => {
    listKnowledgeBases().then(
      (list) => {
        setBases(list);
        setError("");
      },
      (failed: unknown) => setError(errorText(failed)),
    );
  }, []);
  useEffect(load, [load]);

  const base = bases?.find((one) => one.name === props.chosen) ?? bases?.[0];
  const taken = () => {
    setVersion((before) => before + 1);
    load();
  };
  return (
    <div class="page">
      <h1>Knowledge</h1>
      {error && <Notice kind="error" text={error} />}
      {bases?.length === 0 && (
        <Empty title="No knowledge base yet">
          <p>Declare a KnowledgeBase in the application's file, and its documents appear here.</p>
        </Empty>
      )}
      {bases && base && (
        <>
          <Tabs bases={bases} chosen={base.name} />
          <Summary base={base} />
          <SearchBox key={`search ${base.name}`} name={base.name} />
          <DropZone key={`drop ${base.name}`} name={base.name} onDone={taken} />
          <Documents key={`list ${base.name}`} name={base.name} version={version} onChange={load} />
        </>
      )}
    </div>
  );
}

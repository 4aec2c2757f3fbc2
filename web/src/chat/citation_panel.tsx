// The passage behind a [n]: the row or text that the model was given, and where it stands.
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { errorText } from "../api/client";
import { listKnowledgeBases, search } from "../api/knowledge";
import type { Citation, Hit } from "../api/types";
import { CopyButton } from "../ui/copy_button";
import { Fields } from "../ui/fields";
import { Notice } from "../ui/notice";
import { Panel } from "../ui/panel";

/** Stored answers keep only a passage's name: its text is looked up by its title. */
async function lookUp(citation: Citation): Promise<Hit | null> {
  for (const base of await listKnowledgeBases()) {
    const { hits } = await search(base.name, citation.title || citation.source);
    const hit = hits.find((one) => one.id === citation.id);
    if (hit) return hit;
  }
  return null;
}

function usePassage(citation: Citation): { passage: Citation; problem: string } {
  const [found, setFound] = useState<Citation | null>(null);
  const [problem, setProblem] = useState("");
  useEffect(() => {
    setFound(null);
    setProblem("");
    if (citation.text !== undefined) return;
    let left = false;
    lookUp(citation)
      .then((hit) => {
        if (left) return;
        if (hit) setFound({ ...citation, text: hit.text, metadata: hit.metadata ?? {} });
        else setProblem("This passage is no longer in a knowledge base.");
      })
      .catch((error: unknown) => {
        if (!left) setProblem(errorText(error));
      });
    return () => {
      left = true;
    };
  }, [citation]);
  return { passage: found ?? citation, problem };
}

export function CitationPanel(props: { citation: Citation; onClose: () => void }): JSX.Element {
  const { passage, problem } = usePassage(props.citation);
  const metadata = passage.metadata ?? {};
  return (
    <Panel
      title={`Source ${passage.number}`}
      label={`Source ${passage.number}: ${passage.title || passage.source}`}
      onClose={props.onClose}
    >
      <h3 class="passage-title">{passage.title || passage.id}</h3>
      <p class="place">
        <code>{passage.source}</code>
        <CopyButton text={passage.source} label="Copy the source's address" />
      </p>
      {problem && <Notice kind="info" text={problem} />}
      {passage.text !== undefined && <blockquote class="passage">{passage.text}</blockquote>}
      <Fields values={metadata} hide={["source", "title"]} />
    </Panel>
  );
}

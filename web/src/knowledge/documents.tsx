// The documents of a knowledge base, page by page; each can be deleted, after a second click.
import type { JSX } from "preact";
import { useCallback, useEffect, useState } from "preact/hooks";
import { errorText } from "../api/client";
import { deleteDocument, listDocuments } from "../api/knowledge";
import type { DocumentInfo } from "../api/types";
import { plural } from "../ui/format";
import { Icon } from "../ui/icon";
import { Notice } from "../ui/notice";

function Row(props: { document: DocumentInfo; onDelete: () => void }): JSX.Element {
  const { document: info } = props;
  const [asked, setAsked] = useState(false);
  const name = info.title || info.id;
  return (
    <tr>
      <td>
        <b>{name}</b>
        <small class="quiet only-phone">{info.source}</small>
      </td>
      <td class="not-phone">
        <code>{info.source}</code>
      </td>
      <td class="number">{info.chunks}</td>
      <td class="number">
        {asked ? (
          <button
            type="button"
            class="button danger"
            onBlur={() => setAsked(false)}
            onClick={props.onDelete}
          >
            Delete
          </button>
        ) : (
          <button
            type="button"
            class="tool"
            aria-label={`Delete ${name}`}
            title="Delete"
            onClick={() => setAsked(true)}
          >
            <Icon name="trash" />
          </button>
        )}
      </td>
    </tr>
  );
}

export function Documents(props: {
  name: string;
  version: number;
  onChange: () => void;
}): JSX.Element {
  const { name } = props;
  const [rows, setRows] = useState<DocumentInfo[]>([]);
  const [next, setNext] = useState<string | null>(null);
  const [error, setError] = useState("");

  const more = useCallback(
    async (after: string | null) => {
      try {
        const page = await listDocuments(name, after);
        setRows((before) => (after ? [...before, ...page.data] : page.data));
        setNext(page.next);
        setError("");
      } catch (failed) {
        setError(errorText(failed));
      }
    },
    [name],
  );
  // A new version: something was taken in.
  useEffect(() => void more(null), [more, props.version]);

  const remove = async (id: string) => {
    try {
      await deleteDocument(name, id);
      setRows((before) => before.filter((row) => row.id !== id));
      props.onChange();
    } catch (failed) {
      setError(errorText(failed));
    }
  };

  return (
    <section class="card" aria-label="Documents">
      <h2>Documents</h2>
      {error && <Notice kind="error" text={error} />}
      {rows.length === 0 && !error && <p class="quiet">No documents yet.</p>}
      {rows.length > 0 && (
        <table class="list">
          <thead>
            <tr>
              <th scope="col">Document</th>
              <th scope="col" class="not-phone">
                Source
              </th>
              <th scope="col" class="number">
                Chunks
              </th>
              <th scope="col">
                <span class="off-screen">Delete</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <Row key={row.id} document={row} onDelete={() => void remove(row.id)} />
            ))}
          </tbody>
        </table>
      )}
      {next && (
        <button type="button" class="button" onClick={() => void more(next)}>
          More after {plural(rows.length, "document")}
        </button>
      )}
    </section>
  );
}

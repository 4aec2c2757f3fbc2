// The application's resources: one state, one reason each; those that need somebody come first.
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { listResources } from "../api/assistants";
import { errorText } from "../api/client";
import type { ResourceInfo } from "../api/types";
import { ago, plural } from "../ui/format";
import { Empty, Notice } from "../ui/notice";
import { StateMark } from "../ui/state_mark";
import { byNeed, sinceMillis } from "./order";

const kPeriodMs = 3000;

function useResources(): { list: ResourceInfo[] | null; error: string } {
  const [list, setList] = useState<ResourceInfo[] | null>(null);
  const [error, setError] = useState("");
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout>;
    let left = false;
    const look = async () => {
      try {
        const got = await listResources();
        if (left) return;
        setList(got);
        setError("");
      } catch (failed) {
        if (!left) setError(errorText(failed));
      }
      if (!left) timer = setTimeout(look, kPeriodMs);
    };
    void look();
    return () => {
      left = true;
      clearTimeout(timer);
    };
  }, []);
  return { list, error };
}

function Row(props: { resource: ResourceInfo }): JSX.Element {
  const { resource } = props;
  const since = sinceMillis(resource.since);
  return (
    <tr>
      <td>
        <StateMark state={resource.state} />
      </td>
      <td>
        <b>{resource.name}</b>
        <small class="quiet">{resource.kind}</small>
      </td>
      <td>
        {resource.reason && <code>{resource.reason}</code>}
        {resource.message && <p>{resource.message}</p>}
      </td>
      <td class="number quiet not-phone">{since === null ? "" : ago(since, Date.now())}</td>
    </tr>
  );
}

export function ResourcesPage(): JSX.Element {
  const { list, error } = useResources();
  const ready = list?.filter((one) => one.state === "Ready").length ?? 0;
  return (
    <div class="page">
      <h1>Resources</h1>
      {error && <Notice kind="error" text={error} />}
      {list?.length === 0 && (
        <Empty title="Nothing is declared">
          <p>
            This server runs without an application's file. Start one with argosy up -f app.yaml.
          </p>
        </Empty>
      )}
      {list && list.length > 0 && (
        <section class="card" aria-label="Resources">
          <p class="quiet">
            {ready} of {plural(list.length, "resource")} ready
          </p>
          <table class="list resources">
            <thead>
              <tr>
                <th scope="col">State</th>
                <th scope="col">Resource</th>
                <th scope="col">Reason</th>
                <th scope="col" class="number not-phone">
                  Since
                </th>
              </tr>
            </thead>
            <tbody>
              {byNeed(list).map((one) => (
                <Row key={`${one.kind}/${one.name}`} resource={one} />
              ))}
            </tbody>
          </table>
        </section>
      )}
    </div>
  );
}

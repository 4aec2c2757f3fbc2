// Markdown as elements. Citations become buttons that open their passage.
import type { ComponentChildren, JSX } from "preact";
import { useMemo } from "preact/hooks";
import { CopyButton } from "../ui/copy_button";
import { type Align, type Block, parseMarkdown } from "./blocks";
import { type Inline, parseInline } from "./inline";

type OpenCitation = (number: number) => void;

function CitationMark(props: { numbers: number[]; open: OpenCitation | undefined }): JSX.Element {
  const { open } = props;
  if (!open) return <span>[{props.numbers.join(", ")}]</span>;
  return (
    <>
      {props.numbers.map((number) => (
        <button
          key={number}
          type="button"
          class="cite"
          aria-label={`Source ${number}`}
          onClick={() => open(number)}
        >
          {number}
        </button>
      ))}
    </>
  );
}

function inlineNode(node: Inline, key: number, open: OpenCitation | undefined): ComponentChildren {
  switch (node.kind) {
    case "text":
      return node.text;
    case "code":
      return <code key={key}>{node.text}</code>;
    case "break":
      return <br key={key} />;
    case "citation":
      return <CitationMark key={key} numbers={node.numbers} open={open} />;
    case "link":
      return (
        <a key={key} href={node.href} target="_blank" rel="noopener noreferrer nofollow">
          {inlineNodes(node.children, open)}
        </a>
      );
    default: {
      const Tag = node.kind;
      return <Tag key={key}>{inlineNodes(node.children, open)}</Tag>;
    }
  }
}

function inlineNodes(nodes: Inline[], open: OpenCitation | undefined): ComponentChildren {
  return nodes.map((node, i) => inlineNode(node, i, open));
}

function Text(props: { text: string; open: OpenCitation | undefined }): JSX.Element {
  return <>{inlineNodes(parseInline(props.text), props.open)}</>;
}

function alignClass(align: Align | undefined): string {
  return align ? `align-${align}` : "";
}

function Table(props: {
  block: Extract<Block, { kind: "table" }>;
  open: OpenCitation | undefined;
}): JSX.Element {
  const { block, open } = props;
  return (
    <div class="table-scroll" tabIndex={0} role="region" aria-label="Table">
      <table>
        <thead>
          <tr>
            {block.head.map((cell, i) => (
              <th key={i} scope="col" class={alignClass(block.align[i])}>
                <Text text={cell} open={open} />
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {block.rows.map((row, i) => (
            <tr key={i}>
              {row.map((cell, j) => (
                <td key={j} class={alignClass(block.align[j])}>
                  <Text text={cell} open={open} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function CodeBlock(props: { language: string; text: string }): JSX.Element {
  return (
    <div class="code-block">
      <div class="code-head">
        <span>{props.language || "text"}</span>
        <CopyButton text={props.text} label="Copy code" />
      </div>
      <pre tabIndex={0}>
        <code>{props.text}</code>
      </pre>
    </div>
  );
}

// One paragraph in an item stands without its own margins.
function Item(props: { blocks: Block[]; open: OpenCitation | undefined }): JSX.Element {
  const [first, ...rest] = props.blocks;
  if (first?.kind !== "paragraph") return <li>{blockNodes(props.blocks, props.open)}</li>;
  return (
    <li>
      <Text text={first.text} open={props.open} />
      {blockNodes(rest, props.open)}
    </li>
  );
}

function blockNode(block: Block, key: number, open: OpenCitation | undefined): ComponentChildren {
  switch (block.kind) {
    case "paragraph":
      return (
        <p key={key}>
          <Text text={block.text} open={open} />
        </p>
      );
    case "heading": {
      // The page has its own first two levels.
      const Tag = `h${Math.min(block.level + 2, 6)}` as "h3";
      return (
        <Tag key={key}>
          <Text text={block.text} open={open} />
        </Tag>
      );
    }
    case "code":
      return <CodeBlock key={key} language={block.language} text={block.text} />;
    case "quote":
      return <blockquote key={key}>{blockNodes(block.blocks, open)}</blockquote>;
    case "table":
      return <Table key={key} block={block} open={open} />;
    case "rule":
      return <hr key={key} />;
    case "list": {
      const items = block.items.map((item, i) => <Item key={i} blocks={item} open={open} />);
      if (!block.ordered) return <ul key={key}>{items}</ul>;
      return (
        <ol key={key} start={block.start}>
          {items}
        </ol>
      );
    }
  }
}

function blockNodes(blocks: Block[], open: OpenCitation | undefined): ComponentChildren {
  return blocks.map((block, i) => blockNode(block, i, open));
}

export function Markdown(props: { text: string; onCitation?: OpenCitation }): JSX.Element {
  const blocks = useMemo(() => parseMarkdown(props.text), [props.text]);
  return <div class="markdown">{blockNodes(blocks, props.onCitation)}</div>;
}

// The console's icons: strokes of a 16 by 16 grid, coloured by the text around them.
import type { JSX } from "preact";

const kPaths = {
  chat: "M2.5 3.5h11v7.5h-6l-3 2.5V11h-2z",
  book: "M3 2.5h8.5a1.5 1.5 0 0 1 1.5 1.5v9.5H4.5A1.5 1.5 0 0 1 3 12zM3 12a1.5 1.5 0 0 1 1.5-1.5H13M6 5.5h4",
  chart: "M2.5 2.5v11h11M5 10.5l2.5-3.5 2 2 3.5-5",
  trace: "M2.5 4h6M5 8h6M8.5 12h5",
  boxes: "M2.5 2.5h4.5v4.5H2.5zM9 2.5h4.5v4.5H9zM2.5 9h4.5v4.5H2.5zM9 9h4.5v4.5H9z",
  plus: "M8 3v10M3 8h10",
  trash: "M3 4.5h10M6.5 4.5V3h3v1.5M4.5 4.5l.5 8.5h6l.5-8.5M6.7 7v3.5M9.3 7v3.5",
  copy: "M5.5 5.5h7.5V13H5.5zM3 10.5V3h7.5",
  check: "M3 8.5l3.3 3.3L13 5",
  retry: "M12.8 6A5 5 0 1 0 13 9M13 2.8V6h-3.2",
  stop: "M4.5 4.5h7v7h-7z",
  send: "M8 13V3.5M3.8 7.5L8 3.3l4.2 4.2",
  close: "M4 4l8 8M12 4l-8 8",
  search: "M7 3a4 4 0 1 1 0 8 4 4 0 0 1 0-8zM10 10l3.5 3.5",
  upload: "M8 10.5V3M4.8 6L8 2.8 11.2 6M3 10.5V13h10v-2.5",
  key: "M10.5 2.5a3 3 0 1 1-2.7 4.3L2.5 12v1.5h2.3V12h1.5v-1.5l2-2",
  help: "M5.7 6a2.3 2.3 0 1 1 3.5 2c-.8.5-1.2.9-1.2 1.8M8 12.2v.3",
  warn: "M8 2.5l6 10.5H2zM8 6.5v3M8 11.2v.2",
  menu: "M2.5 4.5h11M2.5 8h11M2.5 11.5h11",
  chevron: "M6 3.5L10.5 8 6 12.5",
} as const;

export type IconName = keyof typeof kPaths;

export function Icon(props: { name: IconName }): JSX.Element {
  return (
    <svg class="icon" viewBox="0 0 16 16" aria-hidden="true" focusable="false">
      <path d={kPaths[props.name]} />
    </svg>
  );
}

// A small plot of the last minutes: one or two lines, the top of its axis, the value under the
// pointer.
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { kMostPoints, kPeriodMs } from "./metrics_store";
import { lastValue, linePath, niceTop, type Series, slotsFor } from "./plot_scale";

const kWidth = 300;
const kHeight = 84;

export interface PlotProps {
  title: string;
  series: Series[];
  format: (value: number) => string;
  /** The axis is at least so high. */
  least: number;
  /** A fixed top, where values have one. */
  top?: number;
  /** Shown where no line has a value. */
  idle: string;
}

function Lines(props: {
  series: Series[];
  top: number;
  slots: number;
  at: number | null;
}): JSX.Element {
  const { series, top, slots, at } = props;
  return (
    <>
      {[0.25, 0.5, 0.75].map((part) => (
        <line key={part} class="grid" x1={0} x2={kWidth} y1={kHeight * part} y2={kHeight * part} />
      ))}
      {series.map((one, i) => {
        const path = linePath(one.values, top, slots, kWidth, kHeight);
        const first = /^M([\d.]+)/.exec(path)?.[1];
        const last = /([\d.]+) [\d.]+$/.exec(path)?.[1];
        return (
          <g key={one.name} class={`line line-${i}`}>
            {i === 0 && path && (
              <path class="area" d={`${path}L${last} ${kHeight}L${first} ${kHeight}Z`} />
            )}
            <path d={path} />
          </g>
        );
      })}
      {at !== null && <line class="cursor" x1={at} x2={at} y1={0} y2={kHeight} />}
    </>
  );
}

export function Plot(props: PlotProps): JSX.Element {
  const [slot, setSlot] = useState<number | null>(null);
  const all = props.series.flatMap((one) => one.values).filter((value) => value !== null);
  const top = props.top ?? niceTop(Math.max(0, ...all), props.least);
  const points = Math.max(0, ...props.series.map((one) => one.values.length));
  const slots = slotsFor(points, kMostPoints);
  const offset = slots - points;
  const shown = (one: Series): number | null =>
    slot === null ? lastValue(one.values) : (one.values[slot - offset] ?? null);
  const spoken = props.series
    .map(
      (one) =>
        `${one.name} ${lastValue(one.values) === null ? props.idle : props.format(lastValue(one.values) as number)}`,
    )
    .join(", ");

  const onMove = (event: PointerEvent & { currentTarget: SVGSVGElement }) => {
    const box = event.currentTarget.getBoundingClientRect();
    const part = (event.clientX - box.left) / box.width;
    setSlot(Math.round(Math.min(1, Math.max(0, part)) * (slots - 1)));
  };
  const secondsBack = slot === null ? 0 : ((slots - 1 - slot) * kPeriodMs) / 1000;

  return (
    <figure class="plot">
      <figcaption>
        <span>{props.title}</span>
        <small>{slot === null ? "" : `${secondsBack} s ago`}</small>
      </figcaption>
      <p class="plot-values">
        {props.series.map((one, i) => {
          const value = shown(one);
          return (
            <span key={one.name} class={`value-${i}`}>
              <b>{value === null ? props.idle : props.format(value)}</b>
              {props.series.length > 1 && <small>{one.name}</small>}
            </span>
          );
        })}
      </p>
      <div class="plot-box">
        <span class="plot-top">{props.format(top)}</span>
        <svg
          viewBox={`0 0 ${kWidth} ${kHeight}`}
          preserveAspectRatio="none"
          role="img"
          aria-label={`${props.title}: ${spoken}`}
          onPointerMove={onMove}
          onPointerLeave={() => setSlot(null)}
        >
          <Lines
            series={props.series}
            top={top}
            slots={slots}
            at={slot === null ? null : (slot / (slots - 1)) * kWidth}
          />
        </svg>
      </div>
      <div class="plot-axis" aria-hidden="true">
        <span>{Math.round((slots * kPeriodMs) / 6000) / 10} min ago</span>
        <span>now</span>
      </div>
    </figure>
  );
}

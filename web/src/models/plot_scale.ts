// Where a plot's values fall in its box. Pure.

/** The next of 1, 2, 5 times a power of ten: an axis that does not jump with each point. */
export function niceTop(largest: number, least: number): number {
  const wanted = Math.max(largest, least);
  const power = 10 ** Math.floor(Math.log10(wanted));
  for (const step of [1, 2, 5, 10]) {
    if (step * power >= wanted * 0.999999) return step * power;
  }
  return 10 * power;
}

/** How many points wide a plot is: it widens as they come, and then moves. */
export function slotsFor(points: number, most: number): number {
  const [narrow, middle] = [most / 5, most / 2];
  return points <= narrow ? narrow : points <= middle ? middle : most;
}

export interface Series {
  name: string;
  /** Null is a gap. */
  values: (number | null)[];
}

/** "M x y L x y": the newest value at the right edge, `slots` values in the whole width. */
export function linePath(
  values: (number | null)[],
  top: number,
  slots: number,
  width: number,
  height: number,
): string {
  const offset = slots - values.length;
  let path = "";
  let pen = "M";
  values.forEach((value, i) => {
    if (value === null) return; // a gap is bridged: seldom answers are still one curve
    const x = ((offset + i) / (slots - 1)) * width;
    const y = height - (Math.min(value, top) / top) * height;
    path += `${pen}${x.toFixed(1)} ${y.toFixed(1)}`;
    pen = "L";
  });
  return path;
}

export function lastValue(values: (number | null)[]): number | null {
  for (let i = values.length - 1; i >= 0; i -= 1) {
    const value = values[i];
    if (value !== null && value !== undefined) return value;
  }
  return null;
}

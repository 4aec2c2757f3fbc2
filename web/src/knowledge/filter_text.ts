// A derived filter (in Qdrant's shape) in words: "price_cents < 8000 and colour = blue".

type Condition = Record<string, unknown>;

const kSigns: Record<string, string> = { lt: "<", lte: "≤", gt: ">", gte: "≥" };

function list(value: unknown): Condition[] {
  if (Array.isArray(value)) return value as Condition[];
  return value && typeof value === "object" ? [value as Condition] : [];
}

function conditionText(condition: Condition): string {
  const nested = filterText(condition);
  if (nested) return `(${nested})`;
  const key = String(condition.key ?? "?");
  const parts: string[] = [];
  const match = condition.match as Record<string, unknown> | undefined;
  if (match) {
    if ("value" in match) parts.push(`${key} = ${String(match.value)}`);
    else if (Array.isArray(match.any)) parts.push(`${key} in ${match.any.join(", ")}`);
    else if (Array.isArray(match.except)) parts.push(`${key} not in ${match.except.join(", ")}`);
    else parts.push(`${key} has ${Object.values(match).join(" ")}`);
  }
  for (const [name, bound] of Object.entries((condition.range ?? {}) as Condition)) {
    if (bound !== null) parts.push(`${key} ${kSigns[name] ?? name} ${String(bound)}`);
  }
  return parts.length > 0 ? parts.join(" and ") : JSON.stringify(condition);
}

/** Empty where it is no filter of that shape. */
export function filterText(filter: Record<string, unknown>): string {
  const must = list(filter.must).map(conditionText);
  const should = list(filter.should).map(conditionText);
  const mustNot = list(filter.must_not).map((one) => `not ${conditionText(one)}`);
  if (should.length > 0) {
    const any = should.join(" or ");
    must.push(should.length > 1 ? `(${any})` : any);
  }
  return [...must, ...mustNot].join(" and ");
}

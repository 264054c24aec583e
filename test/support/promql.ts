import { parser } from "@prometheus-io/lezer-promql";
import type { Sample } from "./prometheus-text.ts";

/** Series that a query asks for. */
export interface Selector {
  readonly text: string;
  readonly name: string;
  readonly matches: (labels: Readonly<Record<string, string>>) => boolean;
}

/** What a query needs to have data. */
export interface Needs {
  readonly selectors: readonly Selector[];
  /** Labels that it groups by. */
  readonly grouping: readonly string[];
}

const OPERATORS: Readonly<Record<string, (value: string, wanted: string) => boolean>> = {
  "=": (value, wanted) => value === wanted,
  "!=": (value, wanted) => value !== wanted,
  "=~": (value, wanted) => new RegExp(`^(?:${wanted})$`).test(value),
  "!~": (value, wanted) => !new RegExp(`^(?:${wanted})$`).test(value),
};

interface Building {
  readonly text: string;
  name: string;
  readonly tests: Selector["matches"][];
}

/** Reads a query by Prometheus' own grammar; throws for one that it does not know. */
export function needsOf(query: string): Needs {
  const selectors: Selector[] = [];
  const grouping: string[] = [];
  let current: Building | undefined;
  const parts: { label: string; operator: string } = { label: "", operator: "" };
  let inGrouping = false;
  const tree = parser.parse(query);
  tree.iterate({
    enter: ({ name, from, to }) => {
      const text = query.slice(from, to);
      if (name === "⚠") throw new Error(`not PromQL at ${from}: ${query}`);
      if (name === "VectorSelector") current = { text, name: "", tests: [] };
      else if (name === "GroupingLabels") inGrouping = true;
      else if (name === "Identifier" && current !== undefined) current.name = text;
      else if (name === "LabelName") {
        parts.label = text;
        if (inGrouping) grouping.push(text);
      } else if (name === "MatchOp") parts.operator = text;
      else if (name === "StringLiteral" && current !== undefined) {
        const [wanted, test, { label }] = [JSON.parse(text) as string, OPERATORS[parts.operator], { ...parts }];
        if (test === undefined) throw new Error(`no operator ${parts.operator}: ${query}`);
        current.tests.push((labels) => test(labels[label] ?? "", wanted));
      }
    },
    leave: ({ name }) => {
      if (name === "GroupingLabels") inGrouping = false;
      if (name !== "VectorSelector" || current === undefined) return;
      const { tests, ...selector } = current;
      selectors.push({ ...selector, matches: (labels) => tests.every((test) => test(labels)) });
      current = undefined;
    },
  });
  return { selectors, grouping };
}

/** Labels that Prometheus adds to what it scrapes, or that belong to histograms. */
const ADDED = ["instance", "job", "le"];

/** Why a query would show nothing, or could not group, over these samples; empty if it has data. */
export function lacksOf(query: string, samples: readonly Sample[]): string[] {
  const { selectors, grouping } = needsOf(query);
  const withTarget = ({ labels }: Sample): Record<string, string> => ({ instance: "here", job: "lloom", ...labels });
  const found = selectors.map((selector) => ({
    selector,
    samples: samples.filter((sample) => sample.name === selector.name && selector.matches(withTarget(sample))),
  }));
  const empty = found
    .filter(({ samples }) => samples.length === 0)
    .map(({ selector }) => `no data for ${selector.text}`);
  const labels = new Set([
    ...ADDED,
    ...found.flatMap(({ samples }) => samples.flatMap((one) => Object.keys(one.labels))),
  ]);
  const unknown = grouping.filter((label) => !labels.has(label)).map((label) => `no label ${label} in ${query}`);
  return [...empty, ...unknown];
}

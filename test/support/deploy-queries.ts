import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { ROOT } from "../../checkout/paths.ts";

/** A query that deploy/ ships, and where it stands. */
export interface ShippedQuery {
  readonly place: string;
  readonly query: string;
}

interface Panel {
  readonly title: string;
  readonly type: string;
  readonly targets?: readonly { readonly expr: string }[];
}
interface Rules {
  readonly groups: readonly {
    readonly rules: readonly { readonly alert?: string; readonly record?: string; readonly expr: string }[];
  }[];
}

const read = (path: string): string => readFileSync(join(ROOT, "deploy", path), "utf8");
/** What Grafana puts in the place of its variables when all is chosen. */
const withoutVariables = (query: string): string =>
  query.replaceAll("$__rate_interval", "5m").replaceAll(/\$\w+/g, ".*");

/** Every query of the dashboard, by panel. */
export function dashboardQueries(): ShippedQuery[] {
  const { panels } = JSON.parse(read("grafana/lloom.json")) as { readonly panels: readonly Panel[] };
  return panels.flatMap(({ title, type, targets = [] }) => {
    if (type !== "row" && targets.length === 0) throw new Error(`The panel "${title}" asks for nothing.`);
    return targets.map(({ expr }) => ({ place: `panel ${title}`, query: withoutVariables(expr) }));
  });
}

/** Every query of a file of rules, by alert or recorded name. */
export function ruleQueries(file: "lloom.rules.yml" | "vllm.rules.yml"): ShippedQuery[] {
  const { groups } = parse(read(`prometheus/${file}`)) as Rules;
  return groups.flatMap(({ rules }) =>
    rules.map(({ alert, record, expr }) => ({ place: alert ?? record ?? "", query: expr })),
  );
}

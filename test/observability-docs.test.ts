// What docs/observability.md explains and deploy/ asks for is what the nodes have.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ROOT } from "../checkout/paths.ts";
import { FIRST_METRICS_PORT } from "../devnet/src/metrics-flags.ts";
import { METRICS, type MetricKind } from "../node/src/observe/metric-table.ts";
import { dashboardQueries, ruleQueries } from "./support/deploy-queries.ts";
import { needsOf } from "./support/promql.ts";

const page = readFileSync(join(ROOT, "docs/observability.md"), "utf8");
/** First cells of the page's tables that look so. */
const cells = (form: RegExp): string[] =>
  page
    .split("\n")
    .flatMap((line) => [...(/^\| ([^|]+) \|/.exec(line)?.[1]?.matchAll(/`([^`]+)`/g) ?? [])].map(([, it = ""]) => it))
    .filter((it) => form.test(it));
const alerts = ruleQueries("lloom.rules.yml");
const shipped = [...dashboardQueries(), ...alerts, ...ruleQueries("vllm.rules.yml")];

describe("docs/observability.md", () => {
  it("explains every metric, and no other", () => {
    expect(cells(/^(lloom|process|nodejs)_/).sort()).toEqual(Object.keys(METRICS).sort());
  });

  it("names every label of a metric", () => {
    const rows = new Map(
      page.split("\n").flatMap((line) => {
        const [name] = /(?<=^\| `)(?:lloom|process|nodejs)_\w+/.exec(line) ?? [];
        return name === undefined ? [] : [[name, line] as const];
      }),
    );
    const missing = Object.entries<MetricKind>(METRICS).flatMap(([name, { labels = [] }]) =>
      labels.filter((label) => !rows.get(name)?.includes(`\`${label}\``)).map((label) => `${name}: ${label}`),
    );
    expect(missing).toEqual([]);
  });

  it("says of every alert what to do", () => {
    expect(cells(/^Lloom[A-Z]/).sort()).toEqual(alerts.map(({ place }) => place).sort());
  });
});

describe("deploy/", () => {
  it("asks for nothing that no node has", () => {
    const bare = (name: string): string => name.replace(/_(bucket|sum|count)$/, "");
    const known = new Set([...Object.keys(METRICS), "up"]);
    const strangers = shipped.flatMap(({ place, query }) =>
      needsOf(query)
        .selectors.filter(({ name }) => !known.has(name) && !known.has(bare(name)))
        .map(({ name }) => `${place}: ${name}`),
    );
    expect(strangers).toEqual([]);
  });

  it("shows every metric of the nodes on the dashboard", () => {
    const shown = new Set(
      dashboardQueries().flatMap(({ query }) =>
        needsOf(query).selectors.map(({ name }) => name.replace(/_bucket$/, "")),
      ),
    );
    expect(Object.keys(METRICS).filter((name) => !shown.has(name))).toEqual([]);
  });

  it("scrapes the ports of npm start", () => {
    const text = readFileSync(join(ROOT, "deploy/prometheus/prometheus.yml"), "utf8");
    const ports = [...text.matchAll(/- 127\.0\.0\.1:(\d+)/g)].map(([, port]) => Number(port));
    expect(ports).toEqual(Array.from({ length: 6 }, (_, index) => FIRST_METRICS_PORT + index));
  });
});

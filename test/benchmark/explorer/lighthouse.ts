import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import type { Visitor } from "./paint.ts";

interface Audited {
  readonly lhr: { readonly categories: { readonly performance?: { readonly score: number | null } } };
}
export type Lighthouse = (url: string, flags: object, config: object) => Promise<Audited | undefined>;

/** Lighthouse, where Node finds it (`NODE_PATH`): no dependency, being 100 MB of which nothing else here has a use. */
export async function findLighthouse(): Promise<Lighthouse | undefined> {
  try {
    const path = createRequire(import.meta.url).resolve("lighthouse");
    const { default: lighthouse } = (await import(pathToFileURL(path).href)) as { default: Lighthouse };
    return lighthouse;
  } catch {
    return undefined;
  }
}

/** The score of its performance, 0 to 1, in a browser that listens at the port. */
export async function scoreOf(
  lighthouse: Lighthouse,
  { url, port, visitor }: { readonly url: string; readonly port: number; readonly visitor: Visitor },
): Promise<number> {
  const { viewport, scale: deviceScaleFactor, slowdown, network } = visitor;
  const formFactor = visitor.name;
  const settings = {
    formFactor,
    onlyCategories: ["performance"],
    screenEmulation: { mobile: formFactor === "mobile", ...viewport, deviceScaleFactor, disabled: false },
    throttling: { rttMs: network.latency, throughputKbps: network.kbps, cpuSlowdownMultiplier: slowdown },
  };
  const audited = await lighthouse(
    url,
    { port, output: "json", logLevel: "error" },
    { extends: "lighthouse:default", settings },
  );
  return audited?.lhr.categories.performance?.score ?? 0;
}

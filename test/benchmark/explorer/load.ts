import { performance } from "node:perf_hooks";
import { setTimeout as delay } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import { cpuSeconds } from "../../../devnet/src/cpu-time.ts";
import { percentile } from "../serving/percentile.ts";
import type { NextServer } from "./next-server.ts";

const PER_SECOND = 50;
const SECONDS = 10;

/** Milliseconds of whole pages at 50 requests a second, whatever becomes of those before; and how many failed. */
export async function pagesAtRate(urls: readonly string[]): Promise<{ readonly p95: number; readonly failed: number }> {
  const took: number[] = [];
  let failed = 0;
  const visit = async (url: string): Promise<void> => {
    const before = performance.now();
    const isGood = await fetch(url).then(
      async (response) => (await response.text()) !== "" && response.ok,
      () => false,
    );
    if (!isGood) failed++;
    took.push(performance.now() - before);
  };
  const start = performance.now();
  const visits: Promise<void>[] = [];
  for (let index = 0; index < PER_SECOND * SECONDS; index++) {
    await delay(Math.max(0, start + (index * 1_000) / PER_SECOND - performance.now()));
    visits.push(visit(urls[index % urls.length] ?? ""));
  }
  await Promise.all(visits);
  return { p95: percentile(took, 0.95), failed };
}

/** Milliseconds of the server's processor for one page, over so many, one after the other. */
export async function processorOf({ pid, url }: NextServer, path: string, pages: number): Promise<number> {
  const before = cpuSeconds(pid) ?? 0;
  for (let index = 0; index < pages; index++) await (await fetch(`${url}${path}`)).text();
  return (((cpuSeconds(pid) ?? 0) - before) * 1_000) / pages;
}

/** Kilobytes, packed, of all the code that a page names. */
export async function codeOf({ url }: NextServer, path: string): Promise<number> {
  const html = await (await fetch(`${url}${path}`)).text();
  const names = new Set([...html.matchAll(/<script[^>]* src="([^"]+\.js[^"]*)"/g)].map(([, name = ""]) => name));
  let bytes = 0;
  for (const name of names)
    bytes += gzipSync(Buffer.from(await (await fetch(new URL(name, url))).arrayBuffer())).length;
  return bytes / 1_024;
}

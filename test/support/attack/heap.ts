import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { eventually } from "../processes.ts";

const TOLD_MS = 60_000;

/** Where processes tell what they hold. */
export interface Looks extends Disposable {
  /** From now on every process that this one starts can be asked, until the end of what it returns. */
  allow(): Disposable;
  /** Bytes that a process holds in and beside V8's heap, right after everything that nobody holds was collected. */
  heldBytes(pid: number): Promise<number>;
}

/** A directory for it, removed in the end. */
export function openLooks(): Looks {
  const directory = mkdtempSync(join(tmpdir(), "lloom-held-"));
  const module = new URL("held-bytes.js", import.meta.url);
  module.searchParams.set("directory", directory);
  return {
    allow: () => withNodeOption(`--import=${module.href}`),
    heldBytes: async (pid) => {
      const file = join(directory, String(pid));
      rmSync(file, { force: true });
      process.kill(pid, "SIGUSR2");
      await eventually(`process ${pid} tells what it holds`, TOLD_MS, () => existsSync(file));
      return Number(readFileSync(file, "utf8"));
    },
    [Symbol.dispose]: () => rmSync(directory, { recursive: true, force: true }),
  };
}

function withNodeOption(option: string): Disposable {
  const { NODE_OPTIONS: before } = process.env;
  process.env["NODE_OPTIONS"] = `${before ?? ""} ${option}`.trim();
  return {
    [Symbol.dispose]: () => {
      if (before === undefined) delete process.env["NODE_OPTIONS"];
      else process.env["NODE_OPTIONS"] = before;
    },
  };
}

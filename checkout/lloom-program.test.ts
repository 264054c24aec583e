import { fork } from "node:child_process";
import { once } from "node:events";
import { globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { lloomProgram } from "./lloom-program.ts";
import { ROOT } from "./paths.ts";

/** A process that starts llama.cpp, and a program that may have to be made, on a busy machine. */
const SLOW_MS = 240_000;

test(
  "starts the process that counts tokens from few files too, by its place beside the program",
  async () => {
    const folder = dirname(await lloomProgram());
    const forking = globSync("*.mjs", { cwd: folder }).filter((name) =>
      readFileSync(join(folder, name), "utf8").includes('fork(new URL("./count-process.mjs", import.meta.url)'),
    );
    expect(forking).not.toEqual([]);
    const counting = fork(join(folder, "count-process.mjs"), [], {
      execArgv: [],
      env: {},
      stdio: ["ignore", "ignore", "ignore", "ipc"],
    });
    const vocabulary = join(ROOT, "node/models/tiny/lloom-tiny.gguf");
    const messages = [{ role: "user", content: "Hello" }];
    counting.send({ id: 1, vocabulary, messages, asOfSeconds: 0, text: "Hello" });
    const [reply] = await once(counting, "message", { signal: AbortSignal.timeout(SLOW_MS) });
    expect(reply).toMatchObject({ id: 1, counted: { outboundTokens: expect.any(Number) } });
    const ended = once(counting, "exit");
    counting.disconnect();
    await ended;
  },
  SLOW_MS,
);

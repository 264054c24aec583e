import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, it } from "vitest";
import { runNode } from "../../test/support/processes.ts";

/** Lives until it is stopped, and then does not want to end; `presses` are the times of its signals. */
const stubborn = (presses: readonly number[]): string => `
  import { live, untilStopped } from ${JSON.stringify(pathToFileURL(join(import.meta.dirname, "daemon.ts")).href)};
  let now = 0;
  performance.now = () => now;
  const stay = setInterval(() => undefined, 1000);
  void live(async ({ signal }) => {
    await untilStopped(signal);
    await new Promise(() => undefined);
  }, { kind: "daemon", report: () => undefined });
  for (now of ${JSON.stringify(presses)}) process.emit("SIGINT", "SIGINT");
  console.log("still there");
  process.exit(0);
`;
const press = (...presses: number[]) =>
  runNode({ args: ["--input-type=module-typescript", "--eval", stubborn(presses)] }).ended;

/** Is stopped, and then fails; `started` says whether its start was over. */
const failing = ({ started, error, kind }: { started: boolean; error: string; kind: string }): string => `
  import { live, untilStopped } from ${JSON.stringify(pathToFileURL(join(import.meta.dirname, "daemon.ts")).href)};
  import { LloomError } from ${JSON.stringify(pathToFileURL(join(import.meta.dirname, "errors.ts")).href)};
  const code = live(async ({ signal }) => {
    const stopped = ${started} ? untilStopped(signal) : new Promise((resolve) => signal.addEventListener("abort", resolve));
    await stopped;
    throw ${error};
  }, { kind: "${kind}", report: ({ code }) => console.log(code) });
  process.emit("SIGINT", "SIGINT");
  process.exit(await code);
`;
const end = (started: boolean, error: string, kind = "daemon") =>
  runNode({ args: ["--input-type=module-typescript", "--eval", failing({ started, error, kind })] }).ended;
const storeFailed = 'new LloomError("STORE_FAILED", "The disk is full.")';

describe("a command that fails after it was stopped", () => {
  it("says so, and does not end as if all were well: the end of a daemon is work too", async () => {
    expect(await end(true, storeFailed)).toMatchObject({ code: 1, stdout: "STORE_FAILED\n" });
    const unreachable = 'new LloomError("CHAIN_UNREACHABLE", "No answer.")';
    expect(await end(true, unreachable)).toMatchObject({ code: 75, stdout: "CHAIN_UNREACHABLE\n" });
  });

  it("says so before its start is over too, unless it failed for being stopped", async () => {
    expect(await end(false, storeFailed)).toMatchObject({ code: 1, stdout: "STORE_FAILED\n" });
    for (const error of ['new LloomError("CANCELLED", "")', "new DOMException('stopped', 'AbortError')"])
      expect(await end(false, error)).toMatchObject({ code: 0, stdout: "" });
  });

  it("was not done, where it is an errand, and says so", async () => {
    const cancelled = 'new LloomError("CANCELLED", "Stopped waiting.")';
    expect(await end(false, cancelled, "errand")).toMatchObject({ code: 130, stdout: "CANCELLED\n" });
    const unreachable = 'new LloomError("CHAIN_UNREACHABLE", "No answer.")';
    expect(await end(false, unreachable, "errand")).toMatchObject({ code: 130, stdout: "CHAIN_UNREACHABLE\n" });
    expect(await end(false, storeFailed, "errand")).toMatchObject({ code: 1, stdout: "STORE_FAILED\n" });
  });
});

/** Is hung up on; tells whether that was taken for a stop. */
const hungUp = (reload: boolean): string => `
  import { live } from ${JSON.stringify(pathToFileURL(join(import.meta.dirname, "daemon.ts")).href)};
  void live(async ({ signal, onReload }) => {
    if (${reload}) onReload(() => console.log("reloads"));
    process.emit("SIGHUP", "SIGHUP");
    console.log(signal.aborted ? "stops" : "goes on");
  }, { kind: "daemon", report: () => undefined });
`;

describe("a command that is hung up on", () => {
  const run = (reload: boolean) =>
    runNode({ args: ["--input-type=module-typescript", "--eval", hungUp(reload)] }).ended;

  it("reads its configuration again if it can, and stops if it cannot", async () => {
    expect(await run(true)).toMatchObject({ code: 0, stdout: "reloads\ngoes on\n" });
    expect(await run(false)).toMatchObject({ code: 0, stdout: "stops\n" });
  });
});

describe("a command that is stopped", () => {
  it("ends at once with the second Ctrl-C", async () => {
    expect(await press(0, 2_000)).toMatchObject({ code: 130, stdout: "" });
  });

  it("takes a key press that npx doubles for one", async () => {
    expect(await press(0, 1)).toMatchObject({ code: 0, stdout: "still there\n" });
  });
});

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
  }, () => undefined);
  for (now of ${JSON.stringify(presses)}) process.emit("SIGINT", "SIGINT");
  console.log("still there");
  process.exit(0);
`;
const press = (...presses: number[]) =>
  runNode({ args: ["--input-type=module-typescript", "--eval", stubborn(presses)] }).ended;

describe("a command that is stopped", () => {
  it("ends at once with the second Ctrl-C", async () => {
    expect(await press(0, 2_000)).toMatchObject({ code: 130, stdout: "" });
  });

  it("takes a key press that npx doubles for one", async () => {
    expect(await press(0, 1)).toMatchObject({ code: 0, stdout: "still there\n" });
  });
});

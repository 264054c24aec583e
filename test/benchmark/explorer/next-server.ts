import { NEXT } from "../../../checkout/paths.ts";
import { freePort } from "../../integration/indexer/ponder-process.ts";
import { eventually, runNode } from "../../support/processes.ts";

const START_MS = 300_000;

/** A built site that is served. */
export interface NextServer extends AsyncDisposable {
  readonly url: string;
  readonly pid: number;
}

/** Serves a folder that was built, and waits until it answers. */
export async function startNext(folder: string, env: Readonly<Record<string, string>> = {}): Promise<NextServer> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const args = [NEXT, "start", folder, "-p", String(port), "-H", "127.0.0.1"];
  const program = runNode({ args, env: { NEXT_TELEMETRY_DISABLED: "1", ...env } });
  let isOver = false;
  void program.ended.then(() => {
    isOver = true;
  });
  const answers = () =>
    fetch(url).then(
      ({ ok }) => ok,
      () => false,
    );
  await eventually(`${folder} is served`, START_MS, async () => isOver || (await answers()));
  if (isOver) throw new Error(`Next ended: ${program.printed()}`);
  return {
    url,
    pid: program.pid,
    async [Symbol.asyncDispose]() {
      program.signal("SIGKILL");
      await program.ended;
    },
  };
}

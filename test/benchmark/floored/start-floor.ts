import { join } from "node:path";
import { ROOT } from "../../../checkout/paths.ts";
import type { Supervisor } from "../../../devnet/src/supervisor.ts";
import type { Subject } from "../serving/helpers.ts";
import { WorkMeter } from "../serving/work-meter.ts";

/** The least that a signed answer takes, as somebody who is asked, and what its two processes spend. */
export interface Floor {
  readonly subject: Subject;
  readonly meter: WorkMeter;
}

/**
 * Two processes that do for a call what cannot be left out, and nothing else: HTTP, two signatures made and two checked, two rows that the
 * disk has before anything is sent or signed and one after, one framed message each way over bare libp2p. They know no formats,
 * prices, lanes or limits.
 */
export async function startFloor(supervisor: Supervisor, dir: string, backendUrl: string): Promise<Floor> {
  const start = (name: string, other: string) => {
    const script = join(import.meta.dirname, `${name}.ts`);
    return supervisor.start({ name, script, args: [other, dir], cwd: ROOT, vital: true });
  };
  const back = start("floor-back", backendUrl);
  const address = await back.firstLine((line) => /^{"address":"([^"]+)"}$/.exec(line)?.[1]);
  const front = start("floor-front", address);
  const url = await front.firstLine((line) => /^{"url":"(http:[^"]+)"}$/.exec(line)?.[1]);
  return { subject: { name: "floor", url }, meter: new WorkMeter({ gateway: front.pid, executor: back.pid }) };
}

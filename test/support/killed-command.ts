import { expect } from "vitest";
import type { RpcGate } from "./rpc-gate.ts";
import type { User } from "./user.ts";

export const SEND = "eth_sendRawTransaction";

export interface Death {
  /** Whether this call is its last: `index` counts calls from the one that sends, which is 0. */
  readonly at: (method: string, index: number) => boolean;
  /** What becomes of that call. */
  readonly passage?: "refuse" | "loseAnswer";
}

/** Runs a money command behind a gate and kills it at one of its calls. Returns whether it was killed. */
export async function killCommand(
  { user, gate }: { readonly user: User; readonly gate: RpcGate },
  args: readonly string[],
  { at, passage = "loseAnswer" }: Death,
): Promise<boolean> {
  let isDead = false;
  let index = -1;
  const program = user.start([...args, "--yes", "--json"], gate.rpcUrl);
  gate.decide = (method) => {
    if (isDead) return "refuse";
    if (index >= 0 || method === SEND) index++;
    if (!at(method, index)) return "pass";
    isDead = true;
    program.signal("SIGKILL");
    return passage;
  };
  const { code, stderr } = await program.ended;
  gate.decide = () => "pass";
  if (!isDead) expect(code, stderr).toBe(0);
  return isDead;
}

/** The last call is the one that sends, after so many other transactions: an approval comes before a stake. */
export function atSend(before = 0): Death["at"] {
  let sent = 0;
  return (method) => method === SEND && sent++ === before;
}

import { parseAddress } from "@lloom/protocol/addresses";
import { z } from "@lloom/protocol/zod";
import { LloomError } from "../../errors.ts";
import { executorFactsSchema } from "./executor-facts.ts";
import { asTool } from "./tool.ts";

/** Who sells: what is at stake, what it offers, how it did in audits. */
export const executorTool = asTool({
  ...{ name: "executor", title: "Look at an executor", tags: ["reputation", "stake"], isPaid: false, isOffline: false },
  description:
    "Facts about one executor by its address: what it has at stake, whether it was found to cheat, what it offers now, and its reputation, computed from the chain. Free. The first look at an executor may take a while.",
  input: z.strictObject({
    address: z.string().max(64).meta({ description: "0x and 40 hex digits, as answers name it" }),
  }),
  output: executorFactsSchema,
  run: async ({ address }, { executorFacts, signal }) => {
    const parsed = parseAddress(address);
    if (executorFacts === undefined)
      throw new LloomError("UNSUPPORTED", "Nobody here looks at executors.", {
        next: "Ask a gateway of lloom gateway, or lloom mcp.",
      });
    const facts = await executorFacts(parsed, signal);
    const { role, active, stake, token, cheated, reputation, reputation_unknown: why } = facts;
    const standing = active ? `an active ${role} with ${stake} ${token} at stake` : `no active executor`;
    const known =
      reputation === null
        ? `Its reputation is not known: ${why}`
        : `Grade ${reputation.grade}, trust ${reputation.trust} of 1; it is believed to pass ${reputation.passes.least} to ${reputation.passes.most} of its audits.`;
    const lines = [`${parsed} is ${standing}.`, ...(cheated ? ["It was found to cheat lately."] : []), known];
    return { text: [lines.join("\n")], data: facts };
  },
});

import { join } from "node:path";
import type { SolidityHooks } from "hardhat/types/hooks";
import { takeTurn } from "../../checkout/turn.ts";

/** Far longer than a build of everything takes on a busy machine. */
const PATIENCE_MS = 3_600_000;

/**
 * Hardhat's hook around every build: one at a time in a checkout. Two would write the same files at once, and the second one
 * only has to wait to find all done.
 */
const turns = async (): Promise<Partial<SolidityHooks>> => ({
  async build(context, paths, options, next) {
    const file = join(context.config.paths.cache, `${options?.scope ?? "contracts"}-build.lock`);
    using _turn = await takeTurn(file, AbortSignal.timeout(PATIENCE_MS), tell);
    return await next(context, paths, options);
  },
});

const tell = (): void => console.error("The contracts of this checkout are being built by another command; waiting …");

// Hardhat takes a hook's handlers by their default export.
export default turns;

import type { buildModule } from "@nomicfoundation/hardhat-ignition/modules";

/** What builds a module. */
export type ModuleBuilder = Parameters<Parameters<typeof buildModule>[1]>[0];
/** What a constructor takes: here an address, or a contract that is deployed before. */
export type Argument = NonNullable<Parameters<ModuleBuilder["call"]>[2]>[number];

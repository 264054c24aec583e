import type { buildModule } from "@nomicfoundation/hardhat-ignition/modules";
import { type NumberName, PARAMETERS } from "./parameters.ts";

/** What builds a module. */
export type ModuleBuilder = Parameters<Parameters<typeof buildModule>[1]>[0];
/** What a constructor takes: here an address, or a contract that is deployed before. */
export type Argument = NonNullable<Parameters<ModuleBuilder["call"]>[2]>[number];

/** A number from the parameter file, else its default. */
export const numberOf = (m: ModuleBuilder, name: NumberName): Argument =>
  m.getParameter(name, PARAMETERS[name].default);

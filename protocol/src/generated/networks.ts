// Made by ignition/deploying/address-book.ts from ignition/networks. Do not edit.
import type { KnownNetwork } from "../networks.ts";

/** Deployments that people use, by network. */
export const NETWORKS: Readonly<Record<string, KnownNetwork>> = {};

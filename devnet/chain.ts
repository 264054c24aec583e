// Hardhat's node, as `npx hardhat node` runs it, without the plugins of this checkout's configuration, which half of its start went
// into: a development network's chain. usage: node devnet/chain.ts PORT
import { createHardhatRuntimeEnvironment } from "hardhat/hre";
import { ROOT } from "../checkout/paths.ts";

const [port] = process.argv.slice(2);
const { tasks } = await createHardhatRuntimeEnvironment({}, {}, ROOT);
await tasks.getTask("node").run({ hostname: "127.0.0.1", port: Number(port) });

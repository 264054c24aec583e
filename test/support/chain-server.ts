// A Hardhat chain over HTTP, for startChain(): tells its port to the parent, ends with it. In a process of its own, as a chain is,
// and without what the checkout's configuration adds: plugins, and the contracts' build, which Hardhat reads at every start to tell
// in words what a contract refused. They took half of a start, and no other chain knows those words.
//
// usage: node chain-server.ts CHAIN_ID [DATE OF THE FIRST BLOCK], forked
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createHardhatRuntimeEnvironment } from "hardhat/hre";

const [chainId, initialDate] = [Number(process.argv[2]), process.argv[3]];
/** Nothing is there, and a chain writes nothing. */
const nowhere = join(tmpdir(), "lloom-no-build");
const { network } = await createHardhatRuntimeEnvironment({ paths: { artifacts: nowhere, cache: nowhere } });
const server = await network.createServer(
  { network: "default", chainType: "l1", override: { chainId, ...(initialDate !== undefined && { initialDate }) } },
  "127.0.0.1",
  0,
);
const { port } = await server.listen();
process.send?.({ port });
process.on("disconnect", () => process.exit());

// Runs Hardhat's Solidity tests and writes how many passed and failed: node scripts/test-solidity.ts REPORT_FILE
import { writeFileSync } from "node:fs";
import { createHardhatRuntimeEnvironment } from "hardhat/hre";
import { z } from "zod";
import { ROOT } from "../checkout/paths.ts";
import config from "../hardhat.config.ts";

/** What the task tells; its own summary counts nothing, so the results themselves are counted. */
const runSchema = z.object({
  suiteResults: z.array(z.object({ testResults: z.array(z.object({ status: z.string() })) })),
});
const resultSchema = z.union([
  z.object({ success: z.literal(true), value: runSchema }),
  z.object({ success: z.literal(false), error: runSchema }),
]);

const [reportFile] = process.argv.slice(2);
const quick = await createHardhatRuntimeEnvironment(config, { buildProfile: "tests" }, ROOT);
// The contracts are built already, as they are deployed; this profile is for their tests alone.
const result = resultSchema.parse(await quick.tasks.getTask(["test", "solidity"]).run({ noCompile: true }));
const { suiteResults } = result.success ? result.value : result.error;
const statuses = suiteResults.flatMap(({ testResults }) => testResults.map(({ status }) => status));
const failed = statuses.filter((status) => status === "Failure").length;
const passed = statuses.filter((status) => status === "Success").length;
if (reportFile !== undefined) writeFileSync(reportFile, JSON.stringify({ passed, failed }));
process.exitCode = result.success && passed > 0 ? 0 : 1;

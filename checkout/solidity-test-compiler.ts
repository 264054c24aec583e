import compiler from "./solidity-compiler.ts";

/** Where Hardhat's input has the tests. */
const TESTS = "project/test/contracts/";

/** As Emscripten offers a module's functions: `cwrap` gives one by its name. */
type Call = (...args: readonly unknown[]) => unknown;
interface Input {
  readonly sources: Readonly<Record<string, unknown>>;
  readonly settings: { outputSelection: Record<string, unknown> };
}

/**
 * The same compiler, which leaves out what the tests only look at: they deploy the contracts that were built before, as they are
 * deployed on a chain. That code would be generated once more, and needs settings with which the tests' own takes minutes.
 */
export default {
  ...compiler,
  cwrap: (name: string, ...types: readonly unknown[]): Call => {
    const call: Call = compiler.cwrap(name, ...types);
    return name === "solidity_compile" ? (input, ...more) => call(testsOf(String(input)), ...more) : call;
  },
};

function testsOf(text: string): string {
  const input: Input = JSON.parse(text);
  const { "*": wanted } = input.settings.outputSelection;
  const tests = Object.keys(input.sources).filter((source) => source.startsWith(TESTS));
  input.settings.outputSelection = Object.fromEntries(tests.map((source) => [source, wanted]));
  return JSON.stringify(input);
}

/** A `package.json`, as far as packages are made of it. */
export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly description?: string;
  readonly private?: boolean;
  readonly license?: string;
  readonly engines?: Readonly<Record<string, string>>;
  readonly exports?: Readonly<Record<string, string>>;
  readonly bin?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

/** Packages of the workspace's that whoever needs them installs: with them come 800 MB for graphics cards, and a script that may build them. */
const BY_CHOICE = ["node-llama-cpp"];
/** The package that brings Node, where the machine's own is too old for the command line and the client. */
export const RUNTIME = "@lloom/runtime";

/** The manifest of a package that is built of a workspace; what both say stays as it is, `private` too. */
export function packageManifest(workspace: Manifest, { name: protocol, version }: Manifest): Record<string, unknown> {
  const { private: isPrivate, license, engines, bin, dependencies = {}, optionalDependencies = {} } = workspace;
  const chosen = Object.entries(dependencies).filter(([name]) => BY_CHOICE.includes(name));
  const always = Object.entries(dependencies).filter(([name]) => !BY_CHOICE.includes(name));
  return {
    ...{ name: workspace.name, version: workspace.version, description: workspace.description },
    ...{ private: isPrivate, license, type: "module", engines, bin, exports: exportsOf(workspace) },
    dependencies: Object.fromEntries(always.map(([name, range]) => [name, name === protocol ? version : range])),
    ...(chosen.length > 0 && {
      peerDependencies: Object.fromEntries(chosen),
      peerDependenciesMeta: Object.fromEntries(chosen.map(([name]) => [name, { optional: true }])),
    }),
    ...(bin !== undefined && { optionalDependencies: { ...optionalDependencies, [RUNTIME]: workspace.version } }),
  };
}

/** Every module with its declarations; nothing else is anybody's outside. */
function exportsOf({ exports = {} }: Manifest): Record<string, unknown> {
  const modules = Object.entries(exports).map(([name, source]) => {
    if (!source.endsWith(".ts")) return [name, source];
    const built = source.replace(/\.ts$/, "");
    return [name, { types: `${built}.d.ts`, default: `${built}.js` }];
  });
  return { ...Object.fromEntries(modules), "./package.json": "./package.json" };
}

/**
 * The manifest of the package that is nothing but Node: npm leaves it out, as an optional one whose `engines` do not fit, where the
 * machine's own Node is new enough.
 */
export const runtimeManifest = (node: Manifest, root: Manifest, needed: number): Record<string, unknown> => ({
  ...{ name: RUNTIME, version: node.version },
  description: `Node ${needed} for @lloom/node, where the machine's own is older`,
  ...{ private: node.private, license: node.license, type: "module" },
  engines: { node: `>=20.19 <${needed}` },
  exports: { "./package.json": "./package.json" },
  optionalDependencies: Object.fromEntries(
    Object.entries(root.optionalDependencies ?? {}).filter(([name]) => name.startsWith("node-")),
  ),
});

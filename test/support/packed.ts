import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { ROOT } from "../../checkout/paths.ts";
import { runNode } from "./processes.ts";

/** The packages as somebody else has them: built, packed, and unpacked in an empty folder. */
export interface Packed extends AsyncDisposable {
  /** Where a program stands that uses them. */
  readonly folder: string;
  /** By the name of the folder that it was built in. */
  readonly packages: Readonly<Record<string, PackedPackage>>;
}

export interface PackedPackage {
  readonly folder: string;
  /** All files of the tarball. */
  readonly files: readonly string[];
  readonly manifest: PackedManifest;
}

export interface PackedManifest {
  readonly name: string;
  readonly version: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly [field: string]: unknown;
}

const NPM = { cwd: ROOT, encoding: "utf8", shell: process.platform === "win32" } as const;

/**
 * Builds, packs and installs. Beside the packages there is what their manifests name, and nothing else of this checkout; nothing is
 * fetched.
 */
export async function packedPackages(): Promise<Packed> {
  const place = mkdtempSync(join(tmpdir(), "lloom-packed-"));
  const built = await runNode({ args: ["scripts/build-packages.ts", join(place, "built")] }).ended;
  if (built.code !== 0) throw new Error(`The packages cannot be built: ${built.stderr}`);
  const folders = built.stdout.trim().split("\n");
  const told = execFileSync("npm", ["pack", "--json", "--offline", "--pack-destination", place, ...folders], NPM);
  const folder = join(place, "app");
  const packed = (JSON.parse(told) as { name: string; filename: string; files: { path: string }[] }[]).map((one) => {
    const into = join(folder, "node_modules", one.name);
    mkdirSync(into, { recursive: true });
    execFileSync("tar", ["-xzf", join(place, one.filename), "-C", into, "--strip-components=1"]);
    const manifest: PackedManifest = JSON.parse(readFileSync(join(into, "package.json"), "utf8"));
    return { folder: into, files: one.files.map(({ path }) => path), manifest };
  });
  for (const { manifest } of packed) linkNamed(folder, manifest);
  link(folder, "@types/node");
  return {
    folder,
    packages: Object.fromEntries(packed.map((one) => [one.manifest.name.replace("@lloom/", ""), one])),
    [Symbol.asyncDispose]: async () => rmSync(place, { recursive: true, force: true }),
  };
}

function linkNamed(folder: string, { name, dependencies, optionalDependencies }: PackedManifest): void {
  const workspace = name.replace("@lloom/", "");
  for (const dependency of Object.keys({ ...dependencies, ...optionalDependencies }))
    link(folder, dependency, workspace);
}

/** Of this checkout's packages one, in the version that the workspace has; what is not here, as of other platforms, is left out. */
function link(folder: string, name: string, workspace = "."): void {
  const source = [join(ROOT, workspace), ROOT].map((place) => join(place, "node_modules", name)).find(existsSync);
  const target = join(folder, "node_modules", name);
  if (source === undefined || existsSync(target)) return;
  mkdirSync(dirname(target), { recursive: true });
  symlinkSync(source, target, "junction");
}

/** The machine's own Node, which may be older than this one; undefined where there is none. */
export function ownNode(): { readonly node: string; readonly version: string } | undefined {
  const names = process.platform === "win32" ? ["node.exe"] : ["node"];
  const places = (process.env["PATH"] ?? "").split(delimiter).filter((place) => !place.includes("node_modules"));
  const node = places.flatMap((place) => names.map((name) => join(place, name))).find(existsSync);
  return node === undefined
    ? undefined
    : { node, version: execFileSync(node, ["-p", "process.versions.node"], { encoding: "utf8" }).trim() };
}

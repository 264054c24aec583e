import { join } from "node:path";
import type { NextConfig } from "next";

/** Sent with every page: the explorer is never framed, never sniffed, and tells other sites nothing. */
const SECURITY_HEADERS = [
  { key: "X-Content-Type-Options", value: "nosniff" },
  { key: "X-Frame-Options", value: "DENY" },
  { key: "Referrer-Policy", value: "same-origin" },
  { key: "Permissions-Policy", value: "camera=(), microphone=(), geolocation=()" },
];

const config: NextConfig = {
  poweredByHeader: false,
  reactStrictMode: true,
  // The workspaces' one lock file and node_modules lie above this folder.
  turbopack: { root: join(import.meta.dirname, "..") },
  outputFileTracingRoot: join(import.meta.dirname, ".."),
  // Workspaces of this checkout, in TypeScript as they are written.
  transpilePackages: ["@lloom/protocol", "@lloom/browser"],
  // Types are checked by `npm run check`; the build of a first start has no time for it.
  typescript: { ignoreBuildErrors: true },
  experimental: { useTypeScriptCli: true },
  devIndicators: false,
  // Seconds without a sign of life from a worker of the build. On a machine that is busy with other things a minute is soon over.
  staticPageGenerationTimeout: 3_600,
  headers: async () => [{ source: "/:path*", headers: SECURITY_HEADERS }],
};

export default config;

import type { Metadata, Viewport } from "next";
import localFont from "next/font/local";
import { cookies } from "next/headers";
import Link from "next/link";
import type { ReactNode } from "react";
import { Freshness } from "../components/layout/freshness.tsx";
import { Logo } from "../components/layout/logo.tsx";
import { Nav } from "../components/layout/nav.tsx";
import { PendingThread } from "../components/layout/pending-thread.tsx";
import { SearchBox } from "../components/layout/search-box.tsx";
import { ThemeToggle } from "../components/layout/theme-toggle.tsx";
import { settings } from "../lib/env.ts";
import { parseTheme, THEME_COOKIE } from "../lib/theme.ts";
import "./globals.css";

/** Nothing is read when the site is built, so that one build serves every network. */
export const dynamic = "force-dynamic";

const sans = localFont({
  src: "../../node_modules/geist/dist/fonts/geist-sans/Geist-Variable.woff2",
  variable: "--font-geist-sans",
  weight: "100 900",
  // A font that comes late moves what somebody reads by then: the next page has it.
  display: "optional",
});
const mono = localFont({
  src: "../../node_modules/geist/dist/fonts/geist-mono/GeistMono-Variable.woff2",
  variable: "--font-geist-mono",
  weight: "100 900",
  display: "optional",
});

export const metadata: Metadata = {
  title: { default: "Lloom explorer", template: "%s · Lloom explorer" },
  description: "Every paid LLM answer that was settled on the Lloom network: who answered, who paid, and how much.",
  openGraph: { siteName: "Lloom explorer", type: "website", locale: "en_US" },
};

export const viewport: Viewport = {
  themeColor: [
    { media: "(prefers-color-scheme: light)", color: "#f4f5f2" },
    { media: "(prefers-color-scheme: dark)", color: "#0d1211" },
  ],
};

function Header({ networkName }: { readonly networkName: string }) {
  return (
    <header className="bg-surface">
      <div className="mx-auto grid max-w-[84rem] grid-cols-[auto_1fr_auto] items-center gap-x-4 gap-y-2 px-4 pt-3 pb-2 sm:px-6 lg:grid-cols-[auto_minmax(0,34rem)_1fr_auto]">
        <Link href="/" className="flex items-center gap-2.5 rounded" title="Lloom explorer">
          <Logo className="size-7" />
          <span className="text-[1.125rem] font-semibold tracking-[-0.02em]">Lloom</span>
          <span
            className="hidden rounded border border-line px-1.5 py-px text-[0.75rem] text-ink-soft sm:inline"
            title="Name of the network"
          >
            {networkName}
          </span>
        </Link>
        <div className="order-last col-span-3 lg:order-none lg:col-span-1">
          <SearchBox />
        </div>
        <Freshness />
        <ThemeToggle />
      </div>
      <div className="mx-auto max-w-[84rem] px-4 pb-2 sm:px-6">
        <Nav />
      </div>
      <PendingThread />
      <div className="selvedge" aria-hidden="true" />
    </header>
  );
}

const ABOUT = [
  { href: "/trust", label: "What is enforced, what is trusted" },
  { href: "/method", label: "How figures are computed" },
  { href: "/analytics", label: "Questions of analysts" },
  { href: "/api", label: "Data and API" },
  { href: "/verify", label: "Verify a receipt" },
] as const;

function Footer() {
  return (
    <footer className="mx-auto mt-auto w-full max-w-[84rem] px-4 pt-10 pb-8 text-[0.8125rem] text-ink-faint sm:px-6">
      <nav aria-label="About">
        <ul className="mb-2 flex flex-wrap gap-x-5 gap-y-1">
          {ABOUT.map(({ href, label }) => (
            <li key={href}>
              <Link className="link inline-block py-0.5" href={href} prefetch={false}>
                {label}
              </Link>
            </li>
          ))}
        </ul>
      </nav>
      <p>
        Amounts are exact, in the payment token of the network. Times are UTC. Everything here is derived from events of
        the network's contracts, but for what is marked as observed.
      </p>
    </footer>
  );
}

export default async function RootLayout({ children }: { readonly children: ReactNode }) {
  const theme = parseTheme((await cookies()).get(THEME_COOKIE)?.value);
  return (
    <html lang="en" data-theme={theme} className={`${sans.variable} ${mono.variable}`}>
      <body className="flex min-h-dvh flex-col">
        <a
          href="#content"
          className="sr-only focus:not-sr-only focus:absolute focus:z-10 focus:m-2 focus:rounded-md focus:bg-ink focus:px-3 focus:py-2 focus:text-paper"
        >
          Skip to content
        </a>
        <Header networkName={settings().networkName} />
        <main id="content" tabIndex={-1} className="mx-auto w-full max-w-[84rem] px-4 pt-6 outline-none sm:px-6">
          {children}
        </main>
        <Footer />
      </body>
    </html>
  );
}

import type { Metadata } from "next";
import { NotFoundPanel } from "../components/states/not-found-panel.tsx";

export const metadata: Metadata = { title: "Not found" };

export default function NotFound() {
  return (
    <NotFoundPanel title="There is no such page">
      <p>The address may be mistyped or cut off. Search for the account, transaction or settlement in the box above.</p>
    </NotFoundPanel>
  );
}

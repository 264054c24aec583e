import { UnknownAccount } from "../../../components/accounts/unknown-account.tsx";

export default function NotFound() {
  return <UnknownAccount party="validator" />;
}

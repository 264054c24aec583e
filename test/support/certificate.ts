import type { TlsCertificate } from "../../node/src/p2p/transport/transports.ts";

/**
 * A certificate of loopback that vouches for itself, good for a hundred years, and its key, which protects nothing:
 *
 *     openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 36500 -subj /CN=127.0.0.1 \\
 *       -addext subjectAltName=IP:127.0.0.1,DNS:localhost
 */
export const LOOPBACK_CERTIFICATE: TlsCertificate = {
  certificate: `-----BEGIN CERTIFICATE-----
MIIBmjCCAUGgAwIBAgIUCp4lg2qWWErfqMAOhlh8DZd/FTowCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJMTI3LjAuMC4xMCAXDTI2MTEzMDA0NTQ1MloYDzIxMjYxMTA2
MDQ1NDUyWjAUMRIwEAYDVQQDDAkxMjcuMC4wLjEwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAAQ+QLQypOLBk9EarvZ4tpqk/qkd4P73NuWt2Ud/4YPbq8cH+plLaiET
4v6XFeltY1uyqmkajQ4gj6cmLTKgH/2Fo28wbTAdBgNVHQ4EFgQUYrbZLnetVsto
PBuRXb+R3dRdDAowHwYDVR0jBBgwFoAUYrbZLnetVstoPBuRXb+R3dRdDAowDwYD
VR0TAQH/BAUwAwEB/zAaBgNVHREEEzARhwR/AAABgglsb2NhbGhvc3QwCgYIKoZI
zj0EAwIDRwAwRAIgSL+Fmq++XyVPSe5EQs2iOl56JTZu8g6MQE4+cbSDfsACIEkZ
ZtxkxxqQH1VuZzp8Mk0j8HPo26NHY+S45+DP0MJq
-----END CERTIFICATE-----
`,
  key: `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg3xPAUvo7bznQ94cp
xxUtIQysdckpKaq5qeCcP+dDFj+hRANCAAQ+QLQypOLBk9EarvZ4tpqk/qkd4P73
NuWt2Ud/4YPbq8cH+plLaiET4v6XFeltY1uyqmkajQ4gj6cmLTKgH/2F
-----END PRIVATE KEY-----
`,
};

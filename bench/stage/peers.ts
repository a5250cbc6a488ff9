/** What the gateways of the peers are told: nftables scripts and proxies' files, as somebody who knows them would write them. Pure. */
import { POD_PORT, type Wire } from './wires.ts';

/** Where each proxied path is called, on the front address of its gateway. */
export const PROXY_PORTS = { haproxy: 8001, haproxy2: 8002, haproxyTls: 8003, nginx: 8004 } as const;
/** Second hops, on loopback of the same namespace. */
const INNER = { plain: 8102, tls: 8103 } as const;

/** Connections are followed, and nothing else is done to them. */
export const conntrackRules = `
table ip bench {
  chain forward {
    type filter hook forward priority filter;
    ct state invalid drop
  }
}
`;

/** As kube-proxy in nftables mode: one of the pods for each connection, with the gateway's address as its source. */
export function dnatRules({ front, pods }: Wire): string {
  const choice = pods.map((address, i) => `${i} : ${address}`).join(', ');
  return `
table ip bench {
  chain prerouting {
    type nat hook prerouting priority dstnat;
    ip daddr ${front} tcp dport ${POD_PORT} dnat to numgen inc mod ${pods.length} map { ${choice} }
  }
  chain postrouting {
    type nat hook postrouting priority srcnat;
    oifname "pods0" masquerade
  }
}
`;
}

const DEFAULTS = `
global
  nbthread 2
  maxconn 8000
  tune.ssl.default-dh-param 2048
defaults
  mode tcp
  timeout connect 5s
  timeout client 60s
  timeout server 60s
  balance roundrobin
`;

function servers(pods: readonly string[]): string {
  return pods.map((address, i) => `  server p${i} ${address}:${POD_PORT}`).join('\n');
}

/** The hop that callers meet. @param folder of the certificates */
export function outerHaproxy({ front, pods }: Wire, folder: string): string {
  return `${DEFAULTS}
listen one
  bind ${front}:${PROXY_PORTS.haproxy}
${servers(pods)}
listen two
  bind ${front}:${PROXY_PORTS.haproxy2}
  server hop 127.0.0.1:${INNER.plain}
listen tls
  bind ${front}:${PROXY_PORTS.haproxyTls}
  server hop 127.0.0.1:${INNER.tls} ssl verify required crt ${folder}/both.pem ca-file ${folder}/cert.pem verifyhost bench ssl-min-ver TLSv1.3
`;
}

/** The hop that knows the pods. */
export function innerHaproxy({ pods }: Wire, folder: string): string {
  return `${DEFAULTS}
listen two
  bind 127.0.0.1:${INNER.plain}
${servers(pods)}
listen tls
  bind 127.0.0.1:${INNER.tls} ssl crt ${folder}/both.pem ca-file ${folder}/cert.pem verify required ssl-min-ver TLSv1.3
${servers(pods)}
`;
}

export function nginxConfig({ front, pods }: Wire, folder: string): string {
  const upstream = pods.map((address) => `    server ${address}:${POD_PORT};`).join('\n');
  return `
load_module /usr/lib/nginx/modules/ngx_stream_module.so;
user root;
daemon off;
worker_processes 2;
pid ${folder}/nginx.pid;
error_log stderr error;
events { worker_connections 20000; }
stream {
  upstream pods {
${upstream}
  }
  server {
    listen ${front}:${PROXY_PORTS.nginx} reuseport backlog=16384;
    proxy_pass pods;
    tcp_nodelay on;
  }
}
`;
}

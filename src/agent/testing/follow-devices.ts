/** Follows the devices of its network namespace once per line of input and prints what the kernel then has. Arguments: pin directory. */
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { listLinks, loadObject, objects, tableOf, tables } from '#kernel/index.ts';
import { silentLog } from '#kit/index.ts';
import { GatewayDevices } from '../duties/gateway-devices.ts';

const pinDir = process.argv[2] ?? '';
const folder = fileURLToPath(new URL('../../../dist/bpf', import.meta.url));
const incoming = loadObject(`${folder}/${objects['gateway-in'].file}`, { pinDir });
const back = loadObject(`${folder}/${objects['gateway-back'].file}`, { pinDir });
const sources = tableOf(incoming, tables.snat_addrs);
const programs = { IPv4: back.program('gateway_back') };
const devices = new GatewayDevices({ programs, sources, pinDir, except: undefined, log: silentLog });
for await (const line of createInterface({ input: process.stdin })) {
  if (line !== 'follow') break;
  await devices.follow();
  const links = [...listLinks(pinDir)].map(([name, { ifindex }]) => ({ name, ifindex }));
  console.log(JSON.stringify({ links, sources: [...sources.entries()].map(([{ ifindex }]) => ifindex) }));
}

import { createSocket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import { systemClock } from '#kit/index.ts';

/** One datagram from a socket of its own, and its answer. */
export function callUdp(url: URL, address: string, timeoutMs: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = createSocket(isIPv6(address) ? 'udp6' : 'udp4');
    const end = (settle: () => void) => {
      cancel();
      socket.close();
      settle();
    };
    const cancel = systemClock.after(timeoutMs, () => end(() => reject(new Error('timeout'))));
    socket.on('error', (error) => end(() => reject(error)));
    socket.on('message', (message) => end(() => resolve(message.toString('utf8'))));
    socket.connect(Number(url.port), address, (error?: Error) => {
      if (error) end(() => reject(error));
      else socket.send('who are you?\n');
    });
  });
}

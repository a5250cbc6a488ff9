import { closeSync } from 'node:fs';
import { deviceIndex } from './attach-tc.ts';
import { checked } from './faults.ts';
import { AF_PACKET, bindSocket, packetSocket, readNow, setSocketOption, whenReadable, writeNow } from './native.ts';

const ETH_P_ALL = 3;
const SOL_SOCKET = 1;
const SO_SNDBUFFORCE = 32;
const SO_RCVBUFFORCE = 33;
const SOL_PACKET = 263;
const PACKET_VNET_HDR = 15;
/** Some hundreds of the largest frames: what comes in while others have the processor. */
const BUFFER_BYTES = 32 << 20;
/** The largest that the kernel hands on uncut, and what stands before it. */
const LARGEST_FRAME = 65_536 + 64;
/** Frames read before timers have their turn. */
const AT_ONCE = 64;

/**
 * What comes in by an Ethernet device, and a way to send by it (packet(7)). A frame is as the kernel handed it on, perhaps longer than
 * the MTU and without a checksum: a struct virtio_net_hdr before it says what is still to be done, so that a frame that was
 * read can be written as it is.
 */
export class FrameSocket {
  readonly #fd: number;
  readonly #ignore: () => void;
  readonly #scratch = Buffer.allocUnsafeSlow(LARGEST_FRAME);
  #closed = false;

  /**
   * @param device of the current network namespace
   * @param take called with each frame, a copy
   * @throws SealaneError kernel/no-device, kernel/frames
   */
  constructor(device: string, take: (frame: Buffer) => void) {
    const index = deviceIndex(device);
    const done = (answer: number) => checked(answer, 'kernel/frames', `see the frames of ${device}`);
    this.#fd = done(packetSocket());
    try {
      done(setSocketOption(this.#fd, SOL_PACKET, PACKET_VNET_HDR, 1));
      done(setSocketOption(this.#fd, SOL_SOCKET, SO_RCVBUFFORCE, BUFFER_BYTES));
      done(setSocketOption(this.#fd, SOL_SOCKET, SO_SNDBUFFORCE, BUFFER_BYTES));
      done(bindSocket(this.#fd, everythingOf(index)));
    } catch (error) {
      closeSync(this.#fd);
      throw error;
    }
    this.#ignore = whenReadable(this.#fd, () => this.#read(take));
  }

  /** @returns false when the device did not take it: it is down or gone, or its queue is full */
  write(frame: Buffer): boolean {
    return !this.#closed && writeNow(this.#fd, frame) >= 0;
  }

  [Symbol.dispose](): void {
    this.#closed = true;
    this.#ignore();
    closeSync(this.#fd);
  }

  /** An error, such as that the device went down, is told once; then there is nothing to read. */
  #read(take: (frame: Buffer) => void): void {
    for (let i = 0; i < AT_ONCE; i++) {
      const length = readNow(this.#fd, this.#scratch);
      if (length < 0) return;
      take(Buffer.from(this.#scratch.subarray(0, length)));
    }
  }
}

/** struct sockaddr_ll */
function everythingOf(index: number): Buffer {
  const address = Buffer.alloc(20);
  address.writeUInt16LE(AF_PACKET, 0);
  address.writeUInt16BE(ETH_P_ALL, 2);
  address.writeInt32LE(index, 4);
  return address;
}

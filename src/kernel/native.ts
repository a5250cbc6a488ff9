/**
 * The only file that opens shared libraries: libbpf (LGPL-2.1 OR BSD-2-Clause) and libc, through koffi.
 *
 * Libraries and symbols are looked up at first use, and what is missing is named. Pointers never leave this file bare:
 * an object, program or map of libbpf is a `Handle` that refuses null, because a null pointer given to C ends the process.
 * Nothing here throws for what the kernel refuses: those functions answer `-errno`; `faults.ts` makes errors of them.
 */
import koffi, { type LibraryHandle } from 'koffi';
import { SealaneError } from '#kit/index.ts';
import { LogTail } from './log-tail.ts';

type Pointer = bigint;
type Callable = (...parameters: unknown[]) => unknown;

/** A pointer of libbpf that is not null. */
export class Handle<Kind extends 'object' | 'program' | 'map' | 'btf'> {
  readonly kind: Kind;
  readonly #pointer: Pointer;

  constructor(kind: Kind, pointer: Pointer) {
    this.kind = kind;
    this.#pointer = pointer;
  }

  get pointer(): Pointer {
    return this.#pointer;
  }
}

const LOG_KEPT = 64 * 1024;
/** A verifier log comes in one print; memory it does not reach is never touched. */
const LONGEST_PRINT = 4 * 1024 * 1024;

/** The last 64 KB of what libbpf and the verifier said. */
export const libbpfLog = new LogTail(LOG_KEPT);

const libraries = new Map<string, LibraryHandle>();
const functions = new Map<string, Callable>();
let printer: bigint | undefined;

const LIBBPF = 'libbpf.so.1';
const LIBC = 'libc.so.6';
const HINTS: Record<string, string> = { [LIBBPF]: 'install libbpf 1.0 or newer: apt-get install libbpf1' };

function library(name: string): LibraryHandle {
  const known = libraries.get(name);
  if (known) return known;
  try {
    const opened = koffi.load(name);
    libraries.set(name, opened);
    return opened;
  } catch (cause) {
    throw new SealaneError('kernel/library-missing', `open ${name}`, { cause, hint: HINTS[name] });
  }
}

/** @param declaration a C prototype; its name is the symbol */
function bind(libraryName: string, declaration: string): Callable {
  const known = functions.get(declaration);
  if (known) return known;
  const opened = library(libraryName);
  try {
    const bound = opened.func(declaration) as Callable;
    functions.set(declaration, bound);
    return bound;
  } catch (cause) {
    const symbol = /(\w+)\(/.exec(declaration)?.[1] ?? declaration;
    throw new SealaneError('kernel/symbol-missing', `find ${symbol} in ${libraryName}`, {
      cause,
      hint: HINTS[libraryName],
      fields: { symbol },
    });
  }
}

function libbpf(declaration: string, ...parameters: unknown[]): unknown {
  if (printer === undefined) capturePrint();
  return bind(LIBBPF, declaration)(...parameters);
}

function libc(declaration: string, ...parameters: unknown[]): unknown {
  return bind(LIBC, declaration)(...parameters);
}

/** libbpf prints through a callback with a va_list, which goes on to vsnprintf as it is. */
function capturePrint(): void {
  const vsnprintf = bind(LIBC, 'int vsnprintf(void *to, size_t size, const char *format, void *list)');
  const line = Buffer.allocUnsafeSlow(LONGEST_PRINT);
  const proto = koffi.proto('int sealane_libbpf_print(int level, const char *format, void *list)');
  const LIBBPF_DEBUG = 2;
  printer = koffi.register((level: number, format: string, list: Pointer) => {
    if (level === LIBBPF_DEBUG) return 0;
    const length = vsnprintf(line, line.length, format, list) as number;
    const end = Math.max(0, Math.min(length, line.length - 1));
    libbpfLog.append(line.toString('latin1', 0, end));
    return 0;
  }, koffi.pointer(proto));
  bind(LIBBPF, 'void *libbpf_set_print(void *printer)')(printer);
}

function pointerOf(value: unknown): Pointer | undefined {
  if (value === null || value === undefined) return undefined;
  const pointer = koffi.address(value);
  return pointer === 0n ? undefined : pointer;
}

function handleOf<Kind extends 'object' | 'program' | 'map' | 'btf'>(
  kind: Kind,
  value: unknown,
): Handle<Kind> | undefined {
  const pointer = pointerOf(value);
  return pointer === undefined ? undefined : new Handle(kind, pointer);
}

/** Address of a buffer for a field of a bpf_attr; the caller keeps the buffer alive over the call. */
export function addressOf(buffer: Uint8Array): bigint {
  return koffi.address(buffer);
}

export function errnoText(errno: number): string {
  return libc('const char *strerror(int errno)', errno) as string;
}

const BPF_SYSCALL: Record<string, number> = { x64: 321, arm64: 280 };

/** bpf(2). @returns the answer (a descriptor, or 0), or -errno */
export function bpf(command: number, attributes: Uint8Array): number {
  const number = BPF_SYSCALL[process.arch];
  if (number === undefined) {
    throw new SealaneError('kernel/architecture', `call bpf on ${process.arch}`, {
      hint: 'x64 and arm64 are supported',
    });
  }
  const declaration = 'long syscall(long number, long command, void *attributes, size_t size)';
  return orErrno(libc(declaration, number, command, attributes, attributes.length));
}

// --- libbpf: objects ---------------------------------------------------------------------------------------------

/** Reads an object file; needs no privileges. @returns the object, or -errno */
export function openObject(path: string): Handle<'object'> | number {
  const opened = libbpf('void *bpf_object__open_file(const char *path, const void *options)', path, null);
  return handleOf('object', opened) ?? -koffi.errno();
}

/** @returns 0 or -errno */
export function loadOpenedObject(object: Handle<'object'>): number {
  return libbpf('int bpf_object__load(void *object)', object.pointer) as number;
}

export function closeObject(object: Handle<'object'>): void {
  libbpf('void bpf_object__close(void *object)', object.pointer);
}

export function programsOf(object: Handle<'object'>): Handle<'program'>[] {
  return walk('program', (previous) =>
    libbpf('void *bpf_object__next_program(void *object, void *previous)', object.pointer, previous),
  );
}

export function mapsOf(object: Handle<'object'>): Handle<'map'>[] {
  return walk('map', (previous) =>
    libbpf('void *bpf_object__next_map(void *object, void *previous)', object.pointer, previous),
  );
}

function walk<Kind extends 'program' | 'map'>(kind: Kind, next: (previous: Pointer | null) => unknown): Handle<Kind>[] {
  const found: Handle<Kind>[] = [];
  let handle = handleOf(kind, next(null));
  while (handle) {
    found.push(handle);
    handle = handleOf(kind, next(handle.pointer));
  }
  return found;
}

/** A copy of the object's own type information (BTF), data sections laid out; undefined without any. */
export function objectBtf(object: Handle<'object'>): Uint8Array | undefined {
  const btf = handleOf('btf', libbpf('void *bpf_object__btf(void *object)', object.pointer));
  if (!btf) return undefined;
  const size = Buffer.alloc(4);
  const raw = pointerOf(libbpf('void *btf__raw_data(void *btf, void *size)', btf.pointer, size));
  return raw === undefined ? undefined : new Uint8Array(koffi.view(raw, size.readUInt32LE(0))).slice();
}

// --- libbpf: programs --------------------------------------------------------------------------------------------

export interface ProgramFacts {
  readonly name: string;
  readonly section: string;
  readonly type: number;
  /** enum bpf_attach_type, from the section's name. */
  readonly attachType: number;
}

export function programFacts(program: Handle<'program'>): ProgramFacts {
  const at = program.pointer;
  return {
    name: libbpf('const char *bpf_program__name(void *program)', at) as string,
    section: libbpf('const char *bpf_program__section_name(void *program)', at) as string,
    type: libbpf('int bpf_program__type(void *program)', at) as number,
    attachType: libbpf('int bpf_program__expected_attach_type(void *program)', at) as number,
  };
}

/** @returns a descriptor owned by the object, or -errno before it is loaded */
export function programDescriptor(program: Handle<'program'>): number {
  return libbpf('int bpf_program__fd(void *program)', program.pointer) as number;
}

// --- libbpf: maps before and after loading -----------------------------------------------------------------------

export interface MapFacts {
  readonly name: string;
  readonly type: number;
  readonly keySize: number;
  readonly valueSize: number;
  readonly maxEntries: number;
  readonly flags: number;
  /** .rodata, .bss, .data: made by libbpf for the object alone. */
  readonly internal: boolean;
  readonly keyType: number;
  readonly valueType: number;
}

export function mapFacts(map: Handle<'map'>): MapFacts {
  const at = map.pointer;
  const number = (name: string): number => libbpf(`uint32_t bpf_map__${name}(void *map)`, at) as number;
  return {
    name: libbpf('const char *bpf_map__name(void *map)', at) as string,
    type: number('type'),
    keySize: number('key_size'),
    valueSize: number('value_size'),
    maxEntries: number('max_entries'),
    flags: number('map_flags'),
    internal: libbpf('bool bpf_map__is_internal(void *map)', at) as boolean,
    keyType: number('btf_key_type_id'),
    valueType: number('btf_value_type_id'),
  };
}

/** @returns 0 or -errno */
export function setMaxEntries(map: Handle<'map'>, entries: number): number {
  return libbpf('int bpf_map__set_max_entries(void *map, uint32_t entries)', map.pointer, entries) as number;
}

/** Pins at load, or reuses what is pinned there. @returns 0 or -errno */
export function setPinPath(map: Handle<'map'>, path: string): number {
  return libbpf('int bpf_map__set_pin_path(void *map, const char *path)', map.pointer, path) as number;
}

/** @returns a descriptor owned by the object */
export function mapDescriptor(map: Handle<'map'>): number {
  return libbpf('int bpf_map__fd(void *map)', map.pointer) as number;
}

/** The bytes an internal map will start with; writable until the object is loaded. */
export function initialValue(map: Handle<'map'>): Uint8Array | undefined {
  const size = Buffer.alloc(8);
  const at = pointerOf(libbpf('void *bpf_map__initial_value(void *map, void *size)', map.pointer, size));
  return at === undefined ? undefined : new Uint8Array(koffi.view(at, Number(size.readBigUInt64LE(0))));
}

export function possibleCpus(): number {
  return libbpf('int libbpf_num_possible_cpus()') as number;
}

export function libbpfVersion(): string {
  return libbpf('const char *libbpf_version_string()') as string;
}

// --- libbpf: clsact, for kernels before tcx ----------------------------------------------------------------------

/** struct bpf_tc_hook. @returns 0 or -errno */
export function tcHookCreate(hook: Uint8Array): number {
  return libbpf('int bpf_tc_hook_create(void *hook)', hook) as number;
}

export function tcAttach(hook: Uint8Array, options: Uint8Array): number {
  return libbpf('int bpf_tc_attach(void *hook, void *options)', hook, options) as number;
}

export function tcDetach(hook: Uint8Array, options: Uint8Array): number {
  return libbpf('int bpf_tc_detach(void *hook, void *options)', hook, options) as number;
}

export function tcQuery(hook: Uint8Array, options: Uint8Array): number {
  return libbpf('int bpf_tc_query(void *hook, void *options)', hook, options) as number;
}

// --- libc --------------------------------------------------------------------------------------------------------

/** @returns the mapped bytes, or -errno; the mapping lives as long as the process */
export function mapShared(descriptor: number, length: number, writable: boolean, offset = 0): ArrayBuffer | number {
  const PROT_READ = 1;
  const PROT_WRITE = 2;
  const MAP_SHARED = 1;
  const at = libc(
    'intptr_t mmap(void *address, size_t length, int protection, int flags, int descriptor, long offset)',
    null,
    length,
    writable ? PROT_READ | PROT_WRITE : PROT_READ,
    MAP_SHARED,
    descriptor,
    offset,
  ) as number | bigint;
  if (BigInt(at) === -1n) return -koffi.errno();
  return koffi.view(BigInt(at), length);
}

/** Nanoseconds from one value of a clock to the next. @param clock CLOCK_MONOTONIC_COARSE and so on */
export function clockResolution(clock: number): number {
  const resolution = new BigInt64Array(2); // struct timespec
  libc('int clock_getres(int clock, void *resolution)', clock, resolution);
  return Number(resolution[1]);
}

/** Loading programs and reading long lists leave the allocator with 10 to 20 MB that nothing uses: the system gets them back. */
export function giveBackFreed(): void {
  libc('int malloc_trim(size_t pad)', 0);
}

/** @param type CLONE_NEWNET and so on. @returns 0 or -errno */
export function setns(descriptor: number, type: number): number {
  return orErrno(libc('int setns(int descriptor, int type)', descriptor, type));
}

/** @param protocol NETLINK_SOCK_DIAG and so on. @returns a descriptor of the current network namespace, or -errno */
export function netlinkSocket(protocol: number): number {
  const AF_NETLINK = 16;
  return rawSocket(AF_NETLINK, 0, protocol);
}

/** Of packet(7). */
export const AF_PACKET = 17;

/** Hears nothing before it is bound. @returns a descriptor of the current network namespace that never waits, or -errno */
export function packetSocket(): number {
  const SOCK_NONBLOCK = 0o4000;
  return rawSocket(AF_PACKET, SOCK_NONBLOCK, 0);
}

function rawSocket(domain: number, flags: number, protocol: number): number {
  const SOCK_RAW_CLOEXEC = 3 | 0o2000000;
  const type = SOCK_RAW_CLOEXEC | flags;
  return orErrno(libc('int socket(int domain, int type, int protocol)', domain, type, protocol));
}

/** @param address struct sockaddr_ll and so on. @returns 0 or -errno */
export function bindSocket(descriptor: number, address: Uint8Array): number {
  const declaration = 'int bind(int descriptor, const void *address, uint32_t length)';
  return orErrno(libc(declaration, descriptor, address, address.length));
}

/** @returns 0 or -errno */
export function setSocketOption(descriptor: number, level: number, option: number, value: number): number {
  const declaration = 'int setsockopt(int descriptor, int level, int option, const void *value, uint32_t length)';
  return orErrno(libc(declaration, descriptor, level, option, Int32Array.of(value), 4));
}

/** For descriptors that never wait: node's own throws each time that there is nothing. @returns bytes read, or -errno */
export function readNow(descriptor: number, into: Uint8Array): number {
  return orErrno(libc('intptr_t read(int descriptor, void *into, size_t length)', descriptor, into, into.length));
}

/** @returns bytes written, or -errno */
export function writeNow(descriptor: number, from: Uint8Array): number {
  return orErrno(
    libc('intptr_t write(int descriptor, const void *from, size_t length)', descriptor, from, from.length),
  );
}

/** Those that nobody holds are closed when memory is collected. */
const polled = new Set<ReturnType<typeof koffi.node.poll>>();

/** Calls whenever there is something to read, an error too. @returns ends that, before the descriptor is closed */
export function whenReadable(descriptor: number, run: () => void): () => void {
  const handle = koffi.node.poll(descriptor, { readable: true }, run);
  polled.add(handle);
  return () => {
    handle.close();
    polled.delete(handle);
  };
}

function orErrno(answer: unknown): number {
  return Number(answer) < 0 ? -koffi.errno() : Number(answer);
}

/** @returns the index in the current network namespace, or -errno */
export function interfaceIndex(name: string): number {
  const index = libc('uint32_t if_nametoindex(const char *name)', name) as number;
  return index === 0 ? -koffi.errno() : index;
}

/** @returns 0 or -errno */
export function mount(source: string, target: string, type: string): number {
  const declaration =
    'int mount(const char *source, const char *target, const char *type, ulong flags, const void *data)';
  return orErrno(libc(declaration, source, target, type, 0, null));
}

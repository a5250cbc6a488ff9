import assert from 'node:assert/strict';
import { test } from 'node:test';
import { refusalIn } from './verifier-log.ts';

const log = (...lines: readonly string[]) =>
  [
    "libbpf: prog 'connect4': BPF program load failed: Permission denied",
    "libbpf: prog 'connect4': -- BEGIN PROG LOAD LOG --",
    ...lines,
    'processed 2 insns (limit 1000000) max_states_per_insn 0 total_states 0 peak_states 0 mark_read 0',
    '-- END PROG LOAD LOG --',
    "libbpf: prog 'connect4': failed to load: -13",
  ].join('\n');

test('the reason is told from the trace above it, with the line of C where it stood', () => {
  const text = log(
    'reg type unsupported for arg#0 function connect4#7',
    '0: R1=ctx(off=0,imm=0) R10=fp0',
    '; return *(int *)(long)ctx->user_ip4; @ x.bpf.c:2',
    '0: (61) r1 = *(u32 *)(r1 +4)          ; R1_w=scalar()',
    '1: (61) r0 = *(u32 *)(r1 +0)',
    "R1 invalid mem access 'scalar'",
    'R1 has no bounds',
  );
  assert.deepEqual(refusalIn(text), {
    reason: "R1 invalid mem access 'scalar'",
    source: 'return *(int *)(long)ctx->user_ip4; @ x.bpf.c:2',
  });
});

test('states that are printed after the reason are not taken for it', () => {
  const text = log('; for (;;)', '3: (05) goto pc-1', 'infinite loop detected at insn 3', 'R0=1 R10=fp0');
  assert.equal(refusalIn(text)?.reason, 'infinite loop detected at insn 3');
});

test('a log that is cut off at its beginning still has its reason, and one without a verdict has none', () => {
  assert.equal(refusalIn(log('[…]', '1: (95) exit', 'R0 !read_ok').slice(-300))?.reason, 'R0 !read_ok');
  assert.equal(refusalIn('libbpf: failed to open x.o'), undefined);
  assert.equal(refusalIn(log()), undefined);
});

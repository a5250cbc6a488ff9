import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  cidr,
  contains,
  familyOf,
  formatEndpoint,
  formatIp,
  formatRange,
  ip,
  rangeOf,
  familyOfText,
  overlaps,
  parseEndpoint,
  parseIp,
} from './address.ts';
import { isFault } from './errors.ts';

const group = fc.oneof({ weight: 2, arbitrary: fc.constant(0n) }, fc.bigInt({ min: 0n, max: 0xffffn }));
const anyAddress = fc
  .array(group, { minLength: 8, maxLength: 8 })
  .map((groups) => groups.reduce((sum, one) => (sum << 16n) + one, 0n));

test('an address is written as a browser writes it (RFC 5952), and read back', () => {
  fc.assert(
    fc.property(anyAddress, (address) => {
      fc.pre(familyOf(address) === 'IPv6');
      const text = formatIp(address);
      assert.equal(parseIp(text), address);
      assert.equal(new URL(`http://[${text}]`).hostname, `[${text}]`);
    }),
  );
});

test('an IPv4 address is its mapped form, and written as a dotted quad', () => {
  assert.equal(ip('10.0.0.1'), 0xffff_0a00_0001n);
  fc.assert(fc.property(fc.ipV4(), (text) => assert.equal(formatIp(ip(text)), text)));
});

test('whatever a browser reads as an IPv6 address is read alike', () => {
  fc.assert(
    fc.property(fc.ipV6(), (text) => {
      const address = parseIp(text);
      fc.pre(address !== undefined);
      assert.equal(`[${formatIp(address as bigint)}]`, new URL(`http://[${text}]`).hostname);
    }),
  );
});

test('what is no address is none', () => {
  const texts = [
    '',
    ':',
    ':::',
    '1',
    '1.2.3',
    '1.2.3.256',
    '01.2.3.4',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '1::2::3',
    '1:2:3:4:5:6:7::8',
  ];
  const more = [
    '::12345',
    '::g',
    '1.2.3.4::',
    '::1.2.3',
    '::1.2.3.4.5',
    'fe80::1%eth0',
    '[::1]',
    ' ::1',
    '::ffff:10.0.0.1',
  ];
  for (const text of [...texts, ...more]) assert.equal(parseIp(text), undefined, text);
});

test('ranges are of one family', () => {
  assert.equal(formatRange(cidr('fd00:10::/108')), 'fd00:10::/108');
  assert.equal(cidr('10.0.0.0/16').size, 65_536n);
  assert.ok(contains(cidr('fd00::/16'), ip('fd00::1')));
  assert.ok(!contains(cidr('::/0'), ip('10.0.0.1')));
  assert.ok(overlaps(cidr('10.0.0.0/8'), cidr('10.1.0.0/16')));
  assert.ok(!overlaps(cidr('::/0'), cidr('0.0.0.0/0')));
  assert.throws(() => cidr('fd00::1/64'), /did you mean fd00::\/64\?/);
  for (const text of ['10.0.0.0/33', 'fd00::/129', '10.0.0.0', '/8', '10.0.0.0/8/8', '10.0.0.0/'])
    assert.throws(() => cidr(text), { code: 'kit/bad-range' });
});

test('an endpoint has brackets where its address has colons', () => {
  assert.equal(formatEndpoint('fd00::1', 53), '[fd00::1]:53');
  assert.deepEqual(parseEndpoint('[fd00::1]:5353', 53), { address: ip('fd00::1'), port: 5353 });
  assert.deepEqual(parseEndpoint('fd00::1', 53), { address: ip('fd00::1'), port: 53 });
  assert.deepEqual(parseEndpoint('10.0.0.1:5353', 53), { address: ip('10.0.0.1'), port: 5353 });
  for (const text of ['', 'a', '[10.0.0.1]:53', '10.0.0.1:', '10.0.0.1:65536', '[fd00::1', 'fd00::1]:5'])
    assert.equal(parseEndpoint(text, 53), undefined, text);
});

test('text has the family of its address, and an address alone is the range of itself', () => {
  assert.deepEqual(['10.0.0.1', 'fd00::1', 'web', ''].map(familyOfText), ['IPv4', 'IPv6', undefined, undefined]);
  assert.deepEqual(
    ['10.0.0.1', 'fd00::1', '10.0.0.0/8'].map((text) => formatRange(rangeOf(text))),
    ['10.0.0.1/32', 'fd00::1/128', '10.0.0.0/8'],
  );
  assert.throws(() => rangeOf('web'), /not a CIDR range/);
});

const addressLike = fc.string({ unit: fc.constantFrom(...'0123456789af.:/[]%'.split('')), maxLength: 24 });
const textual = fc.oneof(fc.string(), addressLike, fc.ipV4(), fc.ipV6());

test('any text is a range, written as it was meant, or is refused as none', () => {
  fc.assert(
    fc.property(textual, fc.oneof(fc.nat(129).map(String), addressLike), (address, length) => {
      try {
        const range = cidr(`${address}/${length}`);
        assert.deepEqual(cidr(formatRange(range)), range);
      } catch (error) {
        assert.ok(isFault(error, 'kit/bad-range'), String(error));
      }
    }),
  );
});

test('an endpoint is read as it was written, and any other text is one or none', () => {
  fc.assert(
    fc.property(anyAddress, fc.nat(65_535), (address, port) =>
      assert.deepEqual(parseEndpoint(formatEndpoint(formatIp(address), port), 1), { address, port }),
    ),
  );
  fc.assert(
    fc.property(textual, fc.nat(65_535), (text, port) => {
      const found = parseEndpoint(text, port);
      if (found) assert.deepEqual(parseEndpoint(formatEndpoint(formatIp(found.address), found.port), 1), found);
    }),
  );
});

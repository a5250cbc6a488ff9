/** The suites of the gateway once more, over IPv6: the stand asks which family it is built for. */
process.env['GATEWAY_FAMILY'] = 'IPv6';
await import('./gateway-in.root.test.ts');
await import('./gateway-flows.root.test.ts');
await import('./gateway-affinity.root.test.ts');
await import('./gateway-pods.root.test.ts');
await import('./gateway-icmp.root.test.ts');
await import('./gateway-six.ts');
await import('./gateway-thread.root.test.ts');
await import('./gateway-events.root.test.ts');
await import('./gateway-fuzz.root.test.ts');
await import('./gateway-echo.root.test.ts');

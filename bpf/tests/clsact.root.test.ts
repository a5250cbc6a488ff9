/** Real connections once more, by filters of clsact: what kernels before 6.6 have, and this one too. */
process.env['GATEWAY_ATTACHED_BY'] = 'clsact';
await import('./gateway-thread.root.test.ts');

/** Runs until SIGTERM or SIGINT, then ends what `stop` ends. */
export async function untilSignalled(stop: () => void | Promise<void>): Promise<void> {
  await new Promise<void>((resolve) => {
    process.once('SIGTERM', resolve);
    process.once('SIGINT', resolve);
  });
  await stop();
}

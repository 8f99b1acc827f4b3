/**
 * Resolves, with true, at the first SIGINT or SIGTERM; the second ends the process at once (exit code 130, as shells count SIGINT):
 * what was committed is kept, as after a kill.
 */
export function interruption(): Promise<true> {
  return new Promise((resolve) => {
    let interruptions = 0;
    const interrupt = (): void => {
      if (++interruptions > 1) process.exit(130);
      resolve(true);
    };
    process.on('SIGINT', interrupt);
    process.on('SIGTERM', interrupt);
  });
}

/** Whether `done` came within `ms` milliseconds. */
export async function within(done: Promise<void>, ms: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => resolve(false), ms);
  void done.then(() => resolve(true));
  const inTime = await promise;
  clearTimeout(timer);
  return inTime;
}

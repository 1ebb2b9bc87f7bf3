/** Waits for a promise, but not for long. @returns undefined when it is late or rejected */
export async function atMost<T>(ms: number, promise: Promise<T>): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(resolve, ms, undefined);
  });
  const first = await Promise.race([promise.catch(() => undefined), late]);
  clearTimeout(timer);
  return first;
}

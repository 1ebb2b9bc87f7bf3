/** The part of the Web Locks API that is used (https://www.w3.org/TR/web-locks/). */
interface LockManager {
  request(
    name: string,
    options: { readonly ifAvailable: true },
    callback: (lock: object | null) => unknown,
  ): Promise<unknown>;
}

/** Takes a lock until this tab is closed or reloaded. @returns false if another tab has it; true where there are no locks */
export function lockForThisTab(name: string): Promise<boolean> {
  const { locks } = (globalThis as { readonly navigator?: { readonly locks?: LockManager } }).navigator ?? {};
  if (!locks) return Promise.resolve(true);
  return new Promise((resolve, reject) => {
    locks
      .request(name, { ifAvailable: true }, (lock) => {
        resolve(lock !== null);
        return lock === null ? undefined : new Promise(() => {}); // held until the tab is gone
      })
      .catch(reject);
  });
}

/** What the system's codes mean to whoever has named the path. */
const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'it does not exist',
  EISDIR: 'it is a folder',
  ENOTDIR: 'it, or a folder on the way to it, is a file',
  EEXIST: 'there is a file of that name',
  EACCES: 'no permission',
  EPERM: 'no permission',
  EROFS: 'the file system is read-only',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the quota of the disk is used up',
  EMFILE: 'this process has as many files and sockets open as it may (ulimit -n)',
};

/** Why a path can't be used, as a message: `can't read a.toml: it does not exist (ENOENT)`. @param what - `read`, `write` or `make` */
export function fileProblem(what: 'read' | 'write' | 'make', path: string, error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  const reason = what === 'make' && code === 'ENOENT' ? 'its file system takes no folders' : REASONS[code ?? ''];
  return `can't ${what} ${path}: ${reason === undefined ? message : `${reason} (${code})`}`;
}

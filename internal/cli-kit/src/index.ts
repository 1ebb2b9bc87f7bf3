export { integer, parseArguments, positional } from './arguments.js';
export { writeAtomically } from './atomic-file.js';
export { createProgress, type Progress } from './progress.js';
export { textTable } from './text-table.js';
export { TomlReader } from './toml-reader.js';
export { parseToml, type TomlEntry, type TomlTable, type TomlValue } from './toml-tree.js';
export { UsageError } from './usage-error.js';

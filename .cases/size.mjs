import { build } from 'esbuild'; import { gzipSync } from 'node:zlib'; import { readFileSync } from 'node:fs';
const readme = readFileSync('packages/proto/README.md', 'utf8'); const example = /```ts\n([\s\S]*?)```/.exec(readme)[1];
const { outputFiles } = await build({ stdin: { contents: example, loader: 'ts', resolveDir: process.cwd() + '/packages/api' }, bundle: true, minify: true, format: 'esm', platform: 'neutral', mainFields: ['module', 'main'], write: false });
console.log(gzipSync(outputFiles[0].contents).length);

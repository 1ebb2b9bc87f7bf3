/** What is loaded on demand. It is a file of its own because bundlers warn of a file that is loaded on demand here and imported elsewhere. */
export { signingKey, verify } from './portable.js';

/** What is loaded on demand. A file of its own: bundlers warn of one that is loaded so and imported elsewhere. */
export { signingKey, verify } from './portable.js';

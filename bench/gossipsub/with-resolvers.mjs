// @ts-check
// libp2p asks for Node 22 because of this function; the project runs on 20.
Promise.withResolvers ??= () => {
  /** @type {any} */
  const parts = {};
  parts.promise = new Promise((resolve, reject) => Object.assign(parts, { resolve, reject }));
  return parts;
};

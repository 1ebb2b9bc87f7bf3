/** Cuts what a target sends into frame bodies. */
export class FrameCutter {
  #rest: Buffer = Buffer.alloc(0);

  *push(chunk: Uint8Array): Iterable<Uint8Array> {
    this.#rest = Buffer.concat([this.#rest, chunk]);
    while (this.#rest.length >= 4 && this.#rest.length >= 4 + this.#rest.readUInt32BE()) {
      const end = 4 + this.#rest.readUInt32BE();
      yield this.#rest.subarray(4, end);
      this.#rest = this.#rest.subarray(end);
    }
  }
}
